/** Who wrote it: v1.1's `user`, v2's user object, Gnip's `actor`. */
import type { Profile } from '../../core/content.js';
import type { ProfileReading, RefusedItem } from '../../core/reading.js';
import { accountItems, storableItems } from '../shared/items.js';
import { asArray, asBoolean, asObject, asString, parseObject, type JsonObject } from '../shared/json.js';
import { metricsOf, type Author, type Draft, type MetricNames } from './draft.js';
import { decode } from './entities.js';
import { timeOf } from './time.js';
import { actorOf, idOf, ownId } from './uri.js';

const CLASSIC: MetricNames = [
  ['followers_count', 'followers'],
  ['friends_count', 'following'],
  ['statuses_count', 'posts'],
  ['listed_count', 'listed'],
  ['favourites_count', 'likes'],
];
const MODERN: MetricNames = [
  ['followers_count', 'followers'],
  ['following_count', 'following'],
  ['tweet_count', 'posts'],
  ['listed_count', 'listed'],
  ['like_count', 'likes'],
];
const GNIP: MetricNames = [
  ['followersCount', 'followers'],
  ['friendsCount', 'following'],
  ['statusesCount', 'posts'],
  ['listedCount', 'listed'],
  ['favoritesCount', 'likes'],
];

export function classicAuthor(user: JsonObject | undefined): Author | undefined {
  if (user === undefined) return undefined;
  const profile = profileOf(user, 'screen_name');
  text(profile, 'icon', user['profile_image_url_https'] ?? user['profile_image_url']);
  text(profile, 'image', user['profile_banner_url']);
  return authorOf(ownId(user), profile, metricsOf(user, CLASSIC));
}

export function modernAuthor(user: JsonObject | undefined): Author | undefined {
  if (user === undefined) return undefined;
  const profile = profileOf(user, 'username');
  text(profile, 'icon', user['profile_image_url']);
  return authorOf(idOf(user['id']), profile, metricsOf(asObject(user['public_metrics']), MODERN));
}

/** `{"data":{"id":"9…","username":"nour", …}}`: what `/2/users/…` answers. */
export function readAccount(body: Uint8Array): readonly (ProfileReading | RefusedItem)[] {
  const user = asObject(parseObject(body)['data']);
  return storableItems(body, accountItems(modernAuthor(user)?.actor));
}

export function gnipAuthor(actor: JsonObject | undefined): Author | undefined {
  if (actor === undefined) return undefined;
  const profile: Draft<Profile> = {};
  text(profile, 'handle', actor['preferredUsername']);
  text(profile, 'name', actor['displayName']);
  text(profile, 'summary', actor['summary']);
  text(profile, 'icon', actor['image']);
  text(profile, 'location', asObject(actor['location'])?.['displayName']);
  text(profile, 'url', asObject(asArray(actor['links'])[0])?.['href']);
  const published = timeOf(actor['postedTime']);
  if (published) profile.published = published;
  const verified = asBoolean(actor['verified']);
  if (verified !== undefined) profile.verified = verified;
  const id = asString(actor['id']);
  return authorOf(idOf(id?.slice(id.lastIndexOf(':') + 1)), profile, metricsOf(actor, GNIP));
}

/** The fields that v1.1 and v2 name alike. */
function profileOf(user: JsonObject, handle: string): Draft<Profile> {
  const profile: Draft<Profile> = {};
  text(profile, 'handle', user[handle]);
  text(profile, 'name', user['name']);
  text(profile, 'summary', user['description']);
  text(profile, 'location', user['location']);
  const site = asObject(asArray(asObject(asObject(user['entities'])?.['url'])?.['urls'])[0]);
  text(profile, 'url', site?.['expanded_url'] ?? user['url']);
  const published = timeOf(user['created_at']);
  if (published) profile.published = published;
  const locked = asBoolean(user['protected']);
  if (locked !== undefined) profile.locked = locked;
  const verified = asBoolean(user['verified']);
  if (verified !== undefined) profile.verified = verified;
  return profile;
}

type TextField = 'handle' | 'name' | 'summary' | 'location' | 'url' | 'icon' | 'image';

function text(profile: Draft<Profile>, field: TextField, value: unknown): void {
  if (typeof value === 'string' && value !== '') profile[field] = decode(value);
}

function authorOf(id: string | undefined, profile: Profile, metrics: Record<string, number> | undefined): Author {
  const { handle, locked } = profile;
  return {
    ...(id !== undefined && { id, actor: { actor: actorOf(id), profile, ...(metrics && { metrics }) } }),
    ...(handle !== undefined && { handle }),
    ...(locked !== undefined && { locked }),
  };
}
