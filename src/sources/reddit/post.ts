/** What submissions and comments have in common: who, when, who sees it, what was counted, when it was looked at. */
import type { Content, Visibility } from '../../core/content.js';
import type { ActorReading, Observed, Reading } from '../../core/reading.js';
import { msOf, type Time } from '../../core/time.js';
import type { PostUri } from '../../core/uri.js';
import { countOf, present, presentOrNothing } from '../shared/items.js';
import { asNumber, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { goneBy, isNobody, type Gone } from './gone.js';
import { epochOf, looksOf, seenAt, timeOf } from './time.js';
import { pageOf, personOf } from './uri.js';

export interface Env {
  readonly hand: Reading['hand'];
  /** Only for written dates without a zone. */
  readonly timezone: string | undefined;
}

/** A name, or in dumps of PRAW's objects a thing that has one. */
export function nameIn(value: unknown): string | undefined {
  return isObject(value) ? (asString(value['name']) ?? asString(value['display_name'])) : asString(value);
}

export function subredditOf(thing: JsonObject): string | undefined {
  const prefixed = asString(thing['subreddit_name_prefixed'])?.replace(/^r\/|^u\//, (start) =>
    start === 'u/' ? 'u_' : '',
  );
  return nameIn(thing['subreddit']) ?? prefixed;
}

const OPEN = new Set(['public', 'restricted', 'archived', 'gold_restricted', 'user']);

/**
 * The subreddit's kind. Where a record does not say it: profiles are open, and what collectors crawled without an
 * account was; an answer to somebody's account may be of a private subreddit.
 */
export function visibilityOf(thing: JsonObject): Visibility {
  const kind = asString(thing['subreddit_type']) ?? asString(asObject(thing['subreddit'])?.['subreddit_type']);
  if (kind !== undefined && kind !== '') return OPEN.has(kind) ? 'public' : 'group';
  const crawled = looksOf(thing).first !== undefined;
  return crawled || subredditOf(thing)?.startsWith('u_') === true ? 'public' : 'unknown';
}

export interface Times {
  readonly published: Time | undefined;
  readonly updated: Time | undefined;
  /** Very old records only say that there was an edit. */
  readonly edited: true | undefined;
}

/** `created` is no substitute: until 2020 it was eight hours ahead. */
export function timesOf(thing: JsonObject, losses: string[], timezone: string | undefined): Times {
  const name = 'created_utc' in thing ? 'created_utc' : 'date';
  const published = timeOf(thing[name], name, losses, timezone);
  const edit = thing['edited'];
  const updated = epochOf(edit);
  const edited = edit === true || edit === 'true' || edit === 'True' ? true : undefined;
  if (updated && published && msOf(updated) < msOf(published)) {
    losses.push(`edited: ${updated.at} is before the publication, so no edit's time is asserted`);
    return { published, updated: undefined, edited: true };
  }
  return { published, updated, edited };
}

export function authorOf(thing: JsonObject): ActorReading | undefined {
  const name = nameIn(thing['author']);
  const actor = name === undefined || isNobody(name) ? undefined : personOf(name);
  if (!actor || name === undefined) return undefined;
  const fullname = asString(thing['author_fullname']);
  const published = epochOf(thing['author_created_utc']);
  const profile = present({ handle: name, published, extra: fullname === undefined ? undefined : { fullname } });
  return { actor, profile };
}

/** Scores go below zero. */
export function metricsOf(thing: JsonObject): Record<string, number> | undefined {
  const score = asNumber(thing['score']) ?? asNumber(thing['ups']);
  return presentOrNothing({
    score: score !== undefined && Number.isSafeInteger(score) ? score : undefined,
    replies: countOf(thing['num_comments']),
    crossposts: countOf(thing['num_crossposts']),
    awards: countOf(thing['total_awards_received'] ?? thing['gilded'] ?? thing['gildings']),
    views: countOf(thing['view_count']),
  });
}

export interface Parts {
  readonly uri: PostUri;
  readonly thing: JsonObject;
  readonly content: Content;
  readonly gone: Gone | undefined;
  readonly author: ActorReading | undefined;
  readonly losses: readonly string[];
  readonly env: Env;
}

/** The post as the record has it, and, where a collector looked again and it was gone, that. */
export function readingsOf({ uri, thing, content, gone, author, losses, env }: Parts): Reading[] {
  const looks = looksOf(thing);
  const observedAt = seenAt(looks, content.updated);
  const metrics = metricsOf(thing);
  const page = pageOf(thing['permalink']);
  const lost = gone ? [...losses, `text: ${gone.why}`] : losses;
  const reading: Reading = {
    post: uri,
    outcome: gone?.outcome ?? 'present',
    content,
    hand: env.hand,
    ...(observedAt && { observedAt }),
    ...(!gone && standing(thing, content)),
    ...(metrics && { metrics }),
    ...(page !== undefined && { aliases: [page] }),
    ...(author && { actors: [author] }),
    ...(lost.length > 0 && { losses: lost }),
  };
  const later = gone ? undefined : goneLater(thing, uri, env, looks.second);
  return later ? [reading, later] : [reading];
}

/** Since when it stands like this. Records that say nothing of edits (exports, tables) may hold any version. */
function standing(thing: JsonObject, content: Content): Pick<Reading, 'claimedFrom' | 'edition'> {
  const time = content.updated ?? content.published;
  if (!time || !('edited' in thing) || content.extra?.['edited'] === true) return {};
  return { claimedFrom: time, ...(time.zone !== 'unknown' && { edition: Math.floor(msOf(time) / 1000) }) };
}

/** `"_meta":{"was_deleted_later":true,"removal_type":"moderator","retrieved_2nd_on":1706875209}` */
function goneLater(thing: JsonObject, uri: PostUri, env: Env, second: Time | undefined): Reading | undefined {
  const meta = asObject(thing['_meta']);
  if (meta?.['was_deleted_later'] !== true) return undefined;
  const { outcome, why } = goneBy(meta['removal_type']);
  const observedAt: Observed | undefined = second && { at: second, basis: 'record' };
  return { post: uri, outcome, hand: env.hand, ...(observedAt && { observedAt }), losses: [`text: ${why}`] };
}
