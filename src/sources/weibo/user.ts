import type { ActorReading } from '../../core/reading.js';
import { parseClassic } from '../../core/time.js';
import { countOf, present, presentOrNothing, webAddress } from '../shared/items.js';
import { asBoolean, asString, type JsonObject } from '../shared/json.js';
import { idOf, personOf } from './uri.js';

/** What the viewer is to this person (`following`, `remark`) is no fact about the person. */
export function userReading(user: JsonObject | undefined): ActorReading | undefined {
  const id = user && idOf(user['idstr'], user['id']);
  if (!user || id === undefined) return undefined;
  const profile = present({
    handle: asString(user['domain']) || undefined,
    name: asString(user['screen_name']),
    summary: asString(user['description']),
    location: asString(user['location']),
    url: webAddress(user['url']),
    icon: webAddress(user['avatar_hd']) ?? webAddress(user['profile_image_url']),
    image: webAddress(user['cover_image']) ?? webAddress(user['cover_image_phone']),
    published: parseClassic(asString(user['created_at']) ?? ''),
    verified: asBoolean(user['verified']),
    extra: verifiedAs(user),
  });
  const metrics = presentOrNothing({
    followers: countOf(user['followers_count']),
    following: countOf(user['friends_count'] ?? user['follow_count']),
    statuses: countOf(user['statuses_count']),
  });
  return { actor: personOf(id), profile, ...(metrics && { metrics }) };
}

function verifiedAs(user: JsonObject): { verifiedReason: string } | undefined {
  const reason = asString(user['verified_reason']);
  return reason === undefined || reason === '' ? undefined : { verifiedReason: reason };
}
