/** Posts and comments as the API of 2018 to 2021 gave them, and as the collections made from it keep them. */
import type { Content, Link, Tag } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { ActorReading, Reading } from '../../core/reading.js';
import { msOf, parseIso, type Time } from '../../core/time.js';
import { countOf, guarded, present, presentOrNothing, webAddress, type Item } from '../shared/items.js';
import { asArray, asBoolean, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { commentOf, idOf, personOf, postOf } from './uri.js';

/** What a page of the API says beside its posts: id → object. */
export interface Beside {
  readonly users: ReadonlyMap<string, JsonObject>;
  readonly urls: ReadonlyMap<string, JsonObject>;
}

export const NOTHING: Beside = { users: new Map(), urls: new Map() };

/** Keys that stand together on no other platform. */
const OWN = [
  'createdAt',
  'creator',
  'depth',
  'depthRaw',
  'impressions',
  'reposts',
  'shareLink',
  'upvotes',
  'bodywithurls',
  'controversy',
];

export function isPost(value: JsonObject): boolean {
  if (!('body' in value) && !('bodywithurls' in value)) return false;
  return idOf(value['_id'], value['id']) !== undefined && OWN.filter((key) => key in value).length >= 3;
}

export function isUser(value: JsonObject): boolean {
  if (idOf(value['_id'], value['id']) === undefined || 'body' in value) return false;
  return 'joined' in value && ('username' in value || 'name' in value);
}

/** `{"posts":[…],"users":[…],"urls":[…],"postRefs":[…]}` */
export function isPage(value: JsonObject): boolean {
  return [...asArray(value['posts']), ...asArray(value['comments'])].some((item) => isObject(item) && isPost(item));
}

export function readPosts(page: JsonObject): readonly Item[] {
  const beside: Beside = { users: byId(page['users']), urls: byId(page['urls']) };
  const of = (list: string) => asArray(page[list]).filter(isObject);
  return [
    ...of('posts').flatMap((post) => readPost(post, 'first', beside)),
    ...of('comments').flatMap((post) => readPost(post, 'first', beside, true)),
    ...of('postRefs').flatMap((post) => readPost(post, 'second', beside)),
  ];
}

function byId(list: unknown): ReadonlyMap<string, JsonObject> {
  const found = new Map<string, JsonObject>();
  for (const each of asArray(list).filter(isObject)) {
    const id = idOf(each['_id'], each['id']);
    if (id !== undefined) found.set(id, each);
  }
  return found;
}

export function readPost(post: JsonObject, hand: Reading['hand'], beside: Beside, inComments = false): readonly Item[] {
  return guarded(() => [postReading(post, hand, beside, inComments || post['datatype'] === 'comments')]);
}

function postReading(post: JsonObject, hand: Reading['hand'], beside: Beside, comment: boolean): Reading {
  const id = idOf(post['_id'], post['id']);
  if (id === undefined) throw new Rejection('no-identity', 'a post without an id of 32 hexadecimal digits');
  const losses: string[] = [];
  const creator = idOf(post['creator'], asObject(post['creator'])?.['_id']);
  const published = timeOf(post['createdAt'], losses);
  const author = creator === undefined ? undefined : authorOf(creator, post, beside);
  const metrics = presentOrNothing({
    replies: countOf(post['comments']),
    shares: countOf(post['reposts']),
    likes: countOf(post['upvotes']),
    downvotes: countOf(post['downvotes']),
    impressions: countOf(post['impressions']),
  });
  const share = webAddress(post['shareLink']);
  return {
    post: comment ? commentOf(id) : postOf(id),
    outcome: 'present',
    hand,
    content: {
      ...relationsOf(post, comment),
      // An account could be closed to others; the API does not say so beside a post.
      visibility: 'unknown',
      ...present({
        attributedTo: creator === undefined ? undefined : personOf(creator),
        published,
        text: asString(post['body']) ?? asString(post['bodywithurls']),
        tag: tagsOf(post['hashtags']),
        link: linksOf(post, beside),
        sensitive: asBoolean(post['sensitive']),
      }),
    },
    ...(published && { claimedFrom: published, edition: Math.floor(msOf(published) / 1000) }),
    ...(metrics && { metrics }),
    ...(share !== undefined && { aliases: [share] }),
    ...(author && { actors: [author] }),
    ...(losses.length > 0 && { losses }),
  };
}

/** A post with a `parent` is an echo of it; a comment's parent is what it answers. */
function relationsOf(
  post: JsonObject,
  comment: boolean,
): Pick<Content, 'type' | 'inReplyTo' | 'announces' | 'quotes' | 'context'> {
  const parent = idOf(post['parent']);
  if (comment) {
    const answered = idOf(post['replyingTo']);
    const root = idOf(post['post']) ?? (answered === undefined ? parent : undefined);
    const inReplyTo = answered !== undefined ? commentOf(answered) : root !== undefined ? postOf(root) : undefined;
    return { type: 'Note', ...present({ inReplyTo, context: root === undefined ? undefined : postOf(root) }) };
  }
  if (parent === undefined) return { type: 'Note' };
  const bare = (asString(post['body']) ?? '') === '';
  return bare ? { type: 'Announce', announces: postOf(parent) } : { type: 'Note', quotes: postOf(parent) };
}

const COMPACT = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/;

/** `20210106123456`, in UTC (the collections that write it out say so). */
function timeOf(value: unknown, losses: string[]): Time | undefined {
  const text = asString(value);
  if (text === undefined || text === '') return undefined;
  const time = parseIso(text.replace(COMPACT, '$1-$2-$3T$4:$5:$6Z'));
  if (!time) losses.push(`createdAt: no time: ${JSON.stringify(text.slice(0, 60))}`);
  return time;
}

function authorOf(id: string, post: JsonObject, beside: Beside): ActorReading | undefined {
  const user = beside.users.get(id) ?? {};
  const profile = present({
    handle: asString(user['username']) ?? asString(post['username']),
    name: asString(user['name']),
    summary: asString(user['bio']),
    verified: asBoolean(user['verified']) ?? asBoolean(post['verified']),
  });
  return Object.keys(profile).length > 0 ? { actor: personOf(id), profile } : undefined;
}

function tagsOf(value: unknown): Tag[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return asArray(value).flatMap((name): Tag[] =>
    typeof name === 'string' && name !== '' ? [{ type: 'Hashtag', name }] : [],
  );
}

/** `links` are ids of `urls`, which stand in the page, or in the post of a collection. */
function linksOf(post: JsonObject, beside: Beside): Link[] | undefined {
  const named = asArray(post['links']).flatMap((id): JsonObject[] => {
    const url = typeof id === 'string' ? beside.urls.get(id) : undefined;
    return url ? [url] : [];
  });
  const inline = asArray(post['urls']).filter(isObject);
  const links = [...named, ...inline].flatMap((each: JsonObject): Link[] => {
    const short = webAddress(each['short']);
    const long = webAddress(each['long']) ?? webAddress(each['url']);
    if (short === undefined) return long === undefined ? [] : [{ url: long }];
    return [{ url: short, ...present({ expanded: long }) }];
  });
  return links.length > 0 ? links : undefined;
}
