/** The items of a feed as far as paging needs them, and whether a list of them goes on where the last one was. */
import { sha256 } from '../../core/digest.js';
import { Rejection } from '../../core/errors.js';
import { isOfPost } from '../../core/reading.js';
import { msOf } from '../../core/time.js';
import type { Exchange } from '../harvest.js';
import { HEAD_BYTES } from '../source.js';
import { normalise } from './normalise.js';
import { splitFeed } from './split.js';

export interface FeedItem {
  /** A short digest of the post's URI: what the normaliser calls one post is one. */
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly published: number | undefined;
}

export async function itemsOf(exchange: Exchange, format: string): Promise<FeedItem[]> {
  const bytes = await exchange.body();
  const context = {
    path: 'feed',
    format,
    capture: exchange.digest,
    // Nothing is named by it: a feed without a name of its own has the exchange's address.
    accession: sha256('feed'),
    survey: undefined,
    head: bytes.subarray(0, HEAD_BYTES),
    address: exchange.url,
    options: { include: [] },
  };
  const items: FeedItem[] = [];
  for await (const { offset, length, refused } of splitFeed(once(bytes), format)) {
    if (refused) continue;
    for (const item of read(bytes.subarray(offset, offset + length), { ...context, offset, length })) {
      if (!isOfPost(item)) continue;
      const published = item.content?.published;
      items.push({ key: sha256(item.post).slice(0, 16), published: published && msOf(published) });
    }
  }
  return items;
}

/** An item that cannot be read is rejected when it is ingested; here it is only no landmark. */
function read(record: Uint8Array, context: Parameters<typeof normalise>[1]): ReturnType<typeof normalise> {
  try {
    return normalise(record, context);
  } catch (error) {
    if (error instanceof Rejection) return [];
    throw error;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

/** So many items may stay at the top of a feed for good. */
const MOST_PINNED = 3;

/**
 * Whether what is new in the list follows without a break on what was known: some known item is still in it, and not
 * only such as stand before all that is new, since these may be pinned there.
 */
export function goesOn(items: readonly FeedItem[], known: ReadonlySet<string>): boolean {
  const kept = items.filter(({ key }) => known.has(key));
  if (kept.length === 0) return false;
  if (kept.length > MOST_PINNED) return true;
  const newestFirst = isNewestFirst(items) ? items : [...items].reverse();
  const latest = Math.max(...kept.map(({ published }) => published ?? -Infinity));
  // What is older than what was known was put in later, and opens no gap.
  const fresh = newestFirst.findIndex(({ key, published }) => !known.has(key) && !((published ?? Infinity) < latest));
  return fresh < 0 || newestFirst.slice(fresh).some(({ key }) => known.has(key));
}

function isNewestFirst(items: readonly FeedItem[]): boolean {
  const times = items.flatMap(({ published }) => published ?? []);
  const rising = times.filter((time, i) => i > 0 && time > times[i - 1]!).length;
  const falling = times.filter((time, i) => i > 0 && time < times[i - 1]!).length;
  return falling >= rising;
}
