/**
 * What is new in a listing: newest first, page by page, until a page ends with something that was known or is older. The
 * places that Reddit itself offers (`before`) are names of things, and a thing that was deleted is no place any more.
 * After each page stands a bookmark: without a key a minute allows fewer requests than a long listing has pages.
 */
import type { Cursor, Gap, HarvestIo, HarvestStep, SeedView, SeenPost } from '../harvest.js';
import { asArray, asNumber, asObject, type JsonObject } from '../shared/json.js';
import { answerOf, Reddit } from './harvest-ask.js';
import {
  cursorOf,
  furtherDown,
  isoOf,
  placeAfter,
  placeOf,
  reaches,
  type Listed,
  type Place,
  type Walk,
} from './harvest-place.js';
import { pathOf, settingsOf } from './harvest-resolve.js';
import { troubleOf } from './harvest-trouble.js';
import { fullnameOf, postOf } from './uri.js';

export const FORMAT = 'reddit-api';
const LIMIT = 100;
/** A listing holds 1,000 things; those that are hidden count too, so that less may come. */
const MOST_PAGES = 15;
const NEAR_CEILING = 900;
/** Clocks are seldom further apart. */
const CLOCK_SKEW_S = 300;

/** `stuck` the same came again; `endless` more pages than there can be; `enough` of a first harvest. */
type End = 'met' | 'end' | 'enough' | 'stuck' | 'endless';

export async function* harvestListing(
  seed: SeedView,
  since: Cursor | null,
  io: HarvestIo,
): AsyncGenerator<HarvestStep> {
  const settings = settingsOf(seed.settings);
  if (!settings) return;
  const reddit = new Reddit(io);
  const place = placeOf(since);
  const fromTop: Walk = {
    top: [],
    newest: 0,
    oldest: 0,
    listed: 0,
    ...((since === null || place.walk?.left !== undefined) && { left: seed.backfill }),
  };
  let resumed = place.walk !== undefined;
  let walk = place.walk ?? fromTop;
  let end: End = 'endless';
  const seen = new Set<string>();
  const asked = new Set<string>();
  for (let page = 1; page <= MOST_PAGES; page++) {
    const query = { limit: String(LIMIT), sort: 'new', ...(walk.after !== undefined && { after: walk.after }) };
    const exchange = await reddit.ask(pathOf(settings), query);
    const answer = await answerOf(exchange);
    const listing = listingIn(answer);
    if (exchange.status !== 200 || !listing) {
      yield* troubleOf(exchange, answer, settings, reddit);
      return;
    }
    const children = asArray(listing['children']).map((child) => asObject(asObject(child)?.['data']));
    const posts = children.flatMap(seenIn);
    if (posts.length > 0) yield { kind: 'captured', exchange, format: FORMAT, posts };
    const things = children.flatMap((data) => listedIn(data, io.now()));
    const after = fullnameOf(listing['after']);
    if (resumed && page === 1 && things.length === 0) {
      // The thing that the walk rested at may have been deleted: then nothing comes after it.
      [resumed, walk] = [false, fromTop];
      continue;
    }
    const fresh = things.filter(({ name }) => !seen.has(name));
    for (const { name } of fresh) seen.add(name);
    walk = furtherDown(walk, fresh, after);
    if (reaches(place, things)) end = 'met';
    else if (after === undefined) end = 'end';
    else if (asked.has(after) || (fresh.length === 0 && things.length > 0)) end = 'stuck';
    else if (walk.left !== undefined && walk.left <= 0) end = 'enough';
    else {
      asked.add(after);
      yield { kind: 'bookmark', cursor: cursorOf({ ...place, walk }), reach: 'partial', ...backTo(walk, false) };
      continue;
    }
    break;
  }
  const gap = gapAfter(place, walk, end);
  if (gap) yield gap;
  // An empty list shows nothing: the place stays.
  if (walk.listed === 0 && place.known.length > 0) return;
  const bottom = walk.left === undefined ? place.bottom : end === 'enough' ? walk.after : undefined;
  yield {
    kind: 'bookmark',
    cursor: cursorOf({ ...placeAfter(place, walk), ...(bottom !== undefined && { bottom }) }),
    // What came while an earlier walk rested stands above it.
    reach: resumed ? 'partial' : 'whole',
    ...backTo(walk, end === 'end' && walk.listed < NEAR_CEILING),
  };
}

/** Whether things may have been missed between what was known and this walk. */
function gapAfter({ known, newest }: Place, walk: Walk, end: End): Gap | undefined {
  const [from, to] = [isoOf(newest), isoOf(walk.oldest)];
  const times = {
    ...(from !== undefined && { from }),
    ...(from !== undefined && to !== undefined && to > from && { to }),
  };
  const gap = (reason: Gap['reason'], detail: string): Gap => ({ kind: 'gap', reason, detail, ...times });
  if (end === 'stuck') return gap('platform', 'the listing does not go on: the same page came twice');
  if (end === 'endless') return gap('platform', `after ${walk.listed} things the listing has no end`);
  if (end !== 'end' || walk.left !== undefined) return undefined;
  if (walk.listed >= NEAR_CEILING)
    return gap('ceiling', `nothing that was known is in the ${walk.listed} things that the listing holds`);
  if (known.length === 0) return undefined;
  if (walk.listed === 0) return gap('platform', 'the listing is empty, and was not before');
  return gap('platform', `the listing ends after ${walk.listed} things, before any that was known`);
}

function backTo(walk: Walk, beginning: boolean): { backTo?: { beginning: boolean; published?: string } } {
  if (walk.left === undefined) return {};
  const published = isoOf(walk.oldest);
  return { backTo: { beginning, ...(published !== undefined && { published }) } };
}

export function listingIn(answer: JsonObject | undefined): JsonObject | undefined {
  return answer?.['kind'] === 'Listing' ? asObject(answer['data']) : undefined;
}

function seenIn(data: JsonObject | undefined): SeenPost[] {
  const name = fullnameOf(data?.['name']);
  if (name === undefined) return [];
  const published = isoOf(asNumber(data?.['created_utc']) ?? 0);
  return [{ post: postOf(name), ref: name, ...(published !== undefined && { published }) }];
}

function listedIn(data: JsonObject | undefined, nowMs: number): Listed[] {
  const name = fullnameOf(data?.['name']);
  if (name === undefined) return [];
  const made = asNumber(data?.['created_utc']) ?? 0;
  const pinned = data?.['stickied'] === true || data?.['pinned'] === true;
  return [{ name, made: made > 0 && made <= nowMs / 1_000 + CLOCK_SKEW_S ? made : 0, pinned }];
}
