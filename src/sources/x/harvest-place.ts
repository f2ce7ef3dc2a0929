/**
 * The cursor: the ids that were seen last, and, where a walk down the timeline was broken off, how far it had come. Ids
 * of X rise with time, so that whatever stands below the newest known one has been passed.
 *
 *   {"known":["1700…"],"handle":"nour_test","walk":{"until":"1699…","top":["1701…"],"listed":300,"left":2900}}
 *
 * Twice fifty ids of twenty digits fit into the 4 KiB of a cursor.
 */
import type { Cursor } from '../harvest.js';
import { asArray, asNumber, asObject, asString } from '../shared/json.js';
import { snowflakeMs } from './time.js';
import { idOf } from './uri.js';

const KNOWN = 50;

export interface Walk {
  /** The lowest id that was handed over; the walk goes on below it. */
  readonly until?: string;
  /** The newest ids of this walk: what will be known once it has come down. */
  readonly top: readonly string[];
  readonly listed: number;
  /** Of a first harvest: how many posts are still to come. */
  readonly left?: number;
}

export interface Place {
  /** The newest first. */
  readonly known: readonly string[];
  readonly handle?: string;
  /** Where the first harvest ended, though there was more: it may be asked to go on. */
  readonly bottom?: string;
  readonly walk?: Walk;
}

/** Null, or what an earlier harvest left. What is missing from it is no crash. */
export function placeOf(cursor: Cursor | null): Place {
  const stored = asObject(cursor);
  const walk = asObject(stored?.['walk']);
  const bottom = idOf(stored?.['bottom']);
  const [handle, until, left] = [asString(stored?.['handle']), idOf(walk?.['until']), asNumber(walk?.['left'])];
  return {
    known: idsIn(stored?.['known']),
    ...(handle !== undefined && { handle }),
    ...(bottom !== undefined && { bottom }),
    ...(until !== undefined && {
      walk: {
        until,
        top: idsIn(walk?.['top']),
        listed: asNumber(walk?.['listed']) ?? 0,
        ...(left !== undefined && { left }),
      },
    }),
  };
}

export function cursorOf(place: Place): Cursor {
  return place as unknown as Cursor;
}

/** A walk from where the first harvest ended, which knows at its end what was known before. */
export function deeper(cursor: Cursor, { had, wanted }: { had: number; wanted: number }): Cursor | undefined {
  const { known, handle, bottom } = placeOf(cursor);
  if (bottom === undefined) return undefined;
  const walk = { until: bottom, top: known, listed: 0, left: wanted - had };
  return cursorOf({ known: [], ...(handle !== undefined && { handle }), walk });
}

export function furtherDown(walk: Walk, ids: readonly string[]): Walk {
  const until = ids.reduce<string | undefined>(
    (low, id) => (low === undefined || isBelow(id, low) ? id : low),
    walk.until,
  );
  return {
    ...(until !== undefined && { until }),
    top: [...walk.top, ...ids].slice(0, KNOWN),
    listed: walk.listed + ids.length,
    ...(walk.left !== undefined && { left: walk.left - ids.length }),
  };
}

/** Once the walk has come down to what was known. */
export function knownAfter(place: Place, walk: Walk): readonly string[] {
  return [...new Set([...walk.top, ...place.known])].slice(0, KNOWN);
}

export function newestOf(ids: readonly string[]): string | undefined {
  return ids.reduce<string | undefined>((high, id) => (high === undefined || isBelow(high, id) ? id : high), undefined);
}

export function isBelow(id: string, other: string): boolean {
  return BigInt(id) < BigInt(other);
}

/** When the post of that id was published. */
export function publishedOf(id: string | undefined): string | undefined {
  const ms = id === undefined ? undefined : snowflakeMs(id);
  // The widest ids hold times that no calendar has.
  return ms === undefined || ms > 8.64e15 ? undefined : new Date(ms).toISOString();
}

function idsIn(value: unknown): string[] {
  return asArray(value)
    .slice(0, KNOWN)
    .flatMap((id) => idOf(id) ?? []);
}
