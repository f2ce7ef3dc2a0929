/** An answer of API v2: `{data, includes, errors, meta}`, with twarc2's `__twarc`; and a post that twarc2 flattened. */
import type { Outcome, Reading } from '../../core/reading.js';
import { Rejection, type RejectReason } from '../../core/errors.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { modernAuthor } from './actors.js';
import { absent, attempt, type Draft, type Env, type Item } from './draft.js';
import { timeOf } from './time.js';
import { idOf } from './uri.js';
import { NO_INCLUDES, readTweet, type Includes } from './v2.js';

/** Adds when twarc2 fetched it. */
export function envOf(record: JsonObject, env: Env): Env {
  const at = timeOf(asObject(record['__twarc'])?.['retrieved_at']);
  return at ? { ...env, observedAt: { at, basis: 'record' } } : env;
}

/** All that the page says: its own posts, those that it includes, and what it could not show. */
export function readPage(page: JsonObject, outer: Env): Item[] {
  const env = envOf(page, outer);
  // academictwitteR writes the included objects into a file of their own, without the page around them.
  const included = asObject(page['includes']) ?? page;
  const includes = includesOf(included);
  const items: Item[] = [];
  const data = page['data'];
  const own = Array.isArray(data) ? (data as unknown[]) : data === undefined || data === null ? [] : [data];
  const users = own.filter(isUser).length;
  const counts = own.filter(isCount).length;
  for (const value of own)
    if (!isUser(value) && !isCount(value)) items.push(attempt(() => readOwn(value, includes, env)));
  for (const value of asArray(included['tweets'])) {
    items.push(attempt(() => (isObject(value) ? readTweet(value, includes, env, 'second') : refuseEntry())));
  }
  for (const value of asArray(page['errors'])) items.push(readError(asObject(value) ?? {}, env));
  if (users > 0) refuseAll('users', `${users} ${users === 1 ? 'account' : 'accounts'}: profiles, no posts`, items);
  if (counts > 0) refuseAll('counts', `${counts} counts of posts over time, no posts`, items);
  if (items.length === 0) throw nothingIn(page, included);
  attachUsers(items, includes);
  return items;
}

/** One post of twarc2's `flatten`: what it refers to stands inside it, sometimes with content. */
export function readFlat(tweet: JsonObject, outer: Env): Item[] {
  const env = envOf(tweet, outer);
  const items: Item[] = [attempt(() => readTweet(tweet, NO_INCLUDES, env, 'first'))];
  addReferenced(tweet, env, items, 0);
  return items;
}

function addReferenced(tweet: JsonObject, env: Env, items: Item[], depth: number): void {
  if (depth >= 4) return;
  for (const value of asArray(tweet['referenced_tweets'])) {
    const inner = asObject(value);
    if (inner === undefined || typeof inner['text'] !== 'string') continue;
    items.push(attempt(() => readTweet(inner, NO_INCLUDES, env, 'second')));
    addReferenced(inner, env, items, depth + 1);
  }
}

function readOwn(value: unknown, includes: Includes, env: Env): Item {
  if (!isObject(value)) return refuseEntry();
  if (isList(value)) throw new Rejection('lists', 'a list of accounts, no post');
  return readTweet(value, includes, env, 'first');
}

function refuseEntry(): never {
  throw new Rejection('not-a-post', 'an entry of the page is no object');
}

/** Of many entries that are no posts one thing is said, once. */
function refuseAll(reason: RejectReason, detail: string, items: Item[]): void {
  if (items.length === 0) throw new Rejection(reason, detail);
  items.push({ refused: reason, detail });
}

function nothingIn(page: JsonObject, included: JsonObject): Rejection {
  if (asArray(included['users']).length > 0) {
    return new Rejection(
      'users',
      `${asArray(included['users']).length} accounts that belong to the posts of another file: profiles, no posts`,
    );
  }
  const total = asObject(page['meta'])?.['result_count'];
  return new Rejection('empty', total === 0 ? 'a page without results' : 'a page without data');
}

/** v2 accounts have a username; posts have none. */
export function isUser(value: unknown): boolean {
  return isObject(value) && typeof value['username'] === 'string' && typeof value['text'] !== 'string';
}

export function isCount(value: unknown): boolean {
  return isObject(value) && typeof value['tweet_count'] === 'number' && typeof value['start'] === 'string';
}

export function isList(value: JsonObject): boolean {
  return (
    typeof value['name'] === 'string' &&
    typeof value['text'] !== 'string' &&
    ('member_count' in value || 'owner_id' in value)
  );
}

function includesOf(included: JsonObject): Includes {
  return {
    users: byId(included['users'], 'id'),
    media: byId(included['media'], 'media_key'),
    polls: byId(included['polls'], 'id'),
    places: byId(included['places'], 'id'),
  };
}

function byId(list: unknown, key: string): Map<string, JsonObject> {
  const map = new Map<string, JsonObject>();
  for (const value of asArray(list)) {
    const object = asObject(value);
    const id = asString(object?.[key]);
    if (object && id !== undefined) map.set(id, object);
  }
  return map;
}

/** The platform's own word about one post that it would not show. */
function readError(error: JsonObject, env: Env): Item {
  const type = asString(error['resource_type']);
  const detail = asString(error['detail']) ?? asString(error['title']) ?? asString(error['message']) ?? 'no detail';
  const id = idOf(error['resource_id']) ?? idOf(error['value']);
  if (type === 'tweet' && id !== undefined) return absent(id, outcomeOf(error, detail), 'first', env);
  return { refused: type === 'user' ? 'users' : 'error-body', detail: detail.slice(0, 200) };
}

function outcomeOf(error: JsonObject, detail: string): Outcome {
  if (/suspended/i.test(detail)) return 'suspended';
  const title = asString(error['title']) ?? '';
  if (/not found/i.test(title)) return 'notFound';
  if (/authori[sz]ation|forbidden|not authorized/i.test(`${title} ${detail}`)) return 'forbidden';
  const kind = asString(error['type']) ?? '';
  return kind.endsWith('/resource-not-found')
    ? 'notFound'
    : kind.endsWith('/not-authorized-for-resource')
      ? 'forbidden'
      : 'unreachable';
}

/** Each profile once: with its first post, and those of nobody's post (mentioned, asked for) with the first of all. */
function attachUsers(items: Item[], includes: Includes): void {
  const seen = new Set<string>();
  let first: Draft<Reading> | undefined;
  for (const item of items as Draft<Reading>[]) {
    if (!('post' in item)) continue;
    first ??= item;
    const actor = item.actors?.[0]?.actor;
    if (actor === undefined) continue;
    if (seen.has(actor)) delete item.actors;
    seen.add(actor);
  }
  if (first === undefined) return;
  const others = [...includes.users.values()]
    .flatMap((user) => modernAuthor(user)?.actor ?? [])
    .filter(({ actor }) => !seen.has(actor));
  if (others.length > 0) first.actors = [...(first.actors ?? []), ...others];
}
