/** Statuses, and those that they repost, as the API, m.weibo.cn and weibo.com/ajax give them. */
import type { Json } from '../../core/canonical.js';
import type { Content, Place, Tag, Visibility } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { Reading } from '../../core/reading.js';
import { assumeZone, msOf, parseClassic, parseIso, type Time } from '../../core/time.js';
import { htmlToText } from '../shared/html.js';
import { countOf, guarded, present, presentOrNothing, type Item } from '../shared/items.js';
import { asArray, asObject, asString, type JsonObject } from '../shared/json.js';
import { linksOf, mediaOf } from './media.js';
import { outcomeOf } from './placeholders.js';
import { wordsOf } from './text.js';
import { bidOfMid, commentOf, idOf, personOf, postOf } from './uri.js';
import { userReading } from './user.js';

/** A repost names what it reposts, which is never a repost itself; a bound all the same. */
const MAX_CARRIED = 4;

export function readStatus(status: JsonObject, hand: Reading['hand'], timezone?: string, depth = 0): readonly Item[] {
  const original = asObject(status['retweeted_status']);
  return [
    ...guarded(() => [statusReading(status, hand, timezone)]),
    ...(original && depth < MAX_CARRIED ? readStatus(original, 'second', timezone, depth + 1) : []),
  ];
}

function statusReading(status: JsonObject, hand: Reading['hand'], timezone: string | undefined): Reading {
  const mid = idOf(status['idstr'], status['mid'], status['id']);
  if (mid === undefined) throw new Rejection('no-identity', 'a status without `idstr`, `mid` or `id`');
  const post = postOf(mid);
  const user = asObject(status['user']);
  const words = wordsOf(status);
  const gone = !user || isMarked(status['deleted']) ? outcomeOf(words.text ?? '') : undefined;
  if (gone) return { post, outcome: gone, hand };
  const losses: string[] = [];
  const author = userReading(user);
  const content = contentOf(status, words, losses, timezone);
  const stands = content.updated ?? content.published;
  const metrics = presentOrNothing({
    shares: countOf(status['reposts_count']),
    replies: countOf(status['comments_count']),
    likes: countOf(status['attitudes_count']),
    reads: countOf(status['reads_count']),
  });
  const page = pageOf(user, mid);
  return {
    post,
    outcome: 'present',
    hand,
    content,
    ...(stands && standing(stands)),
    ...(metrics && { metrics }),
    ...(page !== undefined && { aliases: [page] }),
    ...(author && { actors: [author] }),
    ...(losses.length > 0 && { losses }),
  };
}

function isMarked(value: unknown): boolean {
  return value === true || value === 1 || value === '1';
}

function pageOf(user: JsonObject | undefined, mid: string): string | undefined {
  const uid = user && idOf(user['idstr'], user['id']);
  return uid === undefined ? undefined : `https://weibo.com/${uid}/${bidOfMid(mid)}`;
}

function standing(time: Time): Pick<Reading, 'claimedFrom' | 'edition'> {
  return { claimedFrom: time, ...(time.zone !== 'unknown' && { edition: Math.floor(msOf(time) / 1000) }) };
}

/** What the button writes when nobody adds a word. */
const BARE_REPOST = new Set(['转发微博', '轉發微博', '转发微博。', 'Repost', '']);

function contentOf(
  status: JsonObject,
  words: ReturnType<typeof wordsOf>,
  losses: string[],
  timezone: string | undefined,
): Content {
  const original = asObject(status['retweeted_status']);
  const originalId = original && idOf(original['idstr'], original['mid'], original['id']);
  const target = originalId === undefined ? undefined : postOf(originalId);
  const bare = original !== undefined && BARE_REPOST.has((words.text ?? '').trim());
  // Asked with `trim_user`, the API gives the author's number alone.
  const user = asObject(status['user']);
  const uid = idOf(user?.['idstr'], user?.['id'], status['uid']);
  const answered = idOf(status['in_reply_to_status_id']);
  const { text, html, cut } = words;
  return {
    type: bare ? 'Announce' : 'Note',
    visibility: visibilityOf(status['visible']),
    ...present({
      attributedTo: uid === undefined ? undefined : personOf(uid),
      published: timeOf(status['created_at'], 'created_at', losses, timezone),
      updated: timeOf(status['edit_at'], 'edit_at', losses, timezone),
      text,
      html,
      announces: bare ? target : undefined,
      quotes: bare ? undefined : target,
      inReplyTo: answered === undefined ? undefined : postOf(answered),
      // The card below a repost is the reposted one's.
      attachment: mediaOf(original ? { ...status, page_info: undefined } : status),
      tag: topicsOf(status['topic_struct']),
      link: original ? undefined : linksOf(status),
      location: placeOf(status['geo']),
      generator: sourceOf(status['source']),
      cut: cut ? (['text'] as const) : undefined,
      extra: extraOf(status),
    }),
  };
}

/**
 * `Tue Sep 19 16:01:40 +0800 2017`, or the wall clock that a page shows. What only counts back from the moment of
 * looking (刚刚, 5分钟前, 昨天 12:30) or lacks the year (09-19) is no time: nobody knows when the file was made.
 */
export function timeOf(value: unknown, name: string, losses: string[], timezone?: string): Time | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const classic = parseClassic(value);
  if (classic) return classic;
  const wall = parseIso(value);
  if (wall) return timezone === undefined ? wall : assumeZone(wall, timezone);
  losses.push(`${name}: ${JSON.stringify(value.slice(0, 40))} is no absolute time, so none is asserted`);
  return undefined;
}

/** 0 everybody, 1 oneself, 3 a list, 4 close friends, 6 friends, 10 fans. */
const VISIBLE: ReadonlyMap<unknown, Visibility> = new Map<unknown, Visibility>([
  [0, 'public'],
  [1, 'direct'],
  [3, 'group'],
  [4, 'group'],
  [6, 'followers'],
  [10, 'followers'],
]);

function visibilityOf(visible: unknown): Visibility {
  return VISIBLE.get(asObject(visible)?.['type']) ?? 'unknown';
}

function topicsOf(value: unknown): Tag[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return asArray(value).flatMap((topic): Tag[] => {
    const name = asString(asObject(topic)?.['topic_title']);
    return name === undefined || name === '' ? [] : [{ type: 'Hashtag', name }];
  });
}

function placeOf(value: unknown): Place | undefined {
  const geo = asObject(value);
  const [latitude, longitude] = asArray(geo?.['coordinates']);
  if (geo?.['type'] !== 'Point' || typeof latitude !== 'number' || typeof longitude !== 'number') return undefined;
  return { latitude, longitude };
}

/** `<a href="…" rel="nofollow">微博 weibo.com</a>` */
export function sourceOf(value: unknown): string | undefined {
  const source = asString(value);
  return source === undefined || source === '' ? undefined : htmlToText(source);
}

function extraOf(status: JsonObject): { readonly [key: string]: Json } | undefined {
  const extra = presentOrNothing({ region: asString(status['region_name']) || undefined });
  return extra;
}

// ── comments ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A comment answers another comment, or the status, which only the API names (`status`). */
export function readComment(comment: JsonObject, timezone?: string): readonly Item[] {
  const status = asObject(comment['status']);
  return [
    ...guarded(() => [commentReading(comment, status, timezone)]),
    ...(status ? readStatus(status, 'second', timezone) : []),
  ];
}

function commentReading(comment: JsonObject, status: JsonObject | undefined, timezone: string | undefined): Reading {
  const id = idOf(comment['idstr'], comment['id'], comment['mid']);
  if (id === undefined) throw new Rejection('no-identity', 'a comment without an id');
  const losses: string[] = [];
  const { text, html } = wordsOf(comment);
  const author = userReading(asObject(comment['user']));
  const published = timeOf(comment['created_at'], 'created_at', losses, timezone);
  const likes = countOf(comment['like_count'] ?? comment['like_counts']);
  const statusId = status && idOf(status['idstr'], status['mid'], status['id']);
  const answered =
    idOf(asObject(comment['reply_comment'])?.['id']) ?? otherThan(id, idOf(comment['rootidstr'], comment['rootid']));
  const root = statusId === undefined ? undefined : postOf(statusId);
  return {
    post: commentOf(id),
    outcome: 'present',
    hand: 'first',
    content: {
      type: 'Note',
      visibility: 'unknown',
      ...present({
        attributedTo: author?.actor,
        published,
        text,
        html,
        inReplyTo: answered === undefined ? root : commentOf(answered),
        context: root,
        generator: sourceOf(comment['source']),
      }),
    },
    ...(published && standing(published)),
    ...(likes !== undefined && { metrics: { likes } }),
    ...(author && { actors: [author] }),
    ...(losses.length > 0 && { losses }),
  };
}

function otherThan(id: string, other: string | undefined): string | undefined {
  return other === id ? undefined : other;
}
