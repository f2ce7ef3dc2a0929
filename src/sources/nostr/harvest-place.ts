/**
 * The cursor: how far each relay has been walked. A walk goes from now backwards to what was seen before.
 *
 *   {"wss://relay.example":[{"newest":1481655851,"known":["5f1d0c2a9b"],
 *                            "walk":{"until":1481600000,"since":1481500000,"top":1481655851,"pages":3}},{…}]}
 *
 * Each half of the kinds is walked by itself. Four relays with 12 marks in each half fit into the 4 KiB that a cursor may
 * have.
 */
import { sha256 } from '../../core/digest.js';
import type { Json } from '../../core/canonical.js';
import type { Cursor } from '../harvest.js';
import { asArray, asObject, asString, type JsonObject } from '../shared/json.js';
import type { Frame } from './harvest-relay.js';
import { FOLLOWED_KINDS } from './kinds.js';

/** All times in seconds since 1970, by the authors' claims. */
export interface RelayPlace {
  readonly url: string;
  /** Of the kinds: see FOLLOWED_KINDS. */
  readonly half: number;
  /** Everything up to here that the relay lists was seen; undefined while the first walk is not done. */
  readonly newest?: number;
  /** Marks of the last events before that. */
  readonly known: readonly string[];
  /** A walk that was broken off. */
  readonly walk?: Walk;
  /** How far back the first walk went, and whether the relay had nothing older. */
  readonly oldest?: number;
  readonly beginning?: boolean;
}

export interface Walk {
  /** The next page begins here. */
  readonly until?: number;
  /** The walk ends here. */
  readonly since?: number;
  /** The newest event of the walk. */
  readonly top?: number;
  readonly oldest?: number;
  /** Of a first walk: how many posts are still to come. */
  readonly left?: number;
  readonly pages: number;
}

/**
 * `created_at` is the author's claim, and events reach a relay later than that. What comes later than this, and is
 * dated before what had been seen by then, is missed.
 */
export const OVERLAP_SECONDS = 3_600;
const WINDOW = 12;

/** 40 bits: enough among a dozen. */
export function markOf(frame: Frame): string {
  return sha256(frame.key).slice(0, 10);
}

/** The newest of those that the next walk will meet again. */
export function knownOf(frames: Iterable<Frame>, newest: number): string[] {
  return [...frames]
    .filter(({ createdAt }) => createdAt >= newest - OVERLAP_SECONDS)
    .sort((a, b) => b.createdAt - a.createdAt)
    .slice(0, WINDOW)
    .map(markOf);
}

/** A walk from now on; of the first one `backfill` says how many posts it goes back. */
export function freshWalk(place: RelayPlace, backfill: number): Walk {
  if (place.newest === undefined) return { pages: 0, left: backfill };
  const since = place.newest - OVERLAP_SECONDS;
  return { pages: 0, ...(since > 0 && { since }) };
}

/** What an earlier harvest left. What is missing from it is no crash. */
export function placesOf(cursor: Cursor | null, relays: readonly string[]): RelayPlace[] {
  return relays.flatMap((url) => {
    const halves = asArray(asObject(cursor)?.[url]);
    return FOLLOWED_KINDS.map((_, half) => placeOf(url, half, asObject(halves[half]) ?? {}));
  });
}

function placeOf(url: string, half: number, stored: JsonObject): RelayPlace {
  const walk = asObject(stored['walk']);
  return {
    url,
    half,
    known: asArray(stored['known']).flatMap((each) => asString(each) ?? []),
    ...numbers(stored, ['newest', 'oldest']),
    ...(typeof stored['beginning'] === 'boolean' && { beginning: stored['beginning'] }),
    ...(walk && { walk: { pages: 0, ...numbers(walk, ['until', 'since', 'top', 'oldest', 'left', 'pages']) } }),
  };
}

export function cursorOf(places: readonly RelayPlace[]): Cursor {
  const byRelay: Record<string, Json[]> = {};
  for (const { url, half, ...place } of places) (byRelay[url] ??= [])[half] = place as unknown as Json;
  return byRelay;
}

function numbers<Name extends string>(stored: JsonObject, names: readonly Name[]) {
  const found: { [Key in Name]?: number } = {};
  for (const name of names) {
    const value = stored[name];
    if (typeof value === 'number' && Number.isSafeInteger(value)) found[name] = value;
  }
  return found;
}
