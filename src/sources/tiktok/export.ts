/** What TikTok sends to whoever asks for their data: one JSON file of everything, or texts of blocks. */
import type { Content, Visibility } from '../../core/content.js';
import { sha256 } from '../../core/digest.js';
import { Rejection } from '../../core/errors.js';
import type { Reading } from '../../core/reading.js';
import { parseIso, type Time } from '../../core/time.js';
import { countOf, present, presentOrNothing } from '../shared/items.js';
import { asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import type { Select } from '../shared/json-scanner.js';
import type { CaptureContext } from '../source.js';
import { timeOf } from './post.js';
import { idIn, ownerOf, ownOf, videoOf } from './uri.js';

/** The parts of the file, whose names have changed with the years. Those with what the account wrote come first. */
const OURS = /^\$\.(?:Videos?|Posts?|Comments?|Ti[kK][tT]ok Live)(?:\.|$)/;
const LIST =
  /\.(?:(?:Videos|Posts)\.(?:VideoList|PostList)|Recently ?Deleted ?Posts\.\w+|CommentsList|WatchLiveMap\.\d+\.Comments)$/;
export const DELETED = /\.Recently ?Deleted ?Posts\.\w+$/;

const SECTIONS =
  /^(?:Activity|Your Activity|Ads and data|App Settings|Comment|Direct Messages?|Income ?(?:Plus|\+) ?Wallet.*|(?:Poi|Location) Review|Profile|Profile And Settings|Ti[kK][tT]ok Live|Ti[kK][tT]ok Shop(?:ping)?|Video|Post|Likes and Favorites)$/i;
const PARTS =
  /^(?:Favorite (?:Effects|Hashtags|Sounds|Videos|Collection|Comment)|Follower|Follower List|Following|Following List|Like List|Login History|Searches|Search History|Share History|Video Browsing History|Watch History|Comments|Videos|Posts|Chat History|Profile Information|Profile Info|Activity Summary|Block|Block List)$/i;

/** Two of the file’s sections, or one with two of its parts. */
export function isExport(value: JsonObject): boolean {
  const sections = Object.keys(value).filter((key) => SECTIONS.test(key) && isObject(value[key]));
  const parts = sections.flatMap((key) => Object.keys(asObject(value[key])!)).filter((key) => PARTS.test(key));
  return (sections.length >= 2 && parts.length >= 1) || (sections.length === 1 && parts.length >= 2);
}

/** Everything but the account’s own posts and comments is passed over: messages, histories, likes, the profile. */
export const selectOwn: Select = (path, firstByte) => {
  if (path === '$') return 'descend';
  if (path.endsWith('[]')) return LIST.test(path.slice(0, -2)) ? 'record' : 'skip';
  if (LIST.test(path)) return firstByte === 0x5b ? 'descend' : 'skip';
  return firstByte === 0x7b && OURS.test(path) ? 'descend' : 'skip';
};

/** What the survey knows of one file. */
export interface ExportFacts {
  readonly account?: string;
  readonly repeats: { readonly [offset: string]: number };
  /** Where the recently deleted posts lie: from, to. */
  readonly deleted: readonly (readonly [number, number])[];
}

export function readOwn(item: JsonObject, context: CaptureContext): Reading {
  const facts = factsOf(context);
  const scope = context.options.account ?? facts?.account ?? context.accession;
  const ordinal = facts?.repeats[context.offset] ?? 0;
  const key = keyOf(item);
  if (key === undefined) {
    if (isPost(item)) throw new Rejection('no-identity', 'a post with neither a number nor a time');
    throw new Rejection('not-a-post', `neither post nor comment: ${Object.keys(item).slice(0, 6).join(', ')}`);
  }
  if (!isPost(item)) return byOwner(readComment(item, ownOf('comment', scope, key, ordinal)), scope, facts);
  const id = idIn(field(item, 'Link'));
  const gone = facts?.deleted.some(([from, to]) => context.offset >= from && context.offset < to) ?? false;
  // Who posted what has a number is known elsewhere by a number too, which the export does not tell: left open.
  if (id !== undefined) return readPost(item, videoOf(id), gone);
  return byOwner(readPost(item, ownOf('post', scope, key, ordinal), gone), scope, facts);
}

function byOwner(reading: Reading, scope: string, facts: ExportFacts | undefined): Reading {
  const actor = ownerOf(scope);
  const profile = facts?.account === undefined ? {} : { handle: facts.account };
  return { ...reading, content: { ...reading.content!, attributedTo: actor }, actors: [{ actor, profile }] };
}

function factsOf(context: CaptureContext): ExportFacts | undefined {
  const facts = asObject(context.survey?.facts)?.[context.path];
  return facts === undefined ? undefined : (facts as ExportFacts);
}

/** What makes two items the same; undefined where there is nothing to tell them by. */
export function keyOf(item: JsonObject): string | undefined {
  // Texts write ` UTC` behind the time, the JSON file does not: both are one item.
  const date = (field(item, 'Date') ?? field(item, 'CommentTime'))?.slice(0, 19);
  if (isPost(item)) return idIn(field(item, 'Link')) ?? date;
  const words = wordsIn(item);
  return date === undefined || words === undefined ? undefined : `${date} ${sha256(words).slice(0, 32)}`;
}

function isPost(item: JsonObject): boolean {
  return wordsIn(item) === undefined && field(item, 'Link') !== undefined;
}

function wordsIn(item: JsonObject): string | undefined {
  const words = item['comment'] ?? item['Comment'] ?? item['CommentContent'];
  return typeof words === 'string' ? words : undefined;
}

/** Names are capitalised or not, with the years; `N/A` and nothing at all say the same. */
function field(item: JsonObject, name: string): string | undefined {
  const value = item[name] ?? item[name.toLowerCase()];
  const text = asString(value);
  return text === undefined || text === '' || text === 'N/A' ? undefined : text;
}

function readComment(item: JsonObject, post: Reading['post']): Reading {
  const below = idIn(field(item, 'Url'));
  const photo = field(item, 'Photo');
  const content: Content = {
    type: 'Note',
    visibility: 'unknown',
    ...present({
      published: timeOf(item['RawTime']) ?? dateOf(field(item, 'Date') ?? field(item, 'CommentTime')),
      text: wordsIn(item),
      inReplyTo: below === undefined ? undefined : videoOf(below),
      context: below === undefined ? undefined : videoOf(below),
    }),
    // Where the file has the column, it says whether there is a picture.
    ...('photo' in item || 'Photo' in item
      ? { attachment: photo === undefined ? [] : [{ type: 'Image' as const }] }
      : {}),
  };
  return { post, outcome: 'present', hand: 'first', content };
}

function readPost(item: JsonObject, post: Reading['post'], gone: boolean): Reading {
  const likes = countOf(field(item, 'Likes'));
  const place = field(item, 'Location');
  const deleted = dateOf(field(item, 'DateDeleted') ?? field(item, 'DeletedDate'));
  const content: Content = {
    type: 'Video',
    visibility: visibilityOf(field(item, 'WhoCanView')),
    ...present({
      published: dateOf(field(item, 'Date')),
      // An empty title is written as `N/A` or left out.
      text: 'Title' in item || 'title' in item ? (field(item, 'Title') ?? '') : undefined,
      location: place === undefined ? undefined : { name: place },
      extra: presentOrNothing({ music: field(item, 'Sound') }),
    }),
  };
  return {
    post,
    outcome: gone ? 'deleted' : 'present',
    hand: 'first',
    content,
    ...(gone && deleted && { claimedFrom: deleted }),
    ...(likes !== undefined && { metrics: { likes } }),
  };
}

function visibilityOf(words: string | undefined): Visibility {
  if (words === undefined) return 'unknown';
  if (/friend|follower/i.test(words)) return 'followers';
  if (/only|private|\bme\b/i.test(words)) return 'direct';
  return /public|everyone/i.test(words) ? 'public' : 'unknown';
}

/**
 * `2024-11-20 22:00:58`, in most texts with ` UTC` behind it. It is UTC without that word too: the same export as a text
 * says so, `RawTime` beside it is the same moment, and so is the one that a post's number begins with.
 */
function dateOf(text: string | undefined): Time | undefined {
  return text === undefined ? undefined : parseIso(`${text.slice(0, 19)}Z`);
}
