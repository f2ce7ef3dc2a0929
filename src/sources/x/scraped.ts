/** A post as snscrape wrote it, a line each (2018 to 2023): names of its own for what the pages showed. */
import { asArray, asObject, asString, type JsonObject } from '../shared/json.js';
import type { Attachment, Link, Profile } from '../../core/content.js';
import {
  addExtra,
  attempt,
  begin,
  languageOf,
  metricsOf,
  present,
  type Author,
  type Draft,
  type Env,
  type Item,
} from './draft.js';
import { generatorOf } from './entities.js';
import { timeOf } from './time.js';
import { actorOf, idFromUrl, idOf, postOf, requireId } from './uri.js';

const METRICS = [
  ['likeCount', 'likes'],
  ['retweetCount', 'reposts'],
  ['replyCount', 'replies'],
  ['quoteCount', 'quotes'],
  ['viewCount', 'views'],
  ['bookmarkCount', 'bookmarks'],
] as const;

const MAX_NESTING = 4;

export function isScraped(value: JsonObject): boolean {
  const type = asString(value['_type']) ?? '';
  if (/^snscrape\.modules\.twitter\.(?:Tweet|Tombstone)/.test(type)) return true;
  // Its first versions did not name the type.
  return (
    idFromUrl(asString(value['url'])) !== undefined &&
    typeof value['date'] === 'string' &&
    typeof (value['rawContent'] ?? value['content']) === 'string'
  );
}

export function readScraped(record: JsonObject, env: Env): Item[] {
  const items: Item[] = [];
  collect(record, env, 'first', items, 0);
  return items;
}

function collect(record: JsonObject, env: Env, hand: 'first' | 'second', items: Item[], depth: number): void {
  items.push(attempt(() => readOne(record, env, hand)));
  if (depth >= MAX_NESTING) return;
  for (const key of ['retweetedTweet', 'quotedTweet']) {
    const inner = asObject(record[key]);
    if (inner && isScraped(inner)) collect(inner, env, 'second', items, depth + 1);
  }
}

function readOne(record: JsonObject, env: Env, hand: 'first' | 'second'): Item {
  const id = idOf(record['id']) ?? idFromUrl(asString(record['url'])) ?? requireId(record);
  const author = authorOf(asObject(record['user']) ?? asObject(record['author']));
  const reposted = asObject(record['retweetedTweet']);
  const content = begin(reposted ? 'Announce' : 'Note', author);
  const text = asString(record['rawContent']) ?? asString(record['content']);
  if (text !== undefined) content.text = text;
  const published = timeOf(record['date']);
  if (published) content.published = published;
  const announced = reposted && (idOf(reposted['id']) ?? idFromUrl(asString(reposted['url'])));
  if (announced !== undefined) content.announces = postOf(announced);
  const quoted = asObject(record['quotedTweet']);
  const quotedId = quoted && (idOf(quoted['id']) ?? idFromUrl(asString(quoted['url'])));
  if (quotedId !== undefined && !reposted) content.quotes = postOf(quotedId);
  const parent = idOf(record['inReplyToTweetId']);
  if (parent !== undefined) content.inReplyTo = postOf(parent);
  const language = languageOf(record['lang']);
  if (language !== undefined) content.language = language;
  const generator = generatorOf(record['source']) ?? asString(record['sourceLabel']);
  if (generator !== undefined) content.generator = generator;
  const links = linksOf(record);
  if (links.length > 0)
    addExtra(
      content,
      'outlinks',
      links.map(({ expanded }) => expanded!),
    );
  const media = mediaOf(record);
  if (media.length > 0)
    addExtra(
      content,
      'media',
      media.map(({ url }) => url!),
    );
  const reading = present(id, content, hand, author, undefined, env);
  const metrics = metricsOf(record, METRICS);
  if (metrics) reading.metrics = metrics;
  return reading;
}

/** Where links led; which of them was meant where in the text is not said, so they are no links of the text. */
function linksOf(record: JsonObject): Link[] {
  return asArray(record['outlinks']).flatMap((url) => (typeof url === 'string' ? [{ url, expanded: url }] : []));
}

/** Addresses without the numbers that name a medium in every other rendering: noted, not asserted as attachments. */
function mediaOf(record: JsonObject): Attachment[] {
  return asArray(record['media']).flatMap((value) => {
    const medium = asObject(value);
    const variant = asObject(asArray(medium?.['variants'])[0]);
    const url = asString(medium?.['fullUrl']) ?? asString(variant?.['url']);
    return url === undefined ? [] : [{ type: 'Document' as const, url }];
  });
}

function authorOf(user: JsonObject | undefined): Author | undefined {
  if (!user) return undefined;
  const id = idOf(user['id']) ?? idOf(user['id_str']);
  const profile: Draft<Profile> = {};
  const set = (field: 'handle' | 'name' | 'summary' | 'location' | 'icon' | 'image', value: unknown): void => {
    if (typeof value === 'string' && value !== '') profile[field] = value;
  };
  set('handle', user['username']);
  set('name', user['displayname'] ?? user['displayName']);
  set('summary', user['rawDescription'] ?? user['description']);
  set('location', user['location']);
  set('icon', user['profileImageUrl']);
  set('image', user['profileBannerUrl']);
  const published = timeOf(user['created']);
  if (published) profile.published = published;
  if (typeof user['protected'] === 'boolean') profile.locked = user['protected'];
  if (typeof user['verified'] === 'boolean') profile.verified = user['verified'];
  const counts = [
    ['followersCount', 'followers'],
    ['friendsCount', 'following'],
    ['statusesCount', 'posts'],
    ['listedCount', 'listed'],
  ] as const;
  const metrics = metricsOf(user, counts);
  const { handle, locked } = profile;
  return {
    ...(id !== undefined && { id, actor: { actor: actorOf(id), profile, ...(metrics && { metrics }) } }),
    ...(handle !== undefined && { handle }),
    ...(locked !== undefined && { locked }),
  };
}
