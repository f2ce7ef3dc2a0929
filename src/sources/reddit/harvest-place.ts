/**
 * The cursor: the things that were seen last, when the newest of them was made, and, where a walk down the listing was
 * broken off, how far it had come.
 *
 *   {"known":["t1_c250",…],"newest":1481656150,"walk":{"after":"t1_c151","top":[…],"newest":…,"listed":100,"left":900}}
 */
import type { Cursor } from '../harvest.js';
import { asArray, asNumber, asObject } from '../shared/json.js';
import { fullnameOf } from './uri.js';

const KNOWN = 50;

/** A thing of a listing. */
export interface Listed {
  readonly name: string;
  /** Seconds since 1970; 0 where it does not say, or says a time that has not come. */
  readonly made: number;
  /** Put at the top by somebody: its place says nothing about its time. */
  readonly pinned: boolean;
}

export interface Walk {
  /** The last thing that was handed over; the walk goes on after it. */
  readonly after?: string;
  readonly top: readonly string[];
  readonly newest: number;
  readonly oldest: number;
  readonly listed: number;
  /** Of a first harvest: how many things are still to come. */
  readonly left?: number;
}

export interface Place {
  /** The newest first. */
  readonly known: readonly string[];
  /** Seconds since 1970; 0: unknown. */
  readonly newest: number;
  /** After what the first harvest ended, though there was more: it may be asked to go on. */
  readonly bottom?: string;
  readonly walk?: Walk;
}

/** Null, or what an earlier harvest left. What is missing from it is no crash. */
export function placeOf(cursor: Cursor | null): Place {
  const stored = asObject(cursor);
  const walk = asObject(stored?.['walk']);
  const bottom = fullnameOf(stored?.['bottom']);
  const [after, left] = [fullnameOf(walk?.['after']), asNumber(walk?.['left'])];
  return {
    known: namesIn(stored?.['known']),
    newest: asNumber(stored?.['newest']) ?? 0,
    ...(bottom !== undefined && { bottom }),
    ...(after !== undefined && {
      walk: {
        after,
        top: namesIn(walk?.['top']),
        newest: asNumber(walk?.['newest']) ?? 0,
        oldest: asNumber(walk?.['oldest']) ?? 0,
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
  const { known, newest, bottom } = placeOf(cursor);
  if (bottom === undefined) return undefined;
  const walk = { after: bottom, top: known, newest, oldest: 0, listed: 0, left: wanted - had };
  return cursorOf({ known: [], newest: 0, walk });
}

export function furtherDown(walk: Walk, things: readonly Listed[], after: string | undefined): Walk {
  const made = things.filter((thing) => thing.made > 0 && !thing.pinned).map((thing) => thing.made);
  const oldest = walk.oldest > 0 ? [walk.oldest, ...made] : made;
  return {
    ...(after !== undefined && { after }),
    top: [...walk.top, ...things.map(({ name }) => name)].slice(0, KNOWN),
    newest: Math.max(walk.newest, ...made),
    oldest: oldest.length > 0 ? Math.min(...oldest) : 0,
    listed: walk.listed + things.length,
    ...(walk.left !== undefined && { left: walk.left - things.length }),
  };
}

/** Once the walk has come down to what was known. */
export function placeAfter({ known, newest }: Place, walk: Walk): Place {
  return { known: [...new Set([...walk.top, ...known])].slice(0, KNOWN), newest: Math.max(newest, walk.newest) };
}

/** Whether the page has come down to what was known, or below the time of it: a known thing may be gone by now. */
export function reaches({ known, newest }: Place, page: readonly Listed[]): boolean {
  // The last of the page, so that one old thing among new ones is no proof.
  const last = page.findLast(({ pinned }) => !pinned);
  return last !== undefined && (known.includes(last.name) || (last.made > 0 && last.made <= newest));
}

export function isoOf(seconds: number): string | undefined {
  return seconds > 0 && seconds < 8e12 ? new Date(seconds * 1_000).toISOString() : undefined;
}

function namesIn(value: unknown): string[] {
  return asArray(value)
    .slice(0, KNOWN)
    .flatMap((name) => fullnameOf(name) ?? []);
}
