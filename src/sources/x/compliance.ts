/** What became of posts: batch compliance lines, and the notices within streams. */
import { Rejection } from '../../core/errors.js';
import type { Outcome } from '../../core/reading.js';
import { asObject, asString, type JsonObject } from '../shared/json.js';
import { absent, type Env, type Item } from './draft.js';
import { snowflakeMs, timeFromEpoch, timeOf } from './time.js';
import { idOf, requireId } from './uri.js';
import { msOf } from '../../core/time.js';

/** Only `deleted` is a deletion: a protected, suspended or deactivated account's posts may come back. */
const OUTCOMES: Readonly<Record<string, Outcome>> = {
  deleted: 'deleted',
  protected: 'forbidden',
  suspended: 'suspended',
  deactivated: 'deactivated',
};

/** `{"id":…,"action":"delete","created_at":…,"redacted_at":…,"reason":"protected"}`; `created_at` is the post's own time. */
export function readCompliance(line: JsonObject, env: Env, path: string): Item[] {
  const id = requireId(line);
  if (isAboutUser(line, path)) {
    throw new Rejection(
      'users',
      `account ${id}: ${asString(line['reason']) ?? 'no reason'}; about an account, not about a post`,
    );
  }
  const outcome = outcomeOfLine(line, path);
  if (outcome === undefined) {
    throw new Rejection(
      'not-supported',
      `action ${JSON.stringify(line['action'] ?? null)} for reason ${JSON.stringify(asString(line['reason']) ?? '')} does not say what became of the post`,
    );
  }
  const reading = absent(id, outcome, 'first', env);
  const since = timeOf(line['redacted_at']);
  if (since) reading.claimedFrom = since;
  return [reading];
}

/** Undefined where the line is about an account, or does not say what became of the post. */
export function outcomeOfLine(line: JsonObject, path: string): Outcome | undefined {
  const reason = asString(line['reason']) ?? '';
  if (line['action'] !== 'delete' || isAboutUser(line, path)) return undefined;
  return Object.hasOwn(OUTCOMES, reason) ? OUTCOMES[reason] : undefined;
}

/**
 * Lines about accounts look the same. A post's id holds the second of its `created_at`; so does a newer account's id,
 * and there the file's name decides.
 */
export function isAboutUser(line: JsonObject, path: string): boolean {
  const id = requireId(line);
  const created = timeOf(line['created_at']);
  const minted = snowflakeMs(id);
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const isNamedUsers = name.includes('user') && !name.includes('tweet') && !name.includes('post');
  if (!created) return isNamedUsers;
  if (minted === undefined) return isNamedUsers || msOf(created) > FIRST_SNOWFLAKE_MS;
  return Math.floor(minted / 1_000) !== Math.floor(msOf(created) / 1_000) || isNamedUsers;
}

/** Ids of posts have been snowflakes since 4 November 2010, so a later small id is an account's. */
const FIRST_SNOWFLAKE_MS = Date.UTC(2010, 10, 6);

/** `{"delete":{"status":{"id":…,"id_str":…},"timestamp_ms":…}}` of v1.1's streams. */
export function readNotice(notice: JsonObject, env: Env): Item[] {
  const deletion = asObject(notice['delete']);
  const status = asObject(deletion?.['status']);
  if (deletion && status) {
    const reading = absent(requireId(status, 'the deleted post'), 'deleted', 'first', env);
    const since = timeFromEpoch(deletion['timestamp_ms']);
    if (since) reading.claimedFrom = since;
    return [reading];
  }
  // v2's compliance stream: {"data":{"delete":{"tweet":{"id":…,"author_id":…},"event_at":…}}}
  const tweet = asObject(deletion?.['tweet']);
  const gone = idOf(tweet?.['id']);
  if (deletion && gone !== undefined) {
    const reading = absent(gone, 'deleted', 'first', env);
    const since = timeOf(deletion['event_at']);
    if (since) reading.claimedFrom = since;
    return [reading];
  }
  const [name = 'empty object'] = Object.keys(notice);
  throw new Rejection('service-message', `a notice of the stream (${name.slice(0, 40)}), no post`);
}
