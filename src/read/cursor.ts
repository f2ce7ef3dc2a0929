/** Opaque cursors: where the last page ended. Handed back by strangers, so checked field by field. */
import { UsageError } from '../core/errors.js';
import type { PageOptions } from './list-types.js';

type Fields<Name extends string> = Readonly<Record<Name, RegExp>>;
export type Cursor<Name extends string> = Readonly<Record<Name, string>>;

export const UUID = /^[0-9a-f]{32}$/;
export const NUMBER = /^\d{1,16}$/;
/** As `timed` in store/readers/scope.ts prints it. */
export const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** `kind` names the list, so that no cursor works for another one. */
export function writeCursor<Name extends string>(kind: string, fields: Cursor<Name>): string {
  return Buffer.from(JSON.stringify({ ...fields, list: kind })).toString('base64url');
}

/** Throws a UsageError for anything that `writeCursor` did not make. */
export function readCursor<Name extends string>(kind: string, text: string, fields: Fields<Name>): Cursor<Name> {
  const value = parse(text);
  if (value?.['list'] !== kind)
    throw new UsageError(`this cursor does not belong to this list (${kind}): begin without one`);
  const out: Partial<Record<Name, string>> = {};
  for (const [name, shape] of Object.entries(fields) as [Name, RegExp][]) {
    const field = value[name];
    if (typeof field !== 'string' || !shape.test(field))
      throw new UsageError('the cursor is damaged: begin without one');
    out[name] = field;
  }
  return out as Cursor<Name>;
}

const MAX_CURSOR = 2_000;

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text.length > MAX_CURSOR || !/^[\w-]+$/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 200;

/** Throws a UsageError for a limit that is no whole number from 1 to 200. */
export function limitOf({ limit = DEFAULT_LIMIT }: PageOptions): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new UsageError(`limit ${limit}: must be a whole number from 1 to ${MAX_LIMIT}`);
  }
  return limit;
}

/** Cuts off the one row more that was asked for, and tells whether it was there. */
export function pageOf<T>(
  rows: readonly T[],
  limit: number,
): { readonly items: readonly T[]; readonly last: T | undefined } {
  const items = rows.slice(0, limit);
  return { items, last: rows.length > limit ? items.at(-1) : undefined };
}
