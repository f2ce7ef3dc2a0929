/** From an address to a feed: the address itself, or the first feed that the page behind it names. */
import { Parser } from 'htmlparser2';
import { UsageError } from '../../core/errors.js';
import type { Exchange, HarvestIo, ResolvedSeed } from '../harvest.js';
import { HEAD_BYTES } from '../source.js';
import { absolute } from './address.js';
import { headOf } from './head.js';
import { jsonFeedOf } from './json.js';
import { recognise } from './recognise.js';

const FEED_TYPES = /^application\/(?:rss\+xml|atom\+xml|rdf\+xml|feed\+json)\b/i;
export const ACCEPT =
  'application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5';

export async function resolveFeed(text: string, io: HarvestIo): Promise<ResolvedSeed | undefined> {
  const exchange = await ask(text, io);
  const own = await feedIn(exchange);
  if (own) return seedOf(exchange, own.title);
  if (exchange.status !== 200) {
    if (!/\.(?:rss|atom|rdf|xml)|feed/i.test(text)) return undefined;
    throw new UsageError(`${text} answers with status ${exchange.status}`);
  }
  const named = await namedIn(exchange);
  if (named === undefined) return undefined;
  const next = await ask(named, io);
  const found = await feedIn(next);
  return found && seedOf(next, found.title);
}

export function ask(address: string, io: HarvestIo): Promise<Exchange> {
  const credential = io.credential !== undefined;
  return io.request(address, { headers: { accept: ACCEPT }, ...(credential && { authorised: true }) });
}

function seedOf({ url }: Exchange, title: string | undefined): ResolvedSeed {
  return {
    uri: url,
    name: title === undefined || title.trim() === '' ? url : title.trim().slice(0, 200),
    settings: { url },
  };
}

/** The format that the body is read as, and the feed's title; undefined where it is no feed. */
export async function feedIn(exchange: Exchange): Promise<{ format: string; title: string | undefined } | undefined> {
  if (exchange.status !== 200 || exchange.bytes === 0) return undefined;
  const head = (await exchange.body()).subarray(0, HEAD_BYTES);
  const path = 'feed';
  const found = recognise({ path, size: exchange.bytes, head, paths: [path] });
  if (found?.role !== 'records') return undefined;
  return { format: found.format, title: titleOf(head, found.format) };
}

function titleOf(head: Uint8Array, format: string): string | undefined {
  const feed = format === 'jsonfeed' ? jsonFeedOf(head) : headOf(head)?.feed;
  return feed?.title;
}

/** `<link rel="alternate" type="application/rss+xml" href="/feed">` (https://www.rssboard.org/rss-autodiscovery). */
async function namedIn(exchange: Exchange): Promise<string | undefined> {
  let base = exchange.url;
  let found: string | undefined;
  const parser = new Parser({
    onopentag(name, attributes) {
      if (name === 'base') base = absolute(attributes['href'], base) ?? base;
      if (name !== 'link' || found !== undefined) return;
      const rel = (attributes['rel'] ?? '').toLowerCase().split(/\s+/);
      if (rel.includes('alternate') && FEED_TYPES.test(attributes['type'] ?? ''))
        found = absolute(attributes['href'], base);
    },
  });
  // The head of a page names it; what a page says after its first megabyte is no head.
  parser.write((await exchange.body()).subarray(0, 1024 * 1024).toString('utf8'));
  parser.end();
  return found;
}
