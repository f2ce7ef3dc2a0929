/**
 * The cursor: the repository's revision, and of each list the newest records in their versions.
 *
 *   {"rev":"3k…","identityAt":1732780000000,"known":{"app.bsky.feed.post":["3kabc… 4xq2…"]}}
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
    rev: asString(place?.['rev']),
    identityAt: asNumber(place?.['identityAt']) ?? 0,
    known: Object.fromEntries(known) as Place['known'],
  };
}

export function cursorOf({ rev, identityAt, known }: Place): Cursor {
  const lists = Object.fromEntries(Object.entries(known).map(([list, keys]) => [list, [...keys]]));
  return { ...(rev !== undefined && { rev }), identityAt, known: lists };
}
