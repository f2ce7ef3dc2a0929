/** The tables of LinkedIn's archive: which is which, by its header row, and how each is written. */
import type { Dialect } from '../shared/csv.js';

export type TableKind = 'shares' | 'comments' | 'reactions' | 'reposts' | 'saved' | 'messages' | 'media' | 'account';

/** Columns that a table begins with, in lower case and without spaces. */
const POSTS: readonly (readonly [TableKind, readonly string[]])[] = [
  ['shares', ['date', 'sharelink', 'sharecommentary']],
  ['comments', ['date', 'link', 'message']],
  ['reactions', ['date', 'type', 'link']],
  ['saved', ['saveditem', 'createdtime']],
  ['messages', ['conversationid', 'conversationtitle', 'from']],
  ['messages', ['from', 'to', 'date', 'subject', 'content']],
  ['media', ['date/time', 'mediadescription', 'medialink']],
  ['media', ['date/time', 'medialink']],
  // Votes, before the two columns that reposts have as well.
  ['account', ['date', 'link', 'optiontext']],
];

/** Tables of the account's own matter. Only what is LinkedIn's beyond doubt. */
const ACCOUNT: readonly (readonly string[])[] = [
  ['firstname', 'lastname', 'url', 'emailaddress', 'company', 'position', 'connectedon'],
  ['firstname', 'lastname', 'emailaddress', 'company', 'position', 'connectedon'],
  ['firstname', 'lastname', 'maidenname'],
  ['firstname', 'lastname', 'company', 'jobtitle', 'text'],
  ['companyname', 'title', 'description', 'location', 'startedon'],
  ['schoolname', 'startdate', 'enddate', 'notes', 'degreename'],
  ['from', 'to', 'sentat', 'message', 'direction'],
  ['organization', 'followedon'],
  ['emailaddress', 'confirmed', 'primary', 'updatedon'],
  ['registeredat', 'registrationip'],
  ['logindate', 'ipaddress', 'useragent'],
  ['endorsementdate', 'skillname'],
  ['memberage', 'buyergroups'],
  ['addate', 'adtitle/id'],
  ['category', 'typeofinference', 'description', 'inference'],
  ['hashtagname', 'createdtime', 'state'],
  ['challengedate', 'ipaddress', 'useragent'],
  ['date', 'status', 'fullname'],
  ['eventname', 'eventtime', 'status', 'externalurl'],
  ['applicationdate', 'contactemail', 'contactphonenumber'],
  ['contenttitle', 'contentdescription', 'contenttype', 'contentlastwatcheddate'],
];

export function kindOf(names: readonly string[]): TableKind | undefined {
  const plain = names.map((name) => name.toLowerCase().replace(/[\s_]/g, ''));
  const begins = (columns: readonly string[]): boolean => columns.every((column, index) => plain[index] === column);
  const known = POSTS.find(([, columns]) => begins(columns))?.[0];
  if (known) return known;
  return ACCOUNT.some(begins) ? 'account' : undefined;
}

/** InstantReposts.csv has two columns that any list of addresses could have: its rows must say whose they are. */
export function isReposts(names: readonly string[], firstRow: string): boolean {
  return (
    names.length === 2 &&
    names[0]!.toLowerCase() === 'date' &&
    names[1]!.toLowerCase() === 'link' &&
    /^"?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"?,"?https:\/\/www\.linkedin\.com\/feed\/update\//.test(firstRow)
  );
}

/** Comments escape a quote with a backslash, all others double it. Some rows hold quotes that nothing escapes. */
export const DIALECT: Partial<Dialect> = { escape: 'double', lazyQuotes: true };
export const COMMENTS: Partial<Dialect> = { escape: 'backslash', lazyQuotes: true };

/** Why Rich_Media.csv is not read. */
export const MEDIA = 'addresses of uploaded pictures and films, not of the posts they hang on; those are in Shares.csv';

export function dialectOf(format: string): Partial<Dialect> {
  return format === 'linkedin-comments' ? COMMENTS : DIALECT;
}
