/**
 * What X's own pages load: the answers of its GraphQL interface, and the search answers of 2020 to 2022. A post in them
 * is v1.1's, taken apart: `legacy` holds its fields, its author, its edits and its whole text stand beside. It is put
 * together again here and read as v1.1, so that both renderings say the same.
 */
import { Rejection } from '../../core/errors.js';
import type { Outcome } from '../../core/reading.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { absent, type Env, type Item } from './draft.js';
import { placeholderOutcome } from './placeholders.js';
import { idOf } from './uri.js';
import { readStatus } from './v1.js';

/** Quotes of quotes; nothing real nests deeper. */
const MAX_NESTING = 4;

/** The post inside its wrappers; undefined for a tombstone and whatever else stands in its place. */
export function tweetOf(result: unknown): JsonObject | undefined {
  const given = asObject(result);
  const tweet = asObject(given?.['tweet']) ?? given;
  return tweet && idOf(tweet['rest_id']) !== undefined && isObject(tweet['legacy']) ? tweet : undefined;
}

/** One result, with what it carries. `id` is known from around it, where it is a tombstone. */
export function readResult(result: unknown, env: Env, id?: string): Item[] {
  const tweet = tweetOf(result);
  if (tweet) return [...readStatus(statusOfTweet(tweet, 0), env), ...goneQuote(tweet, env)];
  const outcome = outcomeOf(asObject(result) ?? {});
  if (outcome === undefined)
    throw new Rejection('not-a-post', 'a result that is no post, and does not say what became of one');
  if (id === undefined) throw new Rejection('no-identity', 'a tombstone that does not say of which post');
  return [absent(id, outcome, 'first', env)];
}

/** A quoted post of which only the platform's word is left. */
function goneQuote(tweet: JsonObject, env: Env): Item[] {
  const quoted = asObject(asObject(tweet['quoted_status_result'])?.['result']);
  const id = idOf(asObject(tweet['legacy'])?.['quoted_status_id_str']);
  const outcome = quoted && tweetOf(quoted) === undefined ? outcomeOf(quoted) : undefined;
  return id !== undefined && outcome !== undefined ? [absent(id, outcome, 'second', env)] : [];
}

const REASONS: Readonly<Record<string, Outcome>> = {
  Suspended: 'suspended',
  Protected: 'forbidden',
  NsfwLoggedOut: 'forbidden',
  NsfwViewerHasNoStatedAge: 'forbidden',
  NsfwViewerIsUnderage: 'forbidden',
  Deleted: 'deleted',
};

/** `TweetTombstone` with a sentence, `TweetUnavailable` with a reason. What neither explains says nothing of the post. */
function outcomeOf(result: JsonObject): Outcome | undefined {
  const sentence = asString(asObject(asObject(result['tombstone'])?.['text'])?.['text']);
  if (sentence !== undefined) return placeholderOutcome(sentence.replace(/\s+/g, ' ').trim()) ?? 'omitted';
  if (result['__typename'] !== 'TweetUnavailable') return undefined;
  const reason = asString(result['reason']) ?? '';
  return Object.hasOwn(REASONS, reason) ? REASONS[reason] : 'omitted';
}

// ── a post, put together ────────────────────────────────────────────────────────────────────────────────────────────

function statusOfTweet(tweet: JsonObject, depth: number): JsonObject {
  const legacy = asObject(tweet['legacy']) ?? {};
  const nested = (holder: unknown): JsonObject | undefined => {
    const inner = depth < MAX_NESTING ? tweetOf(asObject(holder)?.['result']) : undefined;
    return inner && statusOfTweet(inner, depth + 1);
  };
  const edits = asObject(tweet['edit_control']);
  const chain = asObject(edits?.['edit_control_initial'])?.['edit_tweet_ids'] ?? edits?.['edit_tweet_ids'];
  const fields: Record<string, unknown> = {
    ...legacy,
    id_str: tweet['rest_id'],
    user: userOf(asObject(asObject(asObject(tweet['core'])?.['user_results'])?.['result'])),
    source: tweet['source'] ?? legacy['source'],
    view_count: asObject(tweet['views'])?.['count'],
    edit_history: { edit_tweet_ids: chain },
    extended_tweet: noteOf(tweet, legacy),
    quoted_status: nested(tweet['quoted_status_result']),
    retweeted_status: nested(legacy['retweeted_status_result']),
  };
  for (const key of Object.keys(fields)) if (fields[key] === undefined) delete fields[key];
  return fields;
}

/** A long post's whole text stands apart from the first 280 characters, with entities of its own. */
function noteOf(tweet: JsonObject, legacy: JsonObject): JsonObject | undefined {
  const note = asObject(asObject(asObject(tweet['note_tweet'])?.['note_tweet_results'])?.['result']);
  const text = asString(note?.['text']);
  if (text === undefined) return undefined;
  const media = asObject(legacy['entities'])?.['media'];
  return {
    full_text: text,
    entities: { ...asObject(note?.['entity_set']), ...(media !== undefined && { media }) },
    ...(legacy['extended_entities'] !== undefined && { extended_entities: legacy['extended_entities'] }),
  };
}

/** Since 2025 the fields of an account stand in parts of their own: core, avatar, location, privacy. */
function userOf(user: JsonObject | undefined): JsonObject | undefined {
  if (!user) return undefined;
  const legacy = asObject(user['legacy']) ?? {};
  const [core, place] = [asObject(user['core']) ?? {}, asObject(user['location'])?.['location']];
  const [icon, locked] = [asObject(user['avatar'])?.['image_url'], asObject(user['privacy'])?.['protected']];
  return {
    ...legacy,
    ...core,
    ...(place !== undefined && { location: place }),
    ...(icon !== undefined && { profile_image_url_https: icon }),
    ...(locked !== undefined && { protected: locked }),
    id_str: user['rest_id'],
  };
}

// ── answers ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const RESULTS = new Set(['tweet_results', 'tweetResult', 'tweet_result']);
/** Timelines nest about fifteen deep. */
const MAX_DEPTH = 40;

interface Found {
  readonly result: unknown;
  /** Of the entry around it: `tweet-1`, `conversationthread-1-tweet-2`. */
  readonly entry: string | undefined;
}

/** The results in an answer, in its order; those that somebody paid for are not part of anybody's timeline. */
function* resultsIn(value: unknown, entry: string | undefined, depth: number): Generator<Found> {
  if (depth > MAX_DEPTH) return;
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) yield* resultsIn(item, entry, depth + 1);
    return;
  }
  if (!isObject(value) || 'promotedMetadata' in value) return;
  const own = asString(value['entryId']) ?? entry;
  for (const [key, inner] of Object.entries(value)) {
    if (RESULTS.has(key)) yield { result: asObject(inner)?.['result'], entry: own };
    else if (typeof inner === 'object') yield* resultsIn(inner, own, depth + 1);
  }
}

export function readGraphAnswer(record: JsonObject, env: Env): Item[] {
  const items: Item[] = [];
  for (const { result, entry } of resultsIn(record, undefined, 0)) {
    // An empty result is what is left where X says nothing at all.
    if (!isObject(result))
      items.push({ refused: 'placeholder', detail: `${entry ?? 'an entry'} without a post: X does not say why` });
    else items.push(...readOr(() => readResult(result, env, /tweet-(\d{1,20})$/.exec(entry ?? '')?.[1])));
  }
  if (items.length === 0) throw new Rejection('empty', 'an answer without posts');
  return items;
}

function readOr(read: () => Item[]): Item[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof Rejection) return [{ refused: error.reason, detail: error.detail }];
    throw error;
  }
}

/** Whether it looks like an answer of the pages; works on one that is cut. */
export function isGraphAnswer(value: JsonObject): boolean {
  const data = asObject(value['data']);
  return data !== undefined && !resultsIn(data, undefined, 0).next().done;
}

/** `globalObjects` of the search of 2020 to 2022: posts and accounts by their ids. */
export function readAdaptive(record: JsonObject, env: Env): Item[] {
  const objects = asObject(record['globalObjects']);
  const [tweets, users] = [asObject(objects?.['tweets']) ?? {}, asObject(objects?.['users']) ?? {}];
  const whole = (id: unknown, depth: number): JsonObject | undefined => {
    const tweet = typeof id === 'string' && Object.hasOwn(tweets, id) ? asObject(tweets[id]) : undefined;
    if (!tweet) return undefined;
    const writer = asString(tweet['user_id_str']) ?? '';
    const reposted = depth < MAX_NESTING ? whole(tweet['retweeted_status_id_str'], depth + 1) : undefined;
    return {
      ...tweet,
      ...(Object.hasOwn(users, writer) && { user: users[writer] }),
      ...(reposted && { retweeted_status: reposted }),
    };
  };
  const items = Object.keys(tweets).flatMap((id) => {
    const status = whole(id, 0);
    return status ? readStatus(status, env) : [];
  });
  if (items.length === 0) throw new Rejection('empty', 'an answer without posts');
  return items;
}

export function isAdaptive(value: JsonObject): boolean {
  const objects = asObject(value['globalObjects']);
  return (
    objects !== undefined &&
    isObject(objects['tweets']) &&
    asArray(asObject(value['timeline'])?.['instructions']).length >= 0
  );
}
