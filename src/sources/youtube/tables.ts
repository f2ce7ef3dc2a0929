/** Tables and logs of a Takeout that hold no posts: told apart, so that none is taken for something unknown. */
import { Rejection } from '../../core/errors.js';
import { headerOf } from '../shared/csv.js';
import { asArray, isObject, type JsonObject } from '../shared/json.js';
import type { Recognition } from '../source.js';
import { layoutOf } from './layout.js';

export function recogniseTable(head: Uint8Array): Recognition | null {
  try {
    const layout = layoutOf(head);
    if (layout) {
      const why = `a table of ${layout.kind} with YouTube’s own numbers${layout.firstRow ? ', its header lost' : ''}`;
      return { format: 'youtube-takeout', confidence: layout.kind === 'videos' ? 0.92 : 0.95, why, role: 'records' };
    }
    return otherTable(head);
  } catch (error) {
    if (error instanceof Rejection) return null;
    throw error;
  }
}

function otherTable(head: Uint8Array): Recognition | null {
  const { names, end } = headerOf(head);
  const first = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
    .toString('utf8', end, end + 1_000)
    .split('\n')[0]!;
  const lower = names.map((name) => name.trim().toLowerCase());
  if (/^UC[\w-]{22},https?:\/\/www\.youtube\.com\/channel\/UC/.test(first)) return account('subscriptions');
  if (lower.includes('channel id') && lower.some((name) => name.startsWith('channel title')))
    return account('a channel');
  const listed = names.length === 2 && /^[\w-]{11},\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(first);
  if (!listed && !lower.includes('playlist id')) return null;
  const refusal = { reason: 'lists', detail: 'a playlist: numbers of videos, no posts' } as const;
  const why = 'a table of video numbers and the times at which they were added';
  return { format: 'youtube-takeout', confidence: 0.85, why, role: 'refused', refusal };
}

/** `[{"header":"YouTube","title":"Watched …","titleUrl":"…","time":"…","products":["YouTube"]}]` */
export function isHistory(value: JsonObject): boolean {
  const products = asArray(value['products']);
  return typeof value['time'] === 'string' && 'title' in value && 'header' in value && products.includes('YouTube');
}

/** What only the account’s owner sees. */
export function account(what: string): Recognition {
  const why = `${what}: the account’s own matter, no posts`;
  return { format: 'youtube-account', confidence: 0.92, why, role: 'sealed', opensWith: 'account' };
}

export function isHistoryList(values: readonly unknown[]): boolean {
  const first = values[0];
  const sample = Array.isArray(first) ? (first as unknown[]).slice(0, 5) : values.slice(0, 5);
  return sample.some((value) => isObject(value) && isHistory(value));
}
