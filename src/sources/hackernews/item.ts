/** One item of any rendering as a reading. */
import type { Json } from '../../core/canonical.js';
import type { Content } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { Outcome, Reading } from '../../core/reading.js';
import { assumeZone, parseIso, timeFromMs, type Time } from '../../core/time.js';
import { countOf, guarded, present, presentOrNothing, webAddress, type Item } from '../shared/items.js';
import { asArray, asNumber, asString, isObject, type JsonObject } from '../shared/json.js';
import { decode, wordsOf } from './text.js';
import { idOf, personOf, postOf } from './uri.js';

/** What every rendering says, under one set of names. */
export interface Plain {
  readonly id: string | undefined;
  readonly type: string;
  readonly by: string | undefined;
  readonly published: Time | undefined;
  readonly title: string | undefined;
  readonly url: string | undefined;
  readonly html: string | undefined;
  readonly parent: string | undefined;
  /** The story that all is below, or the poll that an option is of. */
  readonly root: string | undefined;
  readonly gone: Gone | undefined;
  readonly score: unknown;
  readonly replies: unknown;
  readonly losses: readonly string[];
}

export interface Gone {
  readonly outcome: Outcome;
  readonly why: string;
}

const DELETED: Gone = { outcome: 'deleted', why: 'deleted' };
/** Whoever is logged in and asks for it (`showdead`) still sees it. */
const DEAD: Gone = { outcome: 'forbidden', why: 'dead: killed by flags, by software or by the moderators' };
/** Algolia leaves out who wrote it and what; it does not say why. */
const LEFT_OUT: Gone = { outcome: 'omitted', why: 'neither author nor words are given' };

/** What stands for the words of a dead or deleted item. */
const PLACEHOLDER = /^\[(?:flagged|dead|deleted|dupe|delayed)\]$/;

export function readPlain(plain: Plain): readonly Item[] {
  return guarded(() => [readingOf(plain)]);
}

function readingOf(plain: Plain): Reading {
  const { id, type, by, gone, title, html } = plain;
  if (id === undefined) throw new Rejection('no-identity', 'an item without `id`: nobody can say which one it is');
  const author = by === undefined || by === '' ? undefined : personOf(by);
  const isHidden = gone !== undefined && html !== undefined && PLACEHOLDER.test(html);
  const words = wordsOf(isHidden ? undefined : html);
  const url = webAddress(plain.url);
  const link = [...(url === undefined ? [] : [{ url }]), ...(words.link ?? [])];
  const content: Content = {
    type: type === 'poll' ? 'Question' : type === 'comment' || type === 'pollopt' ? 'Note' : 'Page',
    visibility: 'public',
    ...present({
      attributedTo: author,
      published: plain.published,
      name: title === undefined || title === '' || PLACEHOLDER.test(title) ? undefined : decode(title),
      text: words.text,
      html: words.html,
      inReplyTo: plain.parent === undefined ? undefined : postOf(plain.parent),
      context: plain.root === undefined ? undefined : postOf(plain.root),
      attachment: gone ? undefined : [],
      link: link.length > 0 ? link : undefined,
      extra: extraOf(type),
    }),
  };
  const score = asNumber(plain.score);
  const metrics = presentOrNothing({
    score: score !== undefined && Number.isSafeInteger(score) ? score : undefined,
    replies: countOf(plain.replies),
  });
  const losses = gone ? [...plain.losses, `text: ${gone.why}`] : plain.losses;
  return {
    post: postOf(id),
    outcome: gone?.outcome ?? 'present',
    hand: 'first',
    content,
    ...(metrics && { metrics }),
    ...(author && by !== undefined && { actors: [{ actor: author, profile: { handle: by } }] }),
    ...(losses.length > 0 && { losses }),
  };
}

function extraOf(type: string): { readonly [key: string]: Json } | undefined {
  return type === 'job' || type === 'pollopt' ? { kind: type } : undefined;
}

/** `{"by":"nour","id":1,"kids":[2],"parent":0,"text":"…","time":1481655851,"type":"comment"}`, and tables' rows. */
export function plainOfItem(item: JsonObject, timezone: string | undefined): Plain {
  const losses: string[] = [];
  const [seconds, written] = [item['time'], item['timestamp'] ?? item['time_ts']];
  return {
    id: idOf(item['id']),
    type: asString(item['type']) ?? ('parent' in item && isFilled(item['parent']) ? 'comment' : 'story'),
    by: asString(item['by']) ?? asString(item['author']),
    published: timeOf(isFilled(seconds) ? seconds : written, losses, timezone),
    title: asString(item['title']),
    url: asString(item['url']),
    html: asString(item['text']),
    parent: idOf(item['parent']),
    root: idOf(item['poll']),
    gone: isTrue(item['deleted']) ? DELETED : isTrue(item['dead']) ? DEAD : undefined,
    score: item['score'],
    replies: item['descendants'],
    losses,
  };
}

function isFilled(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && value !== 0 && value !== '0';
}

export function isTrue(value: unknown): boolean {
  return value === true || value === 1 || (typeof value === 'string' && /^(?:true|1|t)$/i.test(value));
}

/** A hit of a search: words stand in `comment_text` or `story_text`. */
export function plainOfHit(hit: JsonObject): Plain {
  const losses: string[] = [];
  const tags = asArray(hit['_tags']);
  const isComment = tags.includes('comment') || (tags.length === 0 && typeof hit['comment_text'] === 'string');
  const type = ['poll', 'job', 'pollopt'].find((each) => tags.includes(each)) ?? (isComment ? 'comment' : 'story');
  const id = idOf(hit['objectID']);
  const root = idOf(hit['story_id']);
  const html = asString(hit['comment_text']) ?? asString(hit['story_text']) ?? asString(hit['text']);
  return {
    id,
    type,
    by: asString(hit['author']),
    published: timeOf(hit['created_at_i'] ?? hit['created_at'], losses, undefined),
    title: asString(hit['title']),
    url: asString(hit['url']),
    html,
    parent: isComment ? idOf(hit['parent_id']) : undefined,
    root: root === id ? undefined : root,
    gone: isComment && html === undefined && asString(hit['author']) === undefined ? LEFT_OUT : undefined,
    score: hit['points'],
    replies: hit['num_comments'],
    losses,
  };
}

/** A post, and all below it. `story_id` is said by newer answers only. */
export function readTree(tree: JsonObject): readonly Item[] {
  const id = idOf(tree['id']);
  const type = asString(tree['type']) ?? (isFilled(tree['parent_id']) ? 'comment' : 'story');
  const root = idOf(tree['story_id']);
  const html = asString(tree['text']);
  const by = asString(tree['author']);
  const losses: string[] = [];
  const left = by === undefined && html === undefined && asString(tree['title']) === undefined;
  const own = readPlain({
    id,
    type,
    by,
    published: timeOf(tree['created_at_i'] ?? tree['created_at'], losses, undefined),
    title: asString(tree['title']),
    url: asString(tree['url']),
    html,
    parent: idOf(tree['parent_id']),
    root: root === id ? undefined : root,
    gone: left ? LEFT_OUT : undefined,
    score: tree['points'],
    replies: undefined,
    losses,
  });
  const below = [...asArray(tree['options']), ...asArray(tree['children'])].filter(isObject);
  return below.length === 0 ? own : [...own, ...below.flatMap(readTree)];
}

/** HNPWA's: the same with other names, comments nested. */
export function readHnpwa(item: JsonObject, parent?: string, root?: string): readonly Item[] {
  const id = idOf(item['id']);
  const losses: string[] = [];
  const deleted = isTrue(item['deleted']) || (parent !== undefined && item['content'] === '[deleted]');
  const own = readPlain({
    id,
    type: parent !== undefined || item['type'] === 'comment' ? 'comment' : item['type'] === 'job' ? 'job' : 'story',
    by: asString(item['user']),
    published: timeOf(item['time'], losses, undefined),
    title: asString(item['title']),
    url: asString(item['url']),
    html: asString(item['content']) === '' ? undefined : asString(item['content']),
    parent,
    root,
    gone: deleted ? DELETED : isTrue(item['dead']) ? DEAD : undefined,
    score: item['points'],
    replies: item['comments_count'],
    losses,
  });
  const below = asArray(item['comments']).filter(isObject);
  return below.length === 0 ? own : [...own, ...below.flatMap((each) => readHnpwa(each, id, root ?? id))];
}

const AMERICAN = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d\d)$/;

/** Seconds since 1970, RFC 3339, BigQuery's `2016-12-13 19:04:11 UTC`, ClickHouse's without zone, `12/13/2016 19:04`. */
export function timeOf(value: unknown, losses: string[], timezone: string | undefined): Time | undefined {
  if (!isFilled(value)) return undefined;
  const seconds = asNumber(value);
  if (seconds !== undefined && seconds > 631_152_000 && seconds < 4_102_444_800) {
    return timeFromMs(Math.trunc(seconds) * 1000, 's');
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const parts = AMERICAN.exec(text);
  const two = (part: string | undefined): string => (part ?? '').padStart(2, '0');
  const iso = parts
    ? `${parts[3]}-${two(parts[1])}-${two(parts[2])}T${two(parts[4])}:${parts[5]}`
    : text.replace(/ UTC$/, 'Z');
  const time = parseIso(iso);
  if (!time) losses.push(`time: no time: ${JSON.stringify(text.slice(0, 60))}`);
  return time && timezone !== undefined ? assumeZone(time, timezone) : time;
}
