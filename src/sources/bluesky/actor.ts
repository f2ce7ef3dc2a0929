/** Accounts: what they say of themselves, as a record and as the API shows it. */
import type { Json } from '../../core/canonical.js';
import type { Profile } from '../../core/content.js';
import type { ActorReading } from '../../core/reading.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { countOf, present, presentOrNothing, webAddress } from '../shared/items.js';
import { blobCid } from './embeds.js';
import { selfLabelsOf } from './post.js';
import { timeOf } from './time.js';
import { tryActor } from './uri.js';

/** `app.bsky.actor.profile`: pictures are CIDs there, and the handle is no part of it. */
export function profileOfRecord(record: JsonObject): Profile {
  const extra = presentOrNothing<Record<string, Json | undefined>>({
    avatar: blobCid(asObject(record['avatar'])),
    banner: blobCid(asObject(record['banner'])),
    pronouns: nonEmpty(record['pronouns']),
    pinnedPost: asString(asObject(record['pinnedPost'])?.['uri']),
    selfLabels: selfLabelsOf(record),
  });
  return present({
    name: nonEmpty(record['displayName']),
    summary: asString(record['description']),
    url: webAddress(record['website']),
    extra: extra as Record<string, Json> | undefined,
  });
}

/** `profileViewBasic`, `profileView`, `profileViewDetailed`. Undefined where it names no account. */
export function actorOfView(view: unknown, timezone: string | undefined): ActorReading | undefined {
  const shown = asObject(view);
  const actor = tryActor(shown?.['did']);
  if (!shown || !actor) return undefined;
  const metrics = presentOrNothing({
    followers: countOf(shown['followersCount']),
    following: countOf(shown['followsCount']),
    posts: countOf(shown['postsCount']),
  });
  const labels = labelsOf(shown);
  return {
    actor,
    profile: present({
      handle: handleOf(shown['handle']),
      name: nonEmpty(shown['displayName']),
      summary: asString(shown['description']),
      url: webAddress(shown['website']),
      icon: webAddress(shown['avatar']),
      image: webAddress(shown['banner']),
      published: timeOf(shown['createdAt'], 'createdAt', [], timezone),
      verified: verified(shown),
      extra: labels && { labels },
    }),
    ...(metrics && { metrics }),
  };
}

function verified(shown: JsonObject): boolean | undefined {
  const verification = asObject(shown['verification']);
  if (!verification) return undefined;
  return verification['verifiedStatus'] === 'valid' || verification['trustedVerifierStatus'] === 'valid';
}

/** `handle.invalid` stands for one that no longer leads to the account. */
export function handleOf(handle: unknown): string | undefined {
  const text = nonEmpty(handle);
  return text === 'handle.invalid' ? undefined : text;
}

/** What services and the author have labelled it with, by the answer’s word; `neg` takes a label back. */
export function labelsOf(view: JsonObject): string[] | undefined {
  const values = asArray(view['labels'])
    .filter(isObject)
    .filter((label) => label['neg'] !== true)
    .map((label) => `${asString(label['val']) ?? ''} ${asString(label['src']) ?? ''}`.trim())
    .filter((label) => label !== '');
  return values.length > 0 ? values : undefined;
}

function nonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
