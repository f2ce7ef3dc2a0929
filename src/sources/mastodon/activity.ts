/** ActivityPub activities: what happened to a post. */
import { Rejection } from '../../core/errors.js';
import type { Reading } from '../../core/reading.js';
import { asObject, isObject, type JsonObject } from '../shared/json.js';
import { actorReading, authorOf } from './actor.js';
import { guarded, refused, type Env, type Item } from './env.js';
import { ACTORS, kindOf, POSTS } from './kinds.js';
import { idOf, listOf, present, typesOf } from './ld.js';
import { readObject, standing } from './object.js';
import { timeOf } from './text.js';
import { assertSameHost, postUriOf, tryActorUri, tryPostUri } from './uri.js';
import { visibilityOf } from './visibility.js';

/** Relays nest one activity in another; nobody nests deeper than this in earnest. */
const MAX_NESTING = 4;

export function readActivity(activity: JsonObject, env: Env, nesting = 0): Item[] {
  const type = typesOf(activity)[0];
  const objects = listOf(activity['object']);
  // Nearly always one. An activity without any is read all the same, to be refused for what it lacks.
  return (objects.length > 0 ? objects : [undefined]).flatMap((object) => {
    if (type === 'Announce') return readAnnounce(activity, object, env, nesting);
    if (type === 'Undo') return [guarded(() => readUndo(activity, object))];
    if (type === 'Delete') return [guarded(() => readDelete(activity, object, env))];
    if (type === 'Create' || type === 'Update') return [guarded(() => readCarried(activity, object, env, type))];
    const target = isObject(object) ? ` of ${typesOf(object)[0] ?? 'something'}` : '';
    return [
      refused('not-a-post', `${type ?? 'an activity without a type'}${target}: an act around posts or people, no post`),
    ];
  });
}

function readCarried(activity: JsonObject, object: unknown, env: Env, type: string): Reading {
  if (!isObject(object)) {
    throw new Rejection('not-a-post', `the ${type} does not carry the post, it only names it; fetch the post itself`);
  }
  if (typesOf(object).some((each) => ACTORS.has(each))) {
    throw new Rejection('users', `the ${type} of a profile, no post`);
  }
  return readObject(object, 'first', env, activity);
}

/** A boost, unless what is announced is itself an activity: then it is a relay's way of passing that on. */
function readAnnounce(activity: JsonObject, object: unknown, env: Env, nesting: number): Item[] {
  if (isObject(object) && kindOf(object) === 'activity') {
    if (nesting >= MAX_NESTING) return [refused('too-deep', `activities nested deeper than ${MAX_NESTING}`)];
    return readActivity(object, env, nesting + 1);
  }
  const boost = guarded(() => readBoost(activity, object, env));
  if (!isObject(object) || !typesOf(object).some((type) => POSTS.has(type))) return [boost];
  return [boost, guarded(() => readObject(object, 'second', env))];
}

function readBoost(activity: JsonObject, object: unknown, env: Env): Reading {
  const post = postUriOf(activity['id'] ?? activity['@id'], 'the Announce');
  const announces = tryPostUri(idOf(object));
  if (!announces) throw new Rejection('no-identity', 'an Announce that does not say what it announces');
  const actor = idOf(activity['actor']);
  assertSameHost(post, actor);
  const losses: string[] = [];
  const published = timeOf(activity['published'], 'published', losses);
  const known = [actorReading(activity['actor']), env.owner].find((each) => each !== undefined && each.actor === actor);
  return {
    post,
    outcome: 'present',
    hand: 'first',
    content: {
      type: 'Announce',
      ...present({ attributedTo: tryActorUri(actor), published }),
      announces,
      visibility: visibilityOf(activity),
    },
    ...(published && standing(published)),
    ...(known && { actors: [known] }),
    ...(losses.length > 0 && { losses }),
  };
}

/**
 * A deletion is believed of the server that the post belongs to. When an account goes, its server deletes the account,
 * and says nothing about one post or another.
 */
function readDelete(activity: JsonObject, object: unknown, env: Env): Reading {
  const actor = idOf(authorOf(activity));
  const target = asObject(object);
  if (idOf(object) !== undefined && (idOf(object) === actor || (target && isGoneActor(target)))) {
    throw new Rejection('users', 'an account’s deletion: it says nothing about a single post');
  }
  const post = postUriOf(idOf(object), 'what is deleted');
  assertSameHost(post, actor, 'whoever deletes it');
  const from = timeOf(target?.['deleted'] ?? activity['published'], 'deleted', []);
  const content =
    target && typesOf(target).some((type) => POSTS.has(type)) ? readObject(target, 'first', env).content : undefined;
  return { post, outcome: 'deleted', hand: 'first', ...present({ content, claimedFrom: from }) };
}

export function readTombstone(tombstone: JsonObject): Reading {
  if (isGoneActor(tombstone))
    throw new Rejection('users', 'an account’s tombstone: it says nothing about a single post');
  const post = postUriOf(idOf(tombstone), 'the Tombstone');
  return {
    post,
    outcome: 'deleted',
    hand: 'first',
    ...present({ claimedFrom: timeOf(tombstone['deleted'], 'deleted', []) }),
  };
}

function isGoneActor(object: JsonObject): boolean {
  const former = [...listOf(object['formerType']), ...listOf(object['former_type'])];
  return [...typesOf(object), ...former].some((type) => typeof type === 'string' && ACTORS.has(type));
}

/** Of what can be undone, a boost and a deletion are about posts: the one is then gone, the other is back. */
function readUndo(undo: JsonObject, object: unknown): Reading {
  const inner = asObject(object);
  const type = inner && typesOf(inner)[0];
  const target = inner && listOf(inner['object'])[0];
  const isBoost = type === 'Announce' && !(isObject(target) && kindOf(target) === 'activity');
  if (!inner || !(isBoost || type === 'Delete')) {
    throw new Rejection(
      'not-a-post',
      `an Undo of ${type ?? 'something that it only names'}: no post comes or goes with it`,
    );
  }
  const post = postUriOf(idOf(isBoost ? inner : target), isBoost ? 'the undone Announce' : 'what is restored');
  assertSameHost(post, idOf(undo['actor']), 'whoever undoes it');
  const claimedFrom = timeOf(undo['published'], 'published', []);
  if (isBoost) return { post, outcome: 'deleted', hand: 'first', ...present({ claimedFrom }) };
  // Nothing is asserted but that the post is there again: the reading fits whatever the post said before.
  const former = isObject(target)
    ? [target['formerType'], ...typesOf(target)].find((each) => POSTS.has(each as string))
    : undefined;
  return {
    post,
    outcome: 'present',
    hand: 'first',
    content: { type: typeof former === 'string' ? former : 'Object' },
    ...present({ claimedFrom }),
  };
}
