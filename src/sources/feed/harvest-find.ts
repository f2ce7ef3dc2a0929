/** From an address to a feed: the address itself, or the first feed that the page behind it names. */
import { Parser } from 'htmlparser2';
import { UsageError } from '../../core/errors.js';
import { withoutSecrets } from '../../core/secrets.js';
import type { Exchange, HarvestIo, RequestOptions, ResolvedSeed } from '../harvest.js';
import { HEAD_BYTES } from '../source.js';
import { absolute } from './address.js';
import { headOf } from './head.js';
import { jsonFeedOf } from './json.js';
import { recognise } from './recognise.js';

const FEED_TYPES = /^application\/(?:rss\+xml|atom\+xml|rdf\+xml|feed\+json)\b/i;
export const ACCEPT =
  'application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5';

export async function resolveFeed(text: string, io: HarvestIo): Promise<ResolvedSeed | undefined> {
  mustBeOpen(text);
  const exchange = await ask(text, text, io);
  const own = await feedIn(exchange);
  if (own) return seedOf(text, exchange, own.title);
  if (exchange.status !== 200) {
    if (!/\.(?:rss|atom|rdf|xml)|feed/i.test(text)) return undefined;
    throw new UsageError(`${text} answers with status ${exchange.status}`);
  }
  const named = await namedIn(exchange);
  if (named === undefined) return undefined;
  mustBeOpen(named);
  const next = await ask(named, text, io);
  const found = await feedIn(next);
  return found && seedOf(named, next, found.title);
}

/** A credential is for the site that people named, not for those that its pages name. */
export function ask(address: string, given: string, io: HarvestIo, since?: RequestOptions['since']): Promise<Exchange> {
  const own = io.credential !== undefined && originOf(address) === originOf(given);
  return io.request(address, {
    headers: { accept: ACCEPT },
    ...(own && { authorised: true }),
    ...(since && { since }),
  });
}

function originOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).origin : undefined;
}

function mustBeOpen(address: string): void {
  const { removed } = withoutSecrets(address);
  if (removed.length > 0)
    throw new UsageError(
      `the address holds a secret (${removed.join(', ').slice(0, 100)}), which would stand in the archive in clear. Give it without, and the secret as a credential (perdure credentials)`,
    );
}

/**
 * Asked for is the address that was given: a redirect may be for today only. Known is the feed by the address that answers,
 * unless that holds a key that the redirect made up.
 */
function seedOf(given: string, { url }: Exchange, title: string | undefined): ResolvedSeed {
  return {
    uri: withoutSecrets(url).removed.length > 0 ? given : url,
    name: title === undefined || title.trim() === '' ? url : title.trim().slice(0, 200),
    settings: { url: given },
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
