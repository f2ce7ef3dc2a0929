/**
 * The cursor: of posts and of comments, each a row of its own, the numbers on the asked server that were seen last, and
 * when the newest was published. A known post shows nothing about the comments beside it.
 *
 *   {"post":{"known":[120,119],"newest":1704074400},"comment":{"known":[],"newest":0},"state":"suspended"}
 */
import type { AccountState, Cursor } from '../harvest.js';
import { asArray, asNumber, asObject } from '../shared/json.js';

/** So many are remembered: some may be gone the next time. */
const KNOWN = 50;

export type Kind = 'post' | 'comment';
export const KINDS: readonly Kind[] = ['post', 'comment'];

/** An entry of a list. */
export interface Listed {
  readonly id: number;
  /** Seconds since 1970; 0 where it does not say, or says a time that has not come. */
  readonly made: number;
  /** Put at the top by somebody: its place says nothing about its time. */
  readonly pinned: boolean;
}

export interface Row {
  /** The newest first. */
  readonly known: readonly number[];
  readonly newest: number;
}

export interface Place {
  readonly post: Row;
  readonly comment: Row;
  /** What was last said of the account, other than that it is there. */
  readonly state?: AccountState;
}

export function placeOf(cursor: Cursor | null): Place {
  const stored = asObject(cursor);
  const state = stored?.['state'];
  return {
    post: rowOf(stored?.['post']),
    comment: rowOf(stored?.['comment']),
    ...((state === 'suspended' || state === 'deleted') && { state }),
  };
}

export function cursorOf(place: Place): Cursor {
  return place as unknown as Cursor;
}

function rowOf(value: unknown): Row {
  const row = asObject(value);
  const known = asArray(row?.['known']).filter((id): id is number => Number.isSafeInteger(id));
  return { known: known.slice(0, KNOWN), newest: asNumber(row?.['newest']) ?? 0 };
}

export function rowAfter({ known, newest }: Row, seen: readonly Listed[]): Row {
  const own = seen.filter(({ pinned }) => !pinned);
  return {
    known: [...new Set([...own.map(({ id }) => id), ...known])].slice(0, KNOWN),
    newest: own.reduce((most, { made }) => Math.max(most, made), newest),
  };
}

/** Whether the page has come down to what was known, or below the time of it: a known one may be gone by now. */
export function reaches({ known, newest }: Row, page: readonly Listed[]): boolean {
  // The last of the page, so that one old entry among new ones is no proof.
  const last = page.findLast(({ pinned }) => !pinned);
  return last !== undefined && (known.includes(last.id) || (last.made > 0 && last.made <= newest));
}

export function isoOf(seconds: number): string | undefined {
  return seconds > 0 && seconds < 8e12 ? new Date(seconds * 1_000).toISOString() : undefined;
}
