/** Lists page by an opaque cursor: the key of the last item seen. Whatever is added meanwhile shifts nothing. */
import { z } from 'zod';
import type { Page, PageOptions } from '../../read/index.js';
import { Problem } from './problem.js';

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 500;
/** Readers hand out so many at once; longer pages are put together. */
const READ_LIMIT = 200;

/** To spread into the query schema of a list. */
export const paging = {
  cursor: z.string().min(1).max(4_000).optional().describe('`next` of the page before; absent for the first page'),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_LIMIT)
    .default(DEFAULT_LIMIT)
    .describe(`items a page, ${MAX_LIMIT} at most`),
};

export interface Paging {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    next: z.string().nullable().describe('cursor of the next page; null on the last one'),
  });
}

/** One page of any size, out of the reader's pages. What else the first one says (a total) is kept. */
export async function gather<T, P extends Page<T>>(
  { cursor, limit }: Paging,
  read: (options: PageOptions) => Promise<P>,
): Promise<P> {
  const first = await read({ limit: Math.min(limit, READ_LIMIT), ...(cursor !== undefined && { cursor }) });
  const items = [...first.items];
  let { next } = first;
  while (next !== null && items.length < limit) {
    const more = await read({ limit: Math.min(limit - items.length, READ_LIMIT), cursor: next });
    items.push(...more.items);
    ({ next } = more);
  }
  return { ...first, items, next };
}

// ── lists that are short enough to be read whole ────────────────────────────────────────────────────────────────────

const NAME = z.tuple([z.string()]);

/** A page of a list that is sorted by `key`, ascending. */
export function slice<T>(all: readonly T[], key: (item: T) => string, { cursor, limit }: Paging): Page<T> {
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const rest = after === undefined ? all : all.filter((item) => key(item) > after);
  const items = rest.slice(0, limit);
  const last = items[items.length - 1];
  const isMore = rest.length > items.length && last !== undefined;
  return { items, next: isMore ? Buffer.from(JSON.stringify([key(last)])).toString('base64url') : null };
}

function readCursor(cursor: string): string {
  try {
    return NAME.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))[0];
  } catch {
    throw badCursor();
  }
}

function badCursor(): Problem {
  const detail = 'Take the cursor from `next` of the page before, unchanged, or leave it out to begin again.';
  return new Problem('invalid', detail, [{ parameter: 'cursor', detail }]);
}
