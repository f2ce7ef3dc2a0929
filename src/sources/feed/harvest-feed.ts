/**
 * One harvest of a feed: asked whether it has changed (RFC 9110, conditional requests), and whether it goes on where it
 * was: some item of the last time must be in it still, or on the older pages that it names.
 */
import type { Cursor, Exchange, HarvestIo, HarvestStep, Pace, SeedView } from '../harvest.js';
import { NetworkError } from '../harvest.js';
import { asArray, asObject, asString } from '../shared/json.js';
import { HEAD_BYTES } from '../source.js';
import { ask, feedIn } from './harvest-find.js';
import { goesOn, itemsOf, type FeedItem } from './harvest-items.js';
import { addressOf, givenIn, movedBy, movingIn, type Moving } from './harvest-moved.js';
import { olderPages } from './harvest-older.js';
import { paceIn, paceOfCursor, storedPace } from './harvest-pace.js';

/** A cursor has 4 KiB: 150 names of 19 bytes, and what the server calls this state of the feed. */
const MOST_KNOWN = 150;
const LONGEST_VALIDATOR = 500;

interface Place {
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  readonly digest: string | undefined;
  readonly known: readonly string[];
  readonly moving?: Moving | undefined;
  readonly pace?: Pace | undefined;
}

const paced = (pace: Pace | undefined): { readonly pace?: Pace } => (pace ? { pace } : {});

export async function* harvestFeed(seed: SeedView, since: Cursor | null, io: HarvestIo): AsyncGenerator<HarvestStep> {
  const before = placeOf(since);
  const address = addressOf(seed);
  const { url } = address;
  const { etag, lastModified } = before;
  const validators = { ...(etag !== undefined && { etag }), ...(lastModified !== undefined && { lastModified }) };
  const asked = etag !== undefined || lastModified !== undefined;
  const exchange = await ask(url, givenIn(address), io, validators);
  const { status } = exchange;
  if (status === 304 && asked) {
    const moving = yield* movedBy(exchange, address, before.moving, io);
    return void (yield {
      kind: 'bookmark',
      cursor: cursorOf({ ...before, moving }),
      reach: 'whole',
      ...paced(before.pace),
    });
  }
  if (status !== 200) return void (yield refusal(exchange));
  const feed = await feedIn(exchange);
  if (!feed) throw new NetworkError('not-json', `${exchange.url} answers, but not with a feed`, exchange);
  const pace = paceIn((await exchange.body()).subarray(0, HEAD_BYTES));
  const place = { ...cached(exchange), pace, digest: exchange.digest, known: before.known };
  // The server cannot say that it has not changed; its bytes can.
  if (exchange.digest === before.digest) {
    const moving = yield* movedBy(exchange, address, before.moving, io);
    return void (yield { kind: 'bookmark', cursor: cursorOf({ ...place, moving }), reach: 'whole', ...paced(pace) });
  }

  const items = await itemsOf(exchange, feed.format);
  yield { kind: 'captured', exchange, format: feed.format, posts: [] };
  const beginning =
    since === null
      ? yield* goBack({ exchange, items }, url, seed.backfill, io)
      : yield* catchUp({ exchange, items }, url, new Set(before.known), io);
  const isSame = since === null || goesOn(items, new Set(before.known));
  const moving = isSame ? yield* movedBy(exchange, address, before.moving, io) : undefined;
  yield {
    kind: 'bookmark',
    cursor: cursorOf({ ...place, known: landmarks(items, before.known), moving }),
    reach: 'whole',
    ...paced(pace),
    ...(since === null && { backTo: { beginning: beginning === true } }),
  };
}

interface First {
  readonly exchange: Exchange;
  readonly items: readonly FeedItem[];
}

/** @returns whether there is nothing older */
async function* goBack(
  first: First,
  url: string,
  backfill: number,
  io: HarvestIo,
): AsyncGenerator<HarvestStep, boolean> {
  let count = first.items.length;
  if (count >= backfill) return false;
  const { end, gap } = yield* olderPages(first, url, (items) => (count += items.length) >= backfill, io);
  if (gap) yield gap;
  if (end === 'none') io.warn('the feed names no older pages: what it no longer holds cannot be had');
  if (end === 'limit') io.warn('the feed names more older pages than are read');
  return end === 'beginning';
}

async function* catchUp(
  first: First,
  url: string,
  known: ReadonlySet<string>,
  io: HarvestIo,
): AsyncGenerator<HarvestStep, undefined> {
  const { items } = first;
  if (known.size === 0 || items.length === 0 || goesOn(items, known)) return;
  const { end, gap } = yield* olderPages(first, url, (older) => goesOn(older, known), io);
  if (gap) yield gap;
  else if (end !== 'enough')
    yield {
      kind: 'gap',
      reason: 'ceiling',
      detail: `what the feed holds (${items.length} items) does not join up with what it held the last time`,
    };
}

function refusal(exchange: Exchange): HarvestStep {
  const { status } = exchange;
  const state = status === 410 ? 'deleted' : status === 404 ? 'notFound' : 'forbidden';
  const detail = `the feed answers with status ${status}; its posts are not concerned`;
  return { kind: 'account', exchange, state, detail };
}

function cached({ validators }: Exchange): Pick<Place, 'etag' | 'lastModified'> {
  const short = (text: string | undefined): string | undefined =>
    text !== undefined && text.length <= LONGEST_VALIDATOR ? text : undefined;
  return { etag: short(validators.etag), lastModified: short(validators.lastModified) };
}

/** A long feed is known by both its ends, whichever of them is the newer one. */
function landmarks(items: readonly FeedItem[], before: readonly string[]): readonly string[] {
  const keys = [...new Set(items.map(({ key }) => key))];
  const half = MOST_KNOWN / 2;
  if (keys.length > MOST_KNOWN) return [...keys.slice(0, half), ...keys.slice(-half)];
  return [...new Set([...keys, ...before])].slice(0, MOST_KNOWN);
}

function placeOf(cursor: Cursor | null): Place {
  const place = asObject(cursor);
  return {
    moving: movingIn(cursor),
    pace: paceOfCursor(cursor),
    etag: asString(place?.['etag']),
    lastModified: asString(place?.['lastModified']),
    digest: asString(place?.['digest']),
    known: asArray(place?.['known']).filter((key): key is string => typeof key === 'string'),
  };
}

function cursorOf({ etag, lastModified, digest, known, moving, pace }: Place): Cursor {
  return {
    ...(etag !== undefined && { etag }),
    ...(lastModified !== undefined && { lastModified }),
    ...(digest !== undefined && { digest }),
    known: [...known],
    ...(moving && { moving: { ...moving } }),
    ...(pace && { pace: storedPace(pace) }),
  };
}
