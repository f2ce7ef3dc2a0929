/**
 * Kbin's and Mbin's own API: entries, posts and their comments. `apId` is the ActivityPub URI; the server that was asked
 * leaves it out of what is its own.
 */
import type { Content, Visibility } from '../../core/content.js';
import type { Reading } from '../../core/reading.js';
import { msOf } from '../../core/time.js';
import { postUri, segment, type PostUri } from '../../core/uri.js';
import { countOf, present, presentOrNothing, webAddress } from '../shared/items.js';
import { asArray, asBoolean, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { assertSameHost, hostOf, postUriOf, tryActorUri } from './uri.js';
import { timeOf } from './view.js';

export function isMbin(value: JsonObject): boolean {
  const numbered = 'entryId' in value || 'postId' in value || 'commentId' in value;
  return (
    numbered &&
    isObject(value['user']) &&
    'createdAt' in value &&
    ('uv' in value || 'favourites' in value || 'apId' in value)
  );
}

/** An entry or a comment, and the answers below it. */
export function mbinThings(value: JsonObject): JsonObject[] {
  return [value, ...asArray(value['children']).filter(isObject).filter(isMbin).flatMap(mbinThings)];
}

export function readMbin(thing: JsonObject): Reading {
  const isComment = 'commentId' in thing;
  const user = asObject(thing['user']);
  const losses: string[] = [];
  const uri = ownUri(thing, user, losses) ?? postUriOf(thing['apId'], isComment ? 'a comment' : 'an entry');
  const actor = tryActorUri(user?.['apProfileId'] ?? user?.['apId']);
  if (typeof thing['apId'] === 'string') assertSameHost(uri, actor);
  const published = timeOf(thing['createdAt'], 'createdAt', losses);
  const changed = timeOf(thing['editedAt'], 'editedAt', losses);
  const updated = published && changed && msOf(changed) <= msOf(published) ? undefined : changed;
  const gone = goneOf(thing['visibility']);
  if (gone !== undefined) losses.push(`text: ${gone}`);
  const body = asString(thing['body']);
  const url = webAddress(thing['url']);
  const stands = updated ?? published;
  const content: Content = {
    type: isComment || !('title' in thing) ? 'Note' : 'Page',
    visibility: visibilityOf(thing['visibility']),
    ...present({
      attributedTo: actor,
      published,
      updated,
      name: asString(thing['title']),
      text: body === undefined || (gone !== undefined && body === '') ? undefined : body,
      link: url === undefined ? undefined : [{ url }],
      language: asString(thing['lang']),
      sensitive: asBoolean(thing['isAdult']),
      extra: magazineOf(thing),
    }),
  };
  const metrics = presentOrNothing({
    likes: countOf(thing['favourites']),
    shares: countOf(thing['uv']),
    dislikes: countOf(thing['dv']),
    replies: countOf(thing['numComments'] ?? thing['childCount']),
  });
  const name = asString(user?.['username'])?.replace(/^@/, '');
  const handle = name === undefined || name.includes('@') ? name : `${name}@${hostOf(actor ?? '') ?? ''}`;
  return {
    post: uri,
    outcome: gone === undefined ? 'present' : 'deleted',
    hand: 'first',
    content,
    ...(stands && gone === undefined && { claimedFrom: stands, edition: Math.floor(msOf(stands) / 1000) }),
    ...(metrics && { metrics }),
    ...(actor && handle !== undefined && { actors: [{ actor, profile: { handle } }] }),
    ...(losses.length > 0 && { losses }),
  };
}

/** What is the server's own has a number alone; its author, who is of that server too, says which server it is. */
function ownUri(thing: JsonObject, user: JsonObject | undefined, losses: string[]): PostUri | undefined {
  if (typeof thing['apId'] === 'string' || typeof user?.['apId'] === 'string') return undefined;
  const host = hostOf(asString(user?.['apProfileId']) ?? '');
  const key = ['commentId', 'entryId', 'postId'].find((each) => each in thing);
  const id = key === undefined ? undefined : thing[key];
  if (host === undefined || key === undefined || typeof id !== 'number' || !Number.isSafeInteger(id)) return undefined;
  losses.push('id: the server leaves out the ActivityPub URI of its own posts');
  return postUri(`perdure:lemmy:${segment(host)}:${key.replace('Id', '')}:${id}`);
}

function goneOf(visibility: unknown): string | undefined {
  if (visibility === 'soft_deleted') return 'deleted by its author';
  return visibility === 'trashed' ? 'removed by the moderators' : undefined;
}

function visibilityOf(word: unknown): Visibility {
  return word === 'private' ? 'group' : word === 'visible' || goneOf(word) !== undefined ? 'public' : 'unknown';
}

function magazineOf(thing: JsonObject): { readonly community: string } | undefined {
  const magazine = asObject(thing['magazine']);
  const uri = tryActorUri(magazine?.['apProfileId']) ?? asString(magazine?.['name']);
  return uri === undefined ? undefined : { community: uri };
}
