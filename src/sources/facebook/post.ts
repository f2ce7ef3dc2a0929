/** One item of an export: a post, a comment, a picture of an album. */
import type { Content } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { IdentityLink, Reading } from '../../core/reading.js';
import { msOf } from '../../core/time.js';
import { postUri, type PostUri } from '../../core/uri.js';
import { present, presentOrNothing } from '../shared/items.js';
import { asArray, asNumber, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { attached, fileKey, fileOf } from '../shared/meta-media.js';
import { accountOf, brief, itemOf, metaTime, personOf, type Owner } from '../shared/meta.js';
import { entriesOf, readAttachments, tagsOf } from './attachments.js';

export interface Place {
  readonly owner: Owner;
  /** What items of this list are called in their names. */
  readonly name: string;
  readonly path: string;
  readonly ordinal: number;
  /** The album’s, for its pictures. */
  readonly album?: string | undefined;
}

/** Whose list items are not the account’s own. */
const BY_OTHERS = new Set(['wall']);
const IN_GROUPS = new Set(['group-post', 'pending-post']);

/**
 * What tells items of one list apart; undefined for what is none. A file’s own number where there is one, for it stays
 * when the words are edited; else the words, else where they lead. The title is no part of it: it is the platform’s
 * sentence, in the language and with the names of the day.
 */
export function itemKey(item: JsonObject): string | undefined {
  const at = asNumber(item['timestamp']) ?? asNumber(item['creation_timestamp']);
  if (at === undefined || !Number.isSafeInteger(at)) return undefined;
  return `${at}:${brief(saidIn(item))}`;
}

function saidIn(item: JsonObject): string {
  const uris = [item, ...entriesOf(item).map((entry) => asObject(entry['media']) ?? {})].flatMap(
    (media) => asString(media['uri']) ?? [],
  );
  for (const uri of uris) {
    const key = fileKey(uri);
    if (key !== undefined) return `file ${key}`;
  }
  const words = wordsOf(item);
  if (words !== undefined) return `text ${words}`;
  if (uris.length > 0) return `name ${uris[0]!.slice(uris[0]!.lastIndexOf('/') + 1)}`;
  const url = entriesOf(item).map((entry) => asString(asObject(entry['external_context'])?.['url']));
  return `link ${url.find((each) => each !== undefined) ?? ''}`;
}

function dataOf(item: JsonObject): readonly JsonObject[] {
  return asArray(item['data']).filter(isObject);
}

function commentOf(item: JsonObject): JsonObject | undefined {
  return dataOf(item)
    .map((each) => asObject(each['comment']))
    .find((comment) => comment !== undefined);
}

/** Of a comment its words, of a picture its caption. */
function wordsOf(item: JsonObject): string | undefined {
  const comment = commentOf(item);
  if (comment) return asString(comment['comment']);
  const posts = dataOf(item).flatMap((each) => asString(each['post']) ?? []);
  return posts.length > 0 ? posts.join('\n') : asString(item['description']);
}

export function readItem(item: JsonObject, place: Place): readonly Reading[] {
  const key = itemKey(item);
  if (key === undefined) throw new Rejection('no-identity', 'an item without a time: nothing tells it from others');
  const { owner, name } = place;
  const post = itemOf(owner, `${name}:${key}`, place.ordinal);
  const published = metaTime(item['timestamp']) ?? metaTime(item['creation_timestamp']);
  const edited = dataOf(item)
    .map((each) => metaTime(each['update_timestamp']))
    .find((time) => time !== undefined);
  const updated = published && edited && msOf(edited) > msOf(published) ? edited : undefined;
  const comment = commentOf(item);
  const text = wordsOf(item);
  const isMedia = typeof item['uri'] === 'string';
  const found = readAttachments(item, place.path, text);
  const files = isMedia ? [fileOf(item, place.path)].flatMap((file) => file ?? []) : found.files;
  const { attachment, files: lying } = attached(files);
  const author = BY_OTHERS.has(name) ? undefined : accountOf(owner);
  const group = asString(comment?.['group']);
  const content: Content = {
    type: found.poll ? 'Question' : 'Note',
    visibility: group !== undefined || IN_GROUPS.has(name) ? 'group' : 'unknown',
    ...present({
      attributedTo: author,
      published,
      updated,
      text,
      name: found.name,
      attachment,
      tag: tagsOf(item),
      link: found.link.length > 0 ? found.link : undefined,
      poll: found.poll,
      location: found.location,
      extra: presentOrNothing({
        ...found.extra,
        title: isMedia ? undefined : asString(item['title']),
        album: isMedia ? (place.album ?? asString(item['title'])) : undefined,
        group,
        backdated: dataOf(item)
          .map((each) => metaTime(each['backdated_timestamp'])?.at)
          .find((at) => at !== undefined),
      }),
    }),
  };
  const stands = updated ?? published;
  const called = asString(comment?.['author']) ?? owner.name;
  const reading: Reading = {
    post,
    outcome: 'present',
    hand: 'first',
    content,
    ...(author && called !== undefined && { actors: [{ actor: author, profile: { name: called } }] }),
    ...(stands && { claimedFrom: stands, edition: Math.floor(msOf(stands) / 1000) }),
    ...(lying && { files: lying }),
    links: twins(item, place, text),
    ...(found.losses.length > 0 && { losses: found.losses }),
  };
  return [reading, ...commentsUnder(item, place, post)];
}

/** Comments that an album’s pictures carry: other people’s mostly, and without a number as well. */
function commentsUnder(item: JsonObject, place: Place, parent: PostUri): readonly Reading[] {
  return asArray(item['comments']).flatMap((value) => {
    const comment = asObject(value);
    const at = asNumber(comment?.['timestamp']);
    const text = asString(comment?.['comment']);
    if (!comment || at === undefined || text === undefined) return [];
    const name = asString(comment['author']);
    const author = name === undefined ? undefined : personOf(place.owner, name);
    const published = metaTime(at);
    const content: Content = {
      type: 'Note',
      visibility: 'unknown',
      inReplyTo: parent,
      ...present({ attributedTo: author, published, text }),
    };
    // In the account’s own list of comments the same one has this name too.
    const post = itemOf(place.owner, `comment:${at}:${brief(`text ${text}`)}`, 0);
    const actors = author && name !== undefined ? [{ actor: author, profile: { name } }] : undefined;
    return [{ post, outcome: 'present', hand: 'second', content, ...(actors && { actors }) }];
  });
}

/** The same item as another export may have it: with other words since, or handed in without saying whose it is. */
function twins(item: JsonObject, { owner, name }: Place, text: string | undefined): readonly IdentityLink[] {
  const at = asNumber(item['timestamp']) ?? asNumber(item['creation_timestamp']);
  const links: IdentityLink[] = [];
  if (owner.isAccount) {
    const target = postUri(`perdure:${owner.platform}:${owner.scope}:${name}:${at}:at`);
    links.push({
      kind: 'probablySame',
      target,
      reason: 'the same kind of item of the same account at the same second',
    });
  }
  if (text !== undefined && text.trim().length > 3) {
    const target = postUri(`perdure:${owner.platform}:said:${name}:${at}:${brief(text.trim())}`);
    links.push({ kind: 'probablySame', target, reason: 'the same words at the same second, in another export' });
  }
  return links;
}
