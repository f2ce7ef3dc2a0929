/**
 * What the well-known collectors make of a status: weibo-crawler's objects (JSON), and the tables of weibo-crawler,
 * weiboSpider and weibo-search, whose columns are named in Chinese. The words are the collectors', the facts Weibo's.
 */
import type { Attachment, Content, Tag } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { Reading } from '../../core/reading.js';
import { msOf } from '../../core/time.js';
import { countOf, guarded, present, presentOrNothing, type Item } from '../shared/items.js';
import { asObject, asString, type JsonObject } from '../shared/json.js';
import { picture } from './media.js';
import { timeOf } from './status.js';
import { bidOfMid, idOf, midOfBid, personOf, postOf } from './uri.js';

/** Column of a table → field of weibo-crawler's objects. */
const COLUMNS: ReadonlyMap<string, string> = new Map([
  ['id', 'id'],
  ['微博id', 'id'],
  ['bid', 'bid'],
  ['user_id', 'user_id'],
  ['用户id', 'user_id'],
  ['用户昵称', 'screen_name'],
  ['screen_name', 'screen_name'],
  ['正文', 'text'],
  ['微博正文', 'text'],
  ['微博内容', 'text'],
  ['text', 'text'],
  ['原始图片url', 'pics'],
  ['微博图片url', 'pics'],
  ['pics', 'pics'],
  ['位置', 'location'],
  ['发布位置', 'location'],
  ['location', 'location'],
  ['完整日期', 'full_created_at'],
  ['日期', 'created_at'],
  ['发布时间', 'created_at'],
  ['created_at', 'created_at'],
  ['工具', 'source'],
  ['发布工具', 'source'],
  ['source', 'source'],
  ['点赞数', 'attitudes_count'],
  ['attitudes_count', 'attitudes_count'],
  ['评论数', 'comments_count'],
  ['comments_count', 'comments_count'],
  ['转发数', 'reposts_count'],
  ['reposts_count', 'reposts_count'],
  ['话题', 'topics'],
  ['topics', 'topics'],
  ['retweet_id', 'retweet_id'],
]);

/** Told by a column that only these tables have, and what a status needs. */
export function isTable(names: readonly string[]): boolean {
  const has = (...any: string[]): boolean => any.some((name) => names.includes(name));
  const chinese = has('点赞数') && has('转发数') && has('正文', '微博正文', '微博内容');
  const english = has('bid') && has('attitudes_count') && has('reposts_count');
  return (chinese || english) && has('id', '微博id', 'bid');
}

export function fieldsOf(row: { readonly [name: string]: string | undefined }): JsonObject {
  const fields: Record<string, unknown> = {};
  for (const name in row) {
    const field = COLUMNS.get(name.trim());
    if (field !== undefined && row[name] !== undefined) fields[field] ??= row[name];
  }
  return fields;
}

export function readCrawled(status: JsonObject, hand: Reading['hand'], timezone?: string): readonly Item[] {
  const original = asObject(status['retweet']);
  return [
    ...guarded(() => [crawledReading(status, original, hand, timezone)]),
    ...(original ? readCrawled(original, 'second', timezone) : []),
  ];
}

function crawledReading(
  status: JsonObject,
  original: JsonObject | undefined,
  hand: Reading['hand'],
  timezone: string | undefined,
): Reading {
  const mid = midOf(status);
  if (mid === undefined) throw new Rejection('no-identity', 'a row without the number (`id`) or `bid` of its status');
  const uid = idOf(status['user_id']);
  const losses: string[] = [];
  const target = original ? midOf(original) : idOf(status['retweet_id']);
  const when = asString(status['full_created_at']) || status['created_at'];
  const published = timeOf(when, 'created_at', losses, timezone);
  const content: Content = {
    type: 'Note',
    // A collector sees what it may; whether everybody may is not said.
    visibility: 'unknown',
    ...present({
      attributedTo: uid === undefined ? undefined : personOf(uid),
      published,
      text: asString(status['text']),
      quotes: target === undefined ? undefined : postOf(target),
      attachment: picturesOf(status['pics']),
      tag: topicsOf(status['topics']),
      location: named(status['location']),
      generator: filled(status['source']),
    }),
  };
  const metrics = presentOrNothing({
    shares: countOf(status['reposts_count']),
    replies: countOf(status['comments_count']),
    likes: countOf(status['attitudes_count']),
  });
  const name = filled(status['screen_name']);
  return {
    post: postOf(mid),
    outcome: 'present',
    hand,
    content,
    ...(published && { claimedFrom: published }),
    ...(published && published.zone !== 'unknown' && { edition: Math.floor(msOf(published) / 1000) }),
    ...(metrics && { metrics }),
    ...(uid !== undefined && { aliases: [`https://weibo.com/${uid}/${bidOfMid(mid)}`] }),
    ...(uid !== undefined && name !== undefined && { actors: [{ actor: personOf(uid), profile: { name } }] }),
    ...(losses.length > 0 && { losses }),
  };
}

/** Some tables write the short name in the column of the number. */
function midOf(status: JsonObject): string | undefined {
  const number = idOf(status['id']);
  if (number !== undefined && number.length >= 10) return number;
  return midOfBid(asString(status['bid']) ?? '') ?? midOfBid(asString(status['id']) ?? '');
}

/** What stands for nothing in these tables. */
const NOTHING = new Set(['', '无', '[]']);

function filled(value: unknown): string | undefined {
  const text = asString(value);
  return text === undefined || NOTHING.has(text) ? undefined : text;
}

function picturesOf(value: unknown): Attachment[] | undefined {
  const list = filled(value);
  const found = list?.split(',').flatMap((url) => picture(url.trim()));
  return found && found.length > 0 ? found : undefined;
}

function topicsOf(value: unknown): Tag[] | undefined {
  const topics = filled(value)
    ?.split(',')
    .filter((name) => name !== '');
  return topics?.map((name) => ({ type: 'Hashtag', name }));
}

function named(value: unknown): { name: string } | undefined {
  const name = filled(value);
  return name === undefined ? undefined : { name };
}
