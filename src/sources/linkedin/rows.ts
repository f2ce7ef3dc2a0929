/** What the rows of all tables have in common: cells by plain names, times, whose they are. */
import { parseIso, type Time } from '../../core/time.js';
import type { Digest } from '../../core/digest.js';
import { requireWidth, rowReader } from '../shared/csv.js';
import { asNumber, asObject } from '../shared/json.js';
import type { CaptureContext } from '../source.js';
import { dialectOf } from './tables.js';

export type Cells = (name: string) => string | undefined;

/** Cells by their column's name; an empty one is absent. Throws a Rejection (`malformed`). */
export function cellsOf(record: Uint8Array, head: Uint8Array, format: string): Cells {
  const row = rowReader(head, dialectOf(format))(record);
  requireWidth(row);
  return (name) => row.of[name] || row.of[name.toUpperCase()] || row.of[name.toLowerCase()] || undefined;
}

/**
 * `2025-07-01 14:33:22`, in messages with ` UTC` behind it. The tables are in UTC too: a share's number begins with the
 * moment of its making, and that is the same second or the one before.
 */
export function timeOf(text: string | undefined): Time | undefined {
  if (text === undefined || !/^\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?(?: UTC)?$/.test(text)) return undefined;
  return parseIso(`${text.replace(/ UTC$/, '')}Z`);
}

/** What the survey knows. */
export interface Facts {
  /** The account's name, from Profile.csv. */
  readonly name?: string;
  readonly members: { readonly [path: string]: MemberFacts };
}

export interface MemberFacts {
  readonly repeats?: { readonly [offset: string]: number };
  /** The media of shares that take several rows, by URN. */
  readonly media?: { readonly [urn: string]: readonly string[] };
}

export function factsOf(context: CaptureContext): Facts | undefined {
  return context.survey?.facts as unknown as Facts | undefined;
}

export function ordinalOf(context: CaptureContext): number {
  return asNumber(asObject(factsOf(context)?.members[context.path]?.repeats)?.[context.offset]) ?? 0;
}

/** The account that was named when the file was handed in, else the package. */
export function scopeOf(context: CaptureContext): Digest | string {
  return context.options.account ?? context.accession;
}
