/**
 * Long posts in the archive: `tweets.js` has the beginning, `note-tweet.js` the whole text, and no key joins them
 * (noteTweetId is not the post's id). The second and the beginning do: all 41 of 41 in a real archive, once short links
 * count as equal (38 without that) and leading mentions are left away (40 without).
 */
import type { Link, Tag } from '../../core/content.js';
import { msOf } from '../../core/time.js';
import { asArray, asObject, asString, type JsonObject } from '../shared/json.js';
import { decode } from './entities.js';
import type { Note } from './facts.js';
import { timeOf } from './time.js';
import { idOf, ownId } from './uri.js';

/** A record of note-tweet.js. Its text is not escaped; its links are others than those in tweets.js. */
export function noteOf(record: JsonObject): Note | undefined {
  const note = asObject(record['noteTweet']) ?? record;
  const core = asObject(note['core']);
  const id = idOf(note['noteTweetId']);
  const text = asString(core?.['text']);
  if (core === undefined || id === undefined || text === undefined) return undefined;
  return { id, text, createdAt: asString(note['createdAt']) ?? '', tag: tagsOf(core), link: linksOf(core) };
}

function tagsOf(core: JsonObject): Tag[] {
  const list = (type: Tag['type'], field: string, key: string): Tag[] =>
    asArray(core[field]).flatMap((value) => {
      const name = asString(asObject(value)?.[key]);
      return name ? [{ type, name }] : [];
    });
  return [
    ...list('Hashtag', 'hashtags', 'text'),
    ...list('Cashtag', 'cashtags', 'text'),
    ...list('Mention', 'mentions', 'screenName'),
  ];
}

function linksOf(core: JsonObject): Link[] {
  return asArray(core['urls']).flatMap((value) => {
    const entity = asObject(value);
    const url = asString(entity?.['shortUrl']);
    const expanded = asString(entity?.['expandedUrl']);
    return url ? [{ url, ...(expanded && { expanded }) }] : [];
  });
}

const SHORT_LINK = /https?:\/\/t\.co\/\w+/g;
const LINK = '\ufffc';
const MENTIONS = /^(?:@\w+\s+)+/;

function normal(text: string): string {
  return text.replace(SHORT_LINK, LINK).normalize('NFC').trimEnd();
}

/** What the post's own record surely says of the text: without the ellipsis and the links to media behind it. */
function beginning(postText: string): string {
  let rest = normal(postText);
  while (rest.endsWith('…') || rest.endsWith(LINK)) rest = rest.slice(0, -1).trimEnd();
  return rest;
}

/** How much of the note the post's text begins, in characters; −1 when it is another's. */
export function overlap(postText: string, noteText: string): number {
  const start = beginning(postText);
  const whole = normal(noteText);
  if (whole.startsWith(start)) return start.length;
  const [bareStart, bareWhole] = [start.replace(MENTIONS, ''), whole.replace(MENTIONS, '')];
  return bareStart !== '' && bareWhole.startsWith(bareStart) ? bareStart.length : -1;
}

/** The note's text, with the mentions that only the post's record has; undefined where the post's own text is whole. */
export function fullTextFrom(postText: string, noteText: string): string | undefined {
  const start = withoutLinks(normal(postText));
  if (!start.endsWith('…') || start.replace(MENTIONS, '') === withoutLinks(normal(noteText)).replace(MENTIONS, '')) {
    return undefined;
  }
  const mentions = MENTIONS.exec(postText)?.[0];
  return mentions !== undefined && !MENTIONS.test(noteText) ? mentions + noteText : noteText;
}

function withoutLinks(normalText: string): string {
  let rest = normalText;
  while (rest.endsWith(LINK)) rest = rest.slice(0, -1).trimEnd();
  return rest;
}

/** Notes by the second in which they, and their posts, were written. */
export type NotesBySecond = ReadonlyMap<string, readonly Note[]>;

export function bySecond(notes: readonly Note[]): NotesBySecond {
  const map = new Map<string, Note[]>();
  for (const note of notes) {
    const time = timeOf(note.createdAt);
    if (!time) continue;
    const second = classic(msOf(time));
    const list = map.get(second);
    if (list) list.push(note);
    else map.set(second, [note]);
  }
  return map;
}

/** `Wed Mar 22 07:41:49 +0000 2017`: so a post's second can be compared without parsing. */
function classic(ms: number): string {
  const [day, date, month, year, clock] = new Date(ms).toUTCString().replace(',', '').split(' ');
  return `${day} ${month} ${date} ${clock} +0000 ${year}`;
}

const CREATED_AT = Buffer.from('"created_at"');

/** The post in a record of tweets.js and the notes that it may belong to; undefined for nearly all records. */
export function candidate(
  record: Buffer,
  notes: NotesBySecond,
): { id: string; text: string; notes: readonly Note[] } | undefined {
  const key = record.indexOf(CREATED_AT);
  const open = key < 0 ? -1 : record.indexOf(0x22, key + CREATED_AT.length);
  if (open < 0) return undefined;
  const found = notes.get(record.toString('latin1', open + 1, open + 31));
  if (!found) return undefined;
  const tweet = parsed(record);
  const id = tweet && ownId(tweet);
  const text = asString(tweet?.['full_text']);
  return id === undefined || text === undefined ? undefined : { id, text: decode(text), notes: found };
}

function parsed(record: Buffer): JsonObject | undefined {
  try {
    const value = asObject(JSON.parse(record.toString('utf8')));
    return asObject(value?.['tweet']) ?? value;
  } catch {
    return undefined;
  }
}
