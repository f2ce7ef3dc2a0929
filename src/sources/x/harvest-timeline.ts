/**
 * What is new of an account: pages of its timeline, newest first, down to the newest known post. `since_id` is not sent:
 * where the post of that id was deleted the API answers with an error, and a page that holds what was known is the proof
 * that nothing lies between.
 */
import type { Cursor, HarvestIo, HarvestStep, SeedView, SeenPost } from '../harvest.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { accountNote, answerOf, askPosts, askUser, X_V2 } from './harvest-ask.js';
import { idOf, postOf } from './uri.js';

const LIMIT = 100;
/** 3,200 posts are all that there is. */
const MOST_PAGES = 40;
const KNOWN = 50;

interface Place {
  /** Newest first. */
  readonly known: readonly string[];
  readonly handle: string | undefined;
}

export async function* harvestTimeline(
  seed: SeedView,
  since: Cursor | null,
  io: HarvestIo,
): AsyncGenerator<HarvestStep> {
  const settings = asObject(seed.settings);
  const id = idOf(settings?.['id']);
  if (id === undefined) return;
  const before = placeOf(since);
  const anchors = new Set(before.known);
  const seen: string[] = [];
  let handle = before.handle ?? asString(settings?.['handle']);
  let token: string | undefined;
  let end: 'met' | 'end' | 'ceiling' | undefined;
  let oldest: string | undefined;
  const tokens = new Set<string>();
  for (let page = 1; page <= MOST_PAGES && end === undefined; page++) {
    // The first look is small: a quiet account has nothing new, and posts are paid for one by one.
    const size = page === 1 && anchors.size > 0 ? '10' : String(LIMIT);
    const query = { max_results: size, ...(token !== undefined && { pagination_token: token }) };
    const exchange = await askPosts(io, `/users/${id}/tweets`, query);
    const answer = await answerOf(exchange);
    const tweets = tweetsIn(answer);
    if (exchange.status !== 200 || !isPage(answer)) {
      const note = accountNote(exchange, answer);
      if (note) yield note;
      else yield gap(`page ${page} of the timeline was none: status ${exchange.status}`);
      return;
    }
    const name = authorIn(answer, id);
    if (name !== undefined && name !== handle) {
      if (handle !== undefined)
        yield {
          kind: 'account',
          exchange,
          state: 'renamed',
          name: `@${name} on X`,
          settings: { id, handle: name },
          detail: `@${handle} is now @${name}`,
        };
      handle = name;
    }
    const posts = tweets.flatMap((tweet) => seenIn(tweet) ?? []);
    if (tweets.length > 0 || asArray(answer['errors']).length > 0)
      yield { kind: 'captured', exchange, format: X_V2, posts };
    const fresh = posts.filter(({ ref }) => !seen.includes(ref));
    seen.push(...fresh.map(({ ref }) => ref));
    oldest = posts.at(-1)?.published ?? oldest;
    if (posts.some(({ ref }) => anchors.has(ref))) end = 'met';
    else {
      token = asString(asObject(answer['meta'])?.['next_token']);
      if (token === undefined) end = 'end';
      else if (tokens.has(token) || fresh.length === 0) {
        yield gap('the timeline does not go on: the same page came twice');
        end = 'ceiling';
      } else if (anchors.size === 0 && seen.length >= seed.backfill) end = 'ceiling';
      tokens.add(token ?? '');
    }
  }
  if (anchors.size > 0 && end !== 'met') {
    const trouble = seen.length === 0 ? await asked(io, id) : undefined;
    // An empty list of an account that is there shows nothing: the place stays.
    if (seen.length === 0) {
      yield trouble ?? gap('the timeline is empty, and was not before');
      return;
    }
    yield { kind: 'gap', reason: 'ceiling', detail: 'nothing that was known is in the 3,200 posts that the API lists' };
  }
  const known = [...new Set([...seen, ...before.known])].slice(0, KNOWN);
  yield {
    kind: 'bookmark',
    cursor: { known, ...(handle !== undefined && { handle }) },
    reach: 'whole',
    ...(since === null && { backTo: { beginning: end === 'end', ...(oldest !== undefined && { published: oldest }) } }),
  };
}

async function asked(io: HarvestIo, id: string): Promise<HarvestStep | undefined> {
  const exchange = await askUser(io, `/users/${id}`);
  return accountNote(exchange, await answerOf(exchange));
}

const gap = (detail: string): HarvestStep => ({ kind: 'gap', reason: 'platform', detail });

/** `{meta: {result_count: 0}}` is an empty page; `{errors: […]}` alone is none. */
function isPage(answer: JsonObject | undefined): answer is JsonObject {
  return answer !== undefined && (Array.isArray(answer['data']) || isObject(answer['meta']));
}

function tweetsIn(answer: JsonObject | undefined): JsonObject[] {
  return asArray(answer?.['data']).filter(isObject);
}

function authorIn(answer: JsonObject, id: string): string | undefined {
  const users = asArray(asObject(answer['includes'])?.['users']).filter(isObject);
  return asString(users.find((user) => user['id'] === id)?.['username']);
}

export function seenIn(tweet: JsonObject): SeenPost | undefined {
  const id = idOf(tweet['id']);
  const published = asString(tweet['created_at']);
  return id === undefined ? undefined : { post: postOf(id), ref: id, ...(published !== undefined && { published }) };
}

function placeOf(cursor: Cursor | null): Place {
  const place = asObject(cursor);
  const known = asArray(place?.['known']).filter((id): id is string => typeof id === 'string');
  return { known, handle: asString(place?.['handle']) };
}
