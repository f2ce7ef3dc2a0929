/**
 * What is new of an account: pages of its timeline, newest first, down to the newest known post. `since_id` is not sent:
 * a page that holds what was known, or what is older, is the proof that nothing lies between. After each page stands a
 * bookmark: posts are paid for one by one, and some tokens may ask only now and then.
 */
import type { Cursor, Exchange, Gap, HarvestIo, HarvestStep, SeedView, SeenPost } from '../harvest.js';
import { asArray, asNumber, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { answerOf, askPosts, askUser, troubleOf, X_V2 } from './harvest-ask.js';
import {
  cursorOf,
  furtherDown,
  isBelow,
  knownAfter,
  newestOf,
  placeOf,
  publishedOf,
  type Place,
  type Walk,
} from './harvest-place.js';
import { idOf, postOf } from './uri.js';

const LIMIT = 100;
/** Where little is expected: a quiet account has nothing new. */
const FIRST_LOOK = 10;
/** 3,200 posts are all that there is; deleted ones are counted too, so that less may come. */
const MOST_PAGES = 40;
const NEAR_CEILING = 3_000;

/**
 * `met` what was known or is older; `end` of the list; `enough` of a first harvest; `stuck` the same came again;
 * `endless` more pages than there can be.
 */
type End = 'met' | 'end' | 'enough' | 'stuck' | 'endless';

export async function* harvestTimeline(
  seed: SeedView,
  since: Cursor | null,
  io: HarvestIo,
): AsyncGenerator<HarvestStep> {
  const settings = asObject(seed.settings);
  const id = idOf(settings?.['id']);
  if (id === undefined) return;
  const place = placeOf(since);
  const newest = newestOf(place.known);
  const resumed = place.walk;
  let walk: Walk = resumed ?? { top: [], listed: 0, ...(since === null && { left: seed.backfill }) };
  let handle = place.handle ?? asString(settings?.['handle']);
  let token: string | undefined;
  let end: End = 'endless';
  const asked = new Set<string>();
  const seen = new Set<string>();
  for (let page = 1; page <= MOST_PAGES; page++) {
    const small = page === 1 && newest !== undefined && !resumed;
    const exchange = await askPosts(io, `/users/${id}/tweets`, {
      max_results: String(small ? FIRST_LOOK : LIMIT),
      ...(resumed?.until !== undefined && { until_id: resumed.until }),
      ...(token !== undefined && { pagination_token: token }),
    });
    const answer = await answerOf(exchange);
    if (exchange.status !== 200 || !isPage(answer)) {
      yield troubleOf(exchange, answer);
      return;
    }
    const name = authorIn(answer, id);
    if (name !== undefined && name !== handle) {
      if (handle !== undefined) yield renamed(exchange, id, handle, name);
      handle = name;
    }
    const posts = asArray(answer['data']).flatMap(seenIn);
    if (posts.length > 0 || asArray(answer['errors']).length > 0)
      yield { kind: 'captured', exchange, format: X_V2, posts };
    const fresh = posts.map(({ ref }) => ref).filter((ref) => !seen.has(ref));
    for (const ref of fresh) seen.add(ref);
    walk = furtherDown(walk, fresh);
    token = asString(asObject(answer['meta'])?.['next_token']);
    const found = endOf(token, newest, posts, walk) ?? (fresh.length === 0 && posts.length > 0 ? 'stuck' : undefined);
    if (found ?? asked.has(token!)) {
      end = found ?? 'stuck';
      break;
    }
    asked.add(token!);
    yield {
      kind: 'bookmark',
      cursor: cursorOf({ ...place, ...(handle !== undefined && { handle }), walk }),
      reach: 'partial',
      ...backTo(walk, false),
    };
  }
  if (walk.listed === 0 && newest !== undefined) {
    if (yield* isEmptyWrongly(io, id)) return;
  } else {
    const gap = gapAfter(place, walk, end);
    if (gap) yield gap;
  }
  const bottom = walk.left === undefined ? place.bottom : end === 'enough' ? walk.until : undefined;
  yield {
    kind: 'bookmark',
    cursor: cursorOf({
      known: knownAfter(place, walk),
      ...(handle !== undefined && { handle }),
      ...(bottom !== undefined && { bottom }),
    }),
    // What came while an earlier walk rested stands above it.
    reach: resumed ? 'partial' : 'whole',
    ...backTo(walk, end === 'end' && walk.listed < NEAR_CEILING),
  };
}

function endOf(
  token: string | undefined,
  newest: string | undefined,
  posts: readonly SeenPost[],
  walk: Walk,
): End | undefined {
  const last = posts.at(-1)?.ref;
  // The last of the page, so that one old post among new ones is no proof.
  if (newest !== undefined && last !== undefined && !isBelow(newest, last)) return 'met';
  if (token === undefined) return 'end';
  return walk.left !== undefined && walk.left <= 0 ? 'enough' : undefined;
}

/** Whether posts may have been missed between what was known and this walk. */
function gapAfter({ known }: Place, { listed, top, until }: Walk, end: End): Gap | undefined {
  const from = publishedOf(newestOf(known));
  const to = publishedOf(until ?? top.at(-1));
  const times = {
    ...(from !== undefined && { from }),
    ...(from !== undefined && to !== undefined && to > from && { to }),
  };
  const gap = (reason: Gap['reason'], detail: string): Gap => ({ kind: 'gap', reason, detail, ...times });
  if (end === 'stuck') return gap('platform', 'the timeline does not go on: the same page came twice');
  if (end === 'endless') return gap('platform', `after ${listed} posts the timeline has no end`);
  if (end !== 'end' || known.length === 0) return undefined;
  if (listed >= NEAR_CEILING)
    return gap('ceiling', `nothing that was known is in the ${listed} posts that the API lists`);
  return gap('platform', `the timeline ends after ${listed} posts, before any that was known`);
}

/** An empty list shows nothing, unless the account itself counts no posts. @returns false: it does */
async function* isEmptyWrongly(io: HarvestIo, id: string): AsyncGenerator<HarvestStep, boolean> {
  const exchange = await askUser(io, `/users/${id}`);
  const answer = await answerOf(exchange);
  const user = exchange.status === 200 ? asObject(answer?.['data']) : undefined;
  if (user?.['id'] === id) yield { kind: 'profile', exchange, format: X_V2 };
  const count = asNumber(asObject(user?.['public_metrics'])?.['tweet_count']);
  if (!user) yield troubleOf(exchange, answer);
  else if (user['protected'] === true)
    yield { kind: 'account', exchange, state: 'forbidden', detail: 'the account shows its posts to followers only' };
  else if (count !== 0) {
    const counted = count === undefined ? 'was not before' : `the account counts ${count} posts`;
    yield { kind: 'gap', reason: 'platform', detail: `the timeline is empty, and ${counted}` };
  } else return false;
  return true;
}

function renamed(exchange: Exchange, id: string, handle: string, name: string): HarvestStep {
  return {
    kind: 'account',
    exchange,
    state: 'renamed',
    name: `@${name} on X`,
    settings: { id, handle: name },
    detail: `@${handle} is now @${name}`,
  };
}

function backTo(walk: Walk, beginning: boolean): { backTo?: { beginning: boolean; published?: string } } {
  if (walk.left === undefined) return {};
  const published = publishedOf(walk.until);
  return { backTo: { beginning, ...(published !== undefined && { published }) } };
}

/** `{meta: {result_count: 0}}` is an empty page; `{errors: […]}` alone is none. */
function isPage(answer: JsonObject | undefined): answer is JsonObject {
  return answer !== undefined && (Array.isArray(answer['data']) || isObject(answer['meta']));
}

function authorIn(answer: JsonObject, id: string): string | undefined {
  const users = asArray(asObject(answer['includes'])?.['users']).filter(isObject);
  return asString(users.find((user) => user['id'] === id)?.['username']);
}

function seenIn(tweet: unknown): SeenPost[] {
  const id = idOf(asObject(tweet)?.['id']);
  const published = asString(asObject(tweet)?.['created_at']);
  return id === undefined ? [] : [{ post: postOf(id), ref: id, ...(published !== undefined && { published }) }];
}
