import type { ActorReading } from '../../core/reading.js';
import { countOf, present, presentOrNothing } from '../shared/items.js';
import { asArray, asBoolean, asObject, asString, type JsonObject } from '../shared/json.js';
import { idOf, personOf } from './uri.js';

/** A person as the web pages (`id`, `uniqueId`) and the app (`uid`, `unique_id`) give them. */
export function personReading(user: JsonObject | undefined, stats?: JsonObject): ActorReading | undefined {
  const id = user && idOf(user['id'], user['uid'], user['userId'], user['user_id']);
  if (!user || id === undefined) return undefined;
  const profile = present({
    handle: asString(user['uniqueId']) ?? asString(user['unique_id']),
    name: asString(user['nickname']) ?? asString(user['nickName']),
    summary: asString(user['signature']),
    icon: pictureOf(user['avatarLarger'] ?? user['avatar_larger'] ?? user['avatar_thumb']),
    verified: asBoolean(user['verified']),
    locked: asBoolean(user['privateAccount']),
  });
  const metrics = presentOrNothing({
    followers: countOf(stats?.['followerCount']),
    following: countOf(stats?.['followingCount']),
    statuses: countOf(stats?.['videoCount']),
  });
  return { actor: personOf(id), profile, ...(metrics && { metrics }) };
}

/** Addresses of files are signed for a few hours; what stands before the signature names the file. */
export function pictureOf(value: unknown): string | undefined {
  const address = asString(value) ?? asString(asArray(asObject(value)?.['url_list'])[0]);
  return address !== undefined && /^https?:\/\//.test(address) ? address.replace(/[?#].*$/s, '') : undefined;
}
