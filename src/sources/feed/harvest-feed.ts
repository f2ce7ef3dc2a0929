/**
 * One harvest of a feed: asked whether it has changed (RFC 9110, conditional requests), and whether it goes on where it
 * was: some item of the last time must be in it still, or items may have come and gone in between.
 */
import { sha256 } from '../../core/digest.js';
import { isRefused } from '../../core/reading.js';
import type { Cursor, Exchange, HarvestIo, HarvestStep, SeedView } from '../harvest.js';
import { NetworkError } from '../harvest.js';
import { asArray, asObject, asString } from '../shared/json.js';
import { HEAD_BYTES } from '../source.js';
import { ACCEPT, feedIn } from './harvest-find.js';
import { nextIn } from './harvest-pages.js';
import { normalise } from './normalise.js';
import { splitFeed } from './split.js';

/** RFC 5005: pages of an archive, in the first harvest. */
const MOST_PAGES = 50;
const KNOWN = 500;

interface Place {
  readonly url: string;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  readonly digest: string | undefined;
  /** Short digests of what the items are known by. */
  readonly known: readonly string[];
}

export async function* harvestFeed(seed: SeedView, since: Cursor | null, io: HarvestIo): AsyncGenerator<HarvestStep> {
  const before = placeOf(since, seed);
  const exchange = await askSince(before, io);
  const { status } = exchange;
  if (status === 304) return void (yield { kind: 'bookmark', cursor: since ?? {}, reach: 'whole' });
  if (status !== 200) return void (yield refusal(exchange));
  const feed = await feedIn(exchange);
  if (!feed) throw new NetworkError('not-json', `${exchange.url} answers, but not with a feed`, exchange);
  const place = { ...cached(exchange), digest: exchange.digest, known: before.known };
  // The server cannot say that it has not changed; its bytes can.
  if (exchange.digest === before.digest)
    return void (yield { kind: 'bookmark', cursor: cursorOf(place), reach: 'whole' });

  const items = await keysOf(exchange, feed.format);
  yield { kind: 'captured', exchange, format: feed.format, posts: [] };
  const known = new Set(before.known);
  if (known.size > 0 && items.length > 0 && !items.some((item) => known.has(item)))
    yield {
      kind: 'gap',
      reason: 'ceiling',
      detail: `none of the items of the last time is among the ${items.length} of now`,
    };
  let all = items;
  let beginning = false;
  if (since === null) {
    const older = yield* archiveOf(exchange, feed.format, seed.backfill - items.length, io);
    all = [...items, ...older.items];
    ({ beginning } = older);
  }
  const kept = [...new Set([...all, ...before.known])].slice(0, KNOWN);
  yield {
    kind: 'bookmark',
    cursor: cursorOf({ ...place, known: kept }),
    reach: 'whole',
    ...(since === null && { backTo: { beginning } }),
  };
}

function askSince({ url, etag, lastModified }: Place, io: HarvestIo): Promise<Exchange> {
  const validators = { ...(etag !== undefined && { etag }), ...(lastModified !== undefined && { lastModified }) };
  return io.request(url, {
    headers: { accept: ACCEPT },
    since: validators,
    ...(io.credential !== undefined && { authorised: true }),
  });
}

function refusal(exchange: Exchange): HarvestStep {
  const { status } = exchange;
  const state = status === 410 ? 'deleted' : status === 404 ? 'notFound' : 'forbidden';
  return {
    kind: 'account',
    exchange,
    state,
    detail: `the feed answers with status ${status}; its posts are not concerned`,
  };
}

function cached({ validators }: Exchange): Pick<Place, 'etag' | 'lastModified'> {
  return { etag: validators.etag, lastModified: validators.lastModified };
}

/** By the names that the normaliser gives the items: what it calls one post is one. */
async function keysOf(exchange: Exchange, format: string): Promise<string[]> {
  const bytes = await exchange.body();
  const context = {
    path: 'feed',
    format,
    capture: exchange.digest,
    accession: sha256('feed'),
    survey: undefined,
    head: bytes.subarray(0, HEAD_BYTES),
    address: exchange.url,
    options: { include: [] },
  };
  const keys: string[] = [];
  for await (const { offset, length, refused } of splitFeed(once(bytes), format)) {
    if (refused) continue;
    for (const item of normalise(bytes.subarray(offset, offset + length), { ...context, offset, length }))
      if (!isRefused(item)) keys.push(sha256(item.post).slice(0, 16));
  }
  return keys;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

interface Archive {
  readonly items: string[];
  readonly beginning: boolean;
}

async function* archiveOf(
  first: Exchange,
  format: string,
  wanted: number,
  io: HarvestIo,
): AsyncGenerator<HarvestStep, Archive> {
  const items: string[] = [];
  const asked = new Set([first.url]);
  let next = nextIn(await first.body(), first.url);
  const paged = next !== undefined;
  while (next !== undefined && items.length < wanted && asked.size <= MOST_PAGES && !asked.has(next)) {
    asked.add(next);
    const exchange = await io.request(next, { headers: { accept: ACCEPT } });
    const feed = await feedIn(exchange);
    if (!feed) break;
    const more = await keysOf(exchange, feed.format);
    yield { kind: 'captured', exchange, format: feed.format, posts: [] };
    items.push(...more);
    next = more.length === 0 ? undefined : nextIn(await exchange.body(), exchange.url);
    if (next === undefined) return { items, beginning: true };
  }
  if (!paged) io.warn(`a ${format} feed without older pages: what it no longer holds cannot be had`);
  return { items, beginning: false };
}

function placeOf(cursor: Cursor | null, { uri, settings }: SeedView): Place {
  const place = asObject(cursor);
  return {
    url: asString(asObject(settings)?.['url']) ?? uri,
    etag: asString(place?.['etag']),
    lastModified: asString(place?.['lastModified']),
    digest: asString(place?.['digest']),
    known: asArray(place?.['known']).filter((key): key is string => typeof key === 'string'),
  };
}

function cursorOf({ etag, lastModified, digest, known }: Omit<Place, 'url'>): Cursor {
  return {
    ...(etag !== undefined && { etag }),
    ...(lastModified !== undefined && { lastModified }),
    ...(digest !== undefined && { digest }),
    known: [...known],
  };
}
