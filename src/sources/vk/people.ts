/** Users and communities that an extended answer lists beside its posts. */
import type { ActorReading } from '../../core/reading.js';
import type { Visibility } from '../../core/content.js';
import { countOf, present, presentOrNothing, webAddress } from '../shared/items.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { numberOf, personOf } from './uri.js';

/** By owner: users positive, communities negative. */
export type People = ReadonlyMap<number, JsonObject>;

export function peopleOf(answer: JsonObject): People {
  const people = new Map<number, JsonObject>();
  for (const each of [answer, asObject(answer['response'])]) {
    for (const user of asArray(each?.['profiles']).filter(isObject)) add(people, user, 1);
    for (const group of asArray(each?.['groups']).filter(isObject)) add(people, group, -1);
  }
  return people;
}

function add(people: Map<number, JsonObject>, person: JsonObject, sign: 1 | -1): void {
  // Before version 5 the numbers were `uid` and `gid`.
  const id = numberOf(person['id'], person['uid'], person['gid']);
  if (id !== undefined) people.set(sign * id, person);
}

export function actorReading(owner: number | undefined, people: People): ActorReading | undefined {
  const person = owner === undefined ? undefined : people.get(owner);
  if (owner === undefined || !person) return undefined;
  // A deleted or banned user is shown as DELETED, without a picture of their own: that is no profile of theirs.
  if (typeof person['deactivated'] === 'string') {
    return { actor: personOf(owner), profile: { extra: { deactivated: person['deactivated'] } } };
  }
  const named = [person['first_name'], person['last_name']].filter((part) => typeof part === 'string' && part !== '');
  const profile = present({
    type: owner < 0 ? 'Group' : 'Person',
    handle: asString(person['screen_name']) ?? asString(person['domain']),
    name: named.length > 0 ? named.join(' ') : asString(person['name']),
    summary: asString(person['description']) ?? asString(person['status']),
    url: webAddress(person['site']),
    icon: pictureOf(person),
    locked: isClosed(person),
    verified: person['verified'] === undefined ? undefined : person['verified'] === 1,
  });
  const metrics = presentOrNothing({ followers: countOf(person['followers_count'] ?? person['members_count']) });
  return { actor: personOf(owner), profile, ...(metrics && { metrics }) };
}

function pictureOf(person: JsonObject): string | undefined {
  const url = webAddress(person['photo_200']) ?? webAddress(person['photo_100']) ?? webAddress(person['photo_50']);
  return url?.replace(/[?#].*$/, '');
}

/** Users say true or false, communities 0 (open), 1 (closed) or 2 (private). */
function isClosed(person: JsonObject): boolean | undefined {
  const closed = person['is_closed'];
  if (typeof closed === 'boolean') return closed;
  return typeof closed === 'number' ? closed !== 0 : undefined;
}

/** What the wall's owner lets others see. A post alone does not say it: then nobody knows. */
export function visibilityOf(post: JsonObject, owner: number, people: People): Visibility {
  if (post['friends_only'] === 1 || post['friends_only'] === true) return 'followers';
  if (asObject(post['donut'])?.['is_donut'] === true) return 'followers';
  const person = people.get(owner);
  const closed = person && isClosed(person);
  if (closed === undefined) return 'unknown';
  if (!closed) return 'public';
  return owner < 0 ? 'group' : 'followers';
}
