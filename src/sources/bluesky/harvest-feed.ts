/**
 * An account as Bluesky's own view of the network shows it (`app.bsky.feed.getAuthorFeed`), where the account's server
 * hands out no lists. The view hides what its labels and takedowns hide, so the place in the repository stays where it
 * was: a server that answers again is asked from there on.
 */
import type { HarvestIo, HarvestStep, SeedView, SeenPost } from '../harvest.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { accountError, ask, troubleOf, type Answer } from './harvest-ask.js';
import type { RepoSettings } from './harvest-identity.js';
import { cursorOf, keyOf, knownAfter, type Place } from './harvest-place.js';
import { parseAtUri, uriOf } from './uri.js';

/** Bluesky's own view of the network: it knows every account that anybody there has met. */
export const APP_VIEW = 'https://public.api.bsky.app';
const LIMIT = 100;
const MOST_PAGES = 100;
const LIST = 'app.bsky.feed.getAuthorFeed';

/** @param refusal what the account's own server said */
export async function* harvestFeed(
  { did }: RepoSettings,
  seed: SeedView,
  before: Place,
  refusal: Answer,
  io: HarvestIo,
): AsyncGenerator<HarvestStep> {
  io.warn(`the account's server does not hand out its records (${refusal.said}): Bluesky's AppView was asked instead`);
  const known = before.known[LIST];
  const anchors = new Set(known);
  const keys = new Set<string>();
  let oldest: string | undefined;
  let cursor: string | undefined;
  let end = false;
  for (let page = 1; ; page++) {
    const query = { actor: did, filter: 'posts_with_replies', includePins: 'false', limit: String(LIMIT) };
    const answer = await ask(io, APP_VIEW, LIST, { ...query, ...(cursor !== undefined && { cursor }) });
    const feed = answer.body?.['feed'];
    if (!Array.isArray(feed)) return void (yield troubleOf(accountError(answer) ? answer : refusal));
    const listed = asArray(feed).flatMap((item) => listedIn(item, did));
    const posts = listed.flatMap(({ seen }) => seen ?? []);
    if (feed.length > 0) yield { kind: 'captured', exchange: answer.exchange, format: 'bluesky-api', posts };
    const had = keys.size;
    for (const { key, seen } of listed) {
      keys.add(key);
      oldest = seen?.published ?? oldest;
    }
    const next = asString(answer.body?.['cursor']);
    end = next === undefined || feed.length === 0;
    if (end || listed.some(({ key }) => anchors.has(key)) || (known === undefined && keys.size >= seed.backfill)) break;
    if (keys.size === had || next === cursor || page === MOST_PAGES) {
      const detail = `the feed of ${did} came to nothing that was known, and does not go on`;
      if (known !== undefined || page < MOST_PAGES) yield { kind: 'gap', reason: 'platform', detail };
      break;
    }
    cursor = next;
  }
  if (end && known !== undefined && known.length > 0 && ![...keys].some((key) => anchors.has(key)))
    yield { kind: 'gap', reason: 'ceiling', detail: `the feed of ${did} ends before anything that was known` };
  const backTo = { beginning: end, ...(oldest !== undefined && { published: oldest }) };
  yield {
    kind: 'bookmark',
    cursor: cursorOf({ ...before, known: { ...before.known, [LIST]: knownAfter([...keys], known) } }),
    reach: 'whole',
    ...(known === undefined && { backTo }),
  };
}

/** Pinned posts stand above newer ones. Of a repost the address alone is the account's. */
function listedIn(item: unknown, did: string): { key: string; seen?: SeenPost }[] {
  const entry: JsonObject = isObject(item) ? item : {};
  const reason = asObject(entry['reason']);
  const type = asString(reason?.['$type']) ?? '';
  if (type.endsWith('#reasonPin')) return [];
  const named = type.endsWith('#reasonRepost') ? reason : asObject(entry['post']);
  const place = parseAtUri(named?.['uri']);
  if (place?.did !== did) return [];
  const key = keyOf(place.rkey, asString(named?.['cid']));
  if (named === reason) return [{ key }];
  const created = asString(asObject(named?.['record'])?.['createdAt'])?.slice(0, 40);
  const ref = `${place.collection}/${place.rkey}`;
  return [{ key, seen: { post: uriOf(place), ref, ...(created !== undefined && { published: created }) } }];
}
