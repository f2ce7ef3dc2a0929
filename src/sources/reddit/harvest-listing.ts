/**
 * What is new in a listing: newest first, page by page, until a page holds something that was known. The places that
 * Reddit itself offers (`before`) are names of things, and a thing that was deleted is no place any more.
 */
import type { Cursor, HarvestIo, HarvestStep, SeedView, SeenPost } from '../harvest.js';
import { asArray, asNumber, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { accountNote, answerOf, Reddit } from './harvest-ask.js';
import { pathOf, settingsOf } from './harvest-resolve.js';
import { fullnameOf, postOf } from './uri.js';

export const FORMAT = 'reddit-api';
const LIMIT = 100;
/** A listing holds 1,000 things. */
const MOST_PAGES = 12;
const KNOWN = 50;

export async function* harvestListing(
  seed: SeedView,
  since: Cursor | null,
  io: HarvestIo,
): AsyncGenerator<HarvestStep> {
  const place = settingsOf(seed.settings);
  if (!place) return;
  const reddit = new Reddit(io);
  const known = knownOf(since);
  const anchors = new Set(known);
  const seen = new Set<string>();
  let after: string | undefined;
  let end: 'met' | 'end' | 'ceiling' | 'stuck' | undefined;
  let oldest: string | undefined;
  for (let page = 1; page <= MOST_PAGES && end === undefined; page++) {
    const exchange = await reddit.ask(pathOf(place), {
      limit: String(LIMIT),
      sort: 'new',
      ...(after !== undefined && { after }),
    });
    const answer = await answerOf(exchange);
    const listing = answer?.['kind'] === 'Listing' ? asObject(answer['data']) : undefined;
    if (exchange.status !== 200 || !listing) {
      if (page === 1) {
        yield accountNote(exchange, answer);
        return;
      }
      yield gap(`page ${page} of the listing was none: status ${exchange.status}`);
      break;
    }
    const posts = asArray(listing['children']).flatMap(seenIn);
    if (posts.length > 0) yield { kind: 'captured', exchange, format: FORMAT, posts };
    const fresh = posts.filter(({ ref }) => !seen.has(ref));
    for (const { ref, published } of fresh) {
      seen.add(ref);
      oldest = published ?? oldest;
    }
    const next = asString(listing['after']);
    if (posts.some(({ ref }) => anchors.has(ref))) end = 'met';
    else if (next === undefined) end = 'end';
    else if (fresh.length === 0 || next === after) end = 'stuck';
    else if (anchors.size === 0 && seen.size >= seed.backfill) end = 'ceiling';
    after = next;
  }
  if (end === 'stuck') yield gap('the listing does not go on: the same page came twice');
  if (anchors.size > 0 && end !== 'met') {
    if (seen.size === 0) {
      yield gap('the listing is empty, and was not before');
      return;
    }
    if (end !== 'stuck')
      yield {
        kind: 'gap',
        reason: 'ceiling',
        detail: 'nothing that was known is in the 1,000 things that a listing holds',
      };
  }
  yield {
    kind: 'bookmark',
    cursor: { known: [...new Set([...seen, ...known])].slice(0, KNOWN) },
    reach: 'whole',
    ...(since === null && {
      backTo: { beginning: end === 'end' && seen.size < 900, ...(oldest && { published: oldest }) },
    }),
  };
}

const gap = (detail: string): HarvestStep => ({ kind: 'gap', reason: 'platform', detail });

function seenIn(child: unknown): SeenPost[] {
  const data: JsonObject | undefined = isObject(child) ? asObject(child['data']) : undefined;
  const fullname = fullnameOf(data?.['name']);
  if (fullname === undefined) return [];
  const created = asNumber(data?.['created_utc']);
  const ms = created === undefined ? NaN : created * 1_000;
  const published = ms > 0 && ms < 8.64e15 ? new Date(ms).toISOString() : undefined;
  return [{ post: postOf(fullname), ref: fullname, ...(published !== undefined && { published }) }];
}

function knownOf(cursor: Cursor | null): readonly string[] {
  return asArray(asObject(cursor)?.['known']).filter((name): name is string => typeof name === 'string');
}
