/** The older pages that a feed names (RFC 5005), one after another. */
import type { Exchange, Gap, HarvestIo, HarvestStep } from '../harvest.js';
import { ask, feedIn } from './harvest-find.js';
import { itemsOf, type FeedItem } from './harvest-items.js';
import { nextIn } from './harvest-pages.js';

const MOST_PAGES = 50;

/**
 * Why it ended: `enough` the caller has what it wanted; `beginning` the last page names no other; `none` the feed names no
 * older page at all; `limit` there are more than are taken in one harvest; `broken` the platform's paging leads nowhere.
 */
export interface Older {
  readonly end: 'enough' | 'beginning' | 'none' | 'limit' | 'broken';
  readonly gap?: Gap;
}

/** @param enough told of each page's items, the newest page's not among them */
export async function* olderPages(
  first: { readonly exchange: Exchange; readonly items: readonly FeedItem[] },
  given: string,
  enough: (items: readonly FeedItem[]) => boolean,
  io: HarvestIo,
): AsyncGenerator<HarvestStep, Older> {
  const seen = new Set(first.items.map(({ key }) => key));
  const asked = new Set([first.exchange.url, given]);
  let next = nextIn(await first.exchange.body(), first.exchange.url);
  if (next === undefined) return { end: 'none' };
  for (let page = 1; page <= MOST_PAGES; page++) {
    if (asked.has(next)) return broken(`older page ${page} is the same as one before`);
    asked.add(next);
    const exchange: Exchange = await ask(next, given, io);
    const feed = await feedIn(exchange);
    if (!feed) return broken(`older page ${page} is none: status ${exchange.status}`);
    const items = await itemsOf(exchange, feed.format);
    yield { kind: 'captured', exchange, format: feed.format, posts: [] };
    next = nextIn(await exchange.body(), exchange.url);
    const fresh = items.filter(({ key }) => !seen.has(key));
    if (enough(items)) return { end: 'enough' };
    if (next === undefined) return { end: 'beginning' };
    if (fresh.length === 0) return broken(`older page ${page} holds the same items as those before`);
    for (const { key } of fresh) seen.add(key);
  }
  return { end: 'limit' };
}

function broken(detail: string): Older {
  return { end: 'broken', gap: { kind: 'gap', reason: 'platform', detail } };
}
