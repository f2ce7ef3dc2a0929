/**
 * The cursor: the repository's revision, and of each list the newest records in their versions.
 *
 *   {"rev":"3k…","identityAt":1732780000000,"known":{"app.bsky.feed.post":["3kabc… 4xq2…"]}}
 *
 * While a first harvest is on its way, how far it has come down which list, and the revision that it began at:
 *
 *   {"identityAt":…,"known":{…},"first":{"rev":"3k…","list":"app.bsky.feed.post","cursor":"3kabc…","keys":[…],"count":300}}
 */
import type { Cursor } from '../harvest.js';
import { asArray, asNumber, asObject, asString } from '../shared/json.js';

/** Of three lists; a cursor has 4 KiB. Some forty records of the usual kind. */
const KNOWN_BYTES = 1_100;

export interface Place {
  readonly rev: string | undefined;
  /** Milliseconds since 1970: when the DID document was read last. */
  readonly identityAt: number;
  /** List → keys of its newest records, the newest first. */
  readonly known: Readonly<Record<string, readonly string[]>>;
  readonly first?: First | undefined;
}

export interface First {
  /** Of the repository when the harvest began: what was written since is the next one's. */
  readonly rev: string | undefined;
  /** The list that it is in; those before it are in `known`. */
  readonly list: string;
  readonly at: ListPlace;
  /** Of the posts, once their list is through: whether that was to its end, and the oldest. */
  readonly posts?: { readonly end: boolean; readonly oldest: string | undefined } | undefined;
}

/** After a page of a list. */
export interface ListPlace {
  /** Of the next page. */
  readonly cursor: string;
  /** Of the newest records. */
  readonly keys: readonly string[];
  readonly count: number;
  readonly oldest: string | undefined;
}

/** A record is known by its key and its version: an edited one is not where the list was left. */
export function keyOf(rkey: string, cid: string | undefined): string {
  return `${rkey} ${cid?.slice(-12) ?? ''}`;
}

export function rkeyOf(key: string): string {
  return key.slice(0, key.indexOf(' '));
}

export function knownAfter(keys: readonly string[], before: readonly string[] = []): string[] {
  const known: string[] = [];
  let bytes = 0;
  for (const key of new Set([...keys, ...before])) {
    bytes += key.length + 3;
    if (bytes > KNOWN_BYTES) break;
    known.push(key);
  }
  return known;
}

export function placeOf(cursor: Cursor | null): Place {
  const place = asObject(cursor);
  const known = Object.entries(asObject(place?.['known']) ?? {}).map(([list, keys]) => [
    list,
    asArray(keys).filter((key): key is string => typeof key === 'string' && key.includes(' ')),
  ]);
  return {
    first: firstIn(place?.['first']),
    rev: asString(place?.['rev']),
    identityAt: asNumber(place?.['identityAt']) ?? 0,
    known: Object.fromEntries(known) as Place['known'],
  };
}

function firstIn(value: unknown): First | undefined {
  const stored = asObject(value);
  const [list, cursor] = [asString(stored?.['list']), asString(stored?.['cursor'])];
  if (list === undefined || cursor === undefined) return undefined;
  const posts = asObject(stored?.['posts']);
  return {
    rev: asString(stored?.['rev']),
    list,
    at: {
      cursor,
      keys: asArray(stored?.['keys']).filter((key): key is string => typeof key === 'string' && key.includes(' ')),
      count: asNumber(stored?.['count']) ?? 0,
      oldest: asString(stored?.['oldest']),
    },
    posts: posts && { end: posts['end'] === true, oldest: asString(posts['oldest']) },
  };
}

function storedFirst({ rev, list, at, posts }: First): Cursor {
  const { cursor, keys, count, oldest } = at;
  return {
    ...(rev !== undefined && { rev }),
    list,
    cursor,
    keys: [...knownAfter(keys)],
    count,
    ...(oldest !== undefined && { oldest }),
    ...(posts && { posts: { end: posts.end, ...(posts.oldest !== undefined && { oldest: posts.oldest }) } }),
  };
}

export function cursorOf({ rev, identityAt, known, first }: Place): Cursor {
  const lists = Object.fromEntries(Object.entries(known).map(([list, keys]) => [list, [...keys]]));
  const walk = first && { first: storedFirst(first) };
  return { ...(rev !== undefined && { rev }), identityAt, known: lists, ...walk };
}
