/**
 * The cursor of a list that is read from its newest entry down: which entries were seen last, and, where a walk down
 * the list was broken off, how far it had come. Entries are known by a mark of their URI, which an edit does not change.
 *
 *   {"known":[["5f1d…",1481655851],…],"anchor":"1126…","memo":{…},"walk":{"next":"max_id=1125…","top":[…],"listed":80}}
 *
 * 40 entries, two addresses and a memo fit into the 4 KiB that a cursor may have.
 */
import { sha256 } from '../../core/digest.js';
import type { Json } from '../../core/canonical.js';
import type { Cursor } from '../harvest.js';
import { asArray, asNumber, asObject, asString } from '../shared/json.js';

/** Mark, and when it was published in seconds since 1970; 0 where the list does not say. */
export type Known = readonly [mark: string, seconds: number];

export interface Listed {
  readonly known: Known;
  /** The server's own id of it, to ask for what is newer. */
  readonly id?: string;
}

export interface Walk {
  /** Where the next page is, in the connector's own terms. */
  readonly next: string;
  readonly top: readonly Known[];
  readonly anchor?: string;
  /** How many entries and pages have been walked. */
  readonly listed: number;
  readonly pages: number;
  /** When the oldest entry so far was published, seconds since 1970. */
  readonly last?: number;
  /** Of a first harvest: how many posts are still to come. */
  readonly left?: number;
}

export interface Place {
  /** The newest first. Empty: nothing has been seen yet. */
  readonly known: readonly Known[];
  readonly anchor?: string;
  /** The next page when the first harvest ended, though there was more: it may be asked to go on. */
  readonly bottom?: string;
  readonly walk?: Walk;
  /** What a connector wants to remember: small. */
  readonly memo: { readonly [key: string]: Json };
}

export const WINDOW = 40;
/** Servers' clocks are seldom further ahead than this. */
const CLOCK_SKEW_MS = 5 * 60_000;
const LONGEST_NEXT = 600;
const LONGEST_ID = 64;

/** 48 bits: enough among forty, and short. */
export function markOf(uri: string): string {
  return sha256(uri).slice(0, 12);
}

/** Seconds since 1970; 0 where there is no time, or one that has not come yet: nothing is in order after that. */
export function secondsOf(time: unknown, nowMs: number): number {
  const ms = typeof time === 'string' ? Date.parse(time) : NaN;
  return ms > 0 && ms <= nowMs + CLOCK_SKEW_MS ? Math.floor(ms / 1_000) : 0;
}

export function isoOf(seconds: number | undefined): string | undefined {
  if (seconds === undefined || seconds <= 0 || seconds > 8e12) return undefined;
  return new Date(seconds * 1_000).toISOString();
}

/** Null, or what an earlier harvest left. What is missing from it is no crash. */
export function placeOf(cursor: Cursor | null): Place {
  const stored = asObject(cursor) ?? {};
  const walk = asObject(stored['walk']);
  const next = asString(walk?.['next']);
  return {
    known: knownOf(stored['known']),
    memo: (asObject(stored['memo']) ?? {}) as Place['memo'],
    ...optional('anchor', asString(stored['anchor'])),
    ...optional('bottom', asString(stored['bottom'])),
    ...(walk &&
      next !== undefined && {
        walk: {
          next,
          top: knownOf(walk['top']),
          listed: asNumber(walk['listed']) ?? 0,
          pages: asNumber(walk['pages']) ?? 0,
          ...optional('anchor', asString(walk['anchor'])),
          ...optional('last', asNumber(walk['last'])),
          ...optional('left', asNumber(walk['left'])),
        },
      }),
  };
}

export function cursorOf(place: Place): Cursor {
  return place as unknown as Cursor;
}

/** A walk from where the first harvest ended, which knows at its end what was known before. */
export function deeper(cursor: Cursor, { had, wanted }: { had: number; wanted: number }): Cursor | undefined {
  const { known, anchor, bottom, memo } = placeOf(cursor);
  if (bottom === undefined) return undefined;
  const walk = { next: bottom, top: known, listed: 0, pages: 0, left: wanted - had, ...optional('anchor', anchor) };
  return cursorOf({ known: [], memo, walk });
}

/** The place once a walk has come down to what was known: its top is the new window. */
export function placeAfter({ known, anchor, bottom, memo }: Place, walk: Walk | undefined): Place {
  const marks = new Set<string>();
  const merged = [...(walk?.top ?? []), ...known].filter(([mark]) => !marks.has(mark) && marks.add(mark));
  return {
    known: merged.slice(0, WINDOW),
    memo,
    ...optional('anchor', walk?.anchor ?? anchor),
    ...optional('bottom', bottom),
  };
}

/** A place further down the list where the server names it at sensible length. */
export function usableNext(next: string | undefined): string | undefined {
  return next !== undefined && next.length <= LONGEST_NEXT ? next : undefined;
}

/** What to ask "newer than" with: a few entries below the newest, so that some known ones are listed again. */
export function anchorOf(items: readonly Listed[]): string | undefined {
  const id = items[Math.min(4, items.length - 1)]?.id;
  return id !== undefined && id.length <= LONGEST_ID ? id : undefined;
}

export function newestOf(known: readonly Known[]): number | undefined {
  return known.length === 0 ? undefined : Math.max(...known.map(([, seconds]) => seconds));
}

export function oldestOf(known: readonly Known[]): number | undefined {
  const dated = known.map(([, seconds]) => seconds).filter((seconds) => seconds > 0);
  return dated.length === 0 ? undefined : Math.min(...dated);
}

function knownOf(value: unknown): Known[] {
  return asArray(value)
    .slice(0, WINDOW)
    .flatMap((entry): Known[] => {
      const [mark, seconds] = asArray(entry);
      return typeof mark === 'string' && typeof seconds === 'number' ? [[mark, seconds]] : [];
    });
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [k in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [k in K]?: V };
}
