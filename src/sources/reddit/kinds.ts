/** What a JSON value of Reddit is. Recognition asks it of what a head shows, normalisation of whole values. */
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';

export type Kind =
  | 'thing'
  | 'listing'
  | 'answer'
  | 'page'
  | 'account'
  | 'submission'
  | 'comment'
  | 'message'
  | 'user'
  | 'subreddit'
  | 'error';

const THING = /^(?:t[1-8]|more|LabeledMulti|UserList|KarmaList|TrophyList|modaction|wikipage)$/;

/** Keys that comments have; several stand together nowhere else. */
const COMMENT = [
  'link_id',
  'parent_id',
  'subreddit',
  'subreddit_id',
  'author_flair_text',
  'created_utc',
  'gilded',
  'distinguished',
  'controversiality',
  'score',
  'permalink',
  'retrieved_on',
  'stickied',
  'author_fullname',
  'score_hidden',
  'is_submitter',
];
const SUBMISSION = [
  'subreddit',
  'subreddit_id',
  'selftext',
  'is_self',
  'num_comments',
  'over_18',
  'permalink',
  'domain',
  'created_utc',
  'score',
  'author_fullname',
  'retrieved_on',
  'link_flair_text',
  'upvote_ratio',
];

/** Undefined for what is not known to be Reddit's. */
export function kindOf(value: JsonObject): Kind | undefined {
  const data = value['data'];
  if (isObject(data)) {
    if (typeof value['kind'] === 'string' && THING.test(value['kind'])) return 'thing';
    if (isListing(value['kind'], data)) return 'listing';
  }
  if (isComment(value)) return 'comment';
  if (isSubmission(value)) return 'submission';
  if (isMessage(value)) return 'message';
  if (isObject(value['json']) && ('errors' in value['json'] || isObject(value['json']['data']))) return 'answer';
  if (listsOf(value).length > 0 || isAccount(value)) return 'account';
  if (itemsOf(value).some((item) => isComment(item) || isSubmission(item))) return 'page';
  if (isUser(value)) return 'user';
  if (isSubreddit(value)) return 'subreddit';
  const isError = typeof value['error'] === 'number' && typeof value['message'] === 'string';
  return isError && Object.keys(value).length <= 4 ? 'error' : undefined;
}

/** Some keep the answer without its `kind`. */
function isListing(kind: unknown, data: JsonObject): boolean {
  const children = data['children'];
  if (!Array.isArray(children)) return false;
  if (kind === 'Listing') return true;
  const first = asObject(children[0]);
  return kind === undefined && typeof first?.['kind'] === 'string' && THING.test(first['kind']);
}

function count(value: JsonObject, keys: readonly string[]): number {
  let found = 0;
  for (const key of keys) if (key in value) found++;
  return found;
}

export function isComment(value: JsonObject): boolean {
  if (typeof value['body'] !== 'string') return false;
  const name = asString(value['name']);
  if (name?.startsWith('t1_') === true) return true;
  if (name?.startsWith('t4_') === true) return false;
  const link = asString(value['link_id'])?.startsWith('t3_') === true;
  const parent = /^t[13]_/.test(asString(value['parent_id']) ?? '');
  return (link || parent || 'subreddit' in value) && count(value, COMMENT) >= (link || parent ? 2 : 4);
}

export function isSubmission(value: JsonObject): boolean {
  if (typeof value['title'] !== 'string') return false;
  if (asString(value['name'])?.startsWith('t3_') === true) return count(value, SUBMISSION) >= 2;
  return ('subreddit' in value || 'selftext' in value) && count(value, SUBMISSION) >= 4;
}

function isMessage(value: JsonObject): boolean {
  return 'was_comment' in value && 'dest' in value && 'body' in value;
}

function isUser(value: JsonObject): boolean {
  return 'link_karma' in value && ('comment_karma' in value || 'has_verified_email' in value);
}

function isSubreddit(value: JsonObject): boolean {
  return (
    'display_name' in value && 'subscribers' in value && ('public_description' in value || 'subreddit_type' in value)
  );
}

/** `{"data":[…]}` of Pushshift, PullPush and Arctic Shift; `{"results":[…]}`. */
export function itemsOf(value: JsonObject): JsonObject[] {
  return [...asArray(value['data']), ...asArray(value['results'])].filter(isObject).map(sourceOf);
}

/** Exports of Pushshift's index wrap each document. */
export function sourceOf(value: JsonObject): JsonObject {
  return ('_index' in value && asObject(value['_source'])) || value;
}

/** The lists of an account’s own dump (rexport) that hold posts. Its inbox is passed over: most of it is private. */
export const LISTS = ['submissions', 'comments', 'saved', 'upvoted', 'downvoted', 'hidden', 'gilded'];

export function listsOf(value: JsonObject): string[] {
  if (isComment(value) || isSubmission(value)) return [];
  return LISTS.filter((list) =>
    asArray(value[list]).some((item) => isObject(item) && (isComment(item) || isSubmission(item))),
  );
}

/** Its posts may begin far behind the subreddits that the account follows. */
function isAccount(value: JsonObject): boolean {
  return isObject(value['profile']) && 'multireddits' in value && 'subreddits' in value;
}
