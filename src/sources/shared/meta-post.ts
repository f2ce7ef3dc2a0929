/**
 * Posts in exports of Instagram and Threads: `{"media":[{"uri","creation_timestamp","title"}],"title","creation_timestamp"}`, and
 * stories, which are such a `media` alone.
 */
import type { Content } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { IdentityLink, Reading } from '../../core/reading.js';
import { assumeZone, parseIso, type Time } from '../../core/time.js';
import { postUri } from '../../core/uri.js';
import { present, presentOrNothing } from './items.js';
import { asArray, asNumber, asObject, asString, isObject, type JsonObject } from './json.js';
import { attached, fileKey, fileOf } from './meta-media.js';
import { accountOf, brief, itemOf, metaTime, type Owner } from './meta.js';

export interface PostPlace {
  readonly owner: Owner;
  /** What items of this list are called in their names: `post`, `story`. */
  readonly name: string;
  readonly path: string;
  readonly ordinal: number;
  /** From the list of what the account deleted. */
  readonly isDeleted?: boolean;
  /** What the person who handed it in said about its wall-clock times. */
  readonly timezone?: string | undefined;
}

/** The files of a post, or the one that a story is. */
function mediaOf(item: JsonObject): readonly JsonObject[] {
  return Array.isArray(item['media']) ? asArray(item['media']).filter(isObject) : [item];
}

export function isMediaPost(item: JsonObject): boolean {
  const [media] = mediaOf(item);
  if (!media) return typeof item['creation_timestamp'] === 'number' && typeof item['title'] === 'string';
  return typeof media['uri'] === 'string' && typeof media['creation_timestamp'] === 'number';
}

/** 2018 to 2020: `{"caption":"…","taken_at":"2018-04-20T13:14:15","path":"photos/201804/….jpg","location":"…"}`. */
export function isOldMedia(item: JsonObject): boolean {
  return typeof item['taken_at'] === 'string' && typeof item['path'] === 'string';
}

/** The post’s own words: of one with several files they stand above them, else beside the first. */
function captionOf(item: JsonObject): string | undefined {
  const own = asString(item['title']) ?? asString(item['caption']);
  if (own !== undefined && own !== '') return own;
  return mediaOf(item).flatMap((media) => asString(media['title']) ?? [])[0] ?? own;
}

function publishedOf(item: JsonObject): Time | undefined {
  const seconds = asNumber(item['creation_timestamp']) ?? asNumber(mediaOf(item)[0]?.['creation_timestamp']);
  return metaTime(seconds) ?? parseIso(asString(item['taken_at']) ?? '');
}

/**
 * What tells posts of one list apart; undefined for what is none. The number at the end of the first file’s name where
 * there is one, for it stays when the words are edited; else the words, else the name of the file.
 */
export function postKey(item: JsonObject): string | undefined {
  const at = publishedOf(item)?.at;
  if (at === undefined) return undefined;
  const uris = mediaOf(item).flatMap((media) => asString(media['uri']) ?? asString(media['path']) ?? []);
  const number = uris.map(fileKey).find((key) => key !== undefined);
  const caption = captionOf(item) ?? '';
  const name = (uris[0] ?? '').slice((uris[0] ?? '').lastIndexOf('/') + 1);
  const said = number !== undefined ? `file ${number}` : caption !== '' ? `text ${caption}` : `name ${name}`;
  return `${at.replaceAll(':', '')}:${brief(said)}`;
}

export function readMediaPost(item: JsonObject, place: PostPlace): Reading {
  const key = postKey(item);
  if (key === undefined) throw new Rejection('no-identity', 'a post without a time: nothing tells it from others');
  const { owner, name } = place;
  const stated = publishedOf(item);
  const published = stated && place.timezone !== undefined ? assumeZone(stated, place.timezone) : stated;
  const media = mediaOf(item);
  const text = captionOf(item);
  const files = media.flatMap((each) => fileOf(each, place.path, several(media, each, text)) ?? []);
  const { attachment, files: lying } = attached(files);
  const author = accountOf(owner);
  const app = asObject(media[0]?.['text_app_post']);
  const content: Content = {
    type: 'Note',
    attributedTo: author,
    visibility: 'unknown',
    ...present({
      published,
      text,
      // A post of words alone has one `media` without a path: that there is no file is said.
      attachment: attachment ?? (media.some((each) => each['uri'] === '') ? [] : undefined),
      location: placeOf(item),
      extra: presentOrNothing({
        kind: name === 'post' ? undefined : name,
        isReply: app?.['is_reply'] === true || undefined,
        replyControl: asString(app?.['reply_control']),
        crossPostedFrom: asString(asObject(media[0]?.['cross_post_source'])?.['source_app']),
      }),
    }),
  };
  return {
    post: itemOf(owner, `${name}:${key}`, place.ordinal),
    outcome: place.isDeleted === true ? 'deleted' : 'present',
    hand: 'first',
    content,
    ...(owner.handle !== undefined && { actors: [{ actor: author, profile: { handle: owner.handle } }] }),
    ...(published && place.isDeleted !== true && { claimedFrom: published }),
    ...(lying && { files: lying }),
    links: twins(place, stated, text, files.map(({ attachment: { key: number } }) => number)[0]),
  };
}

/** A caption of its own, where a post has several files and this one’s words are not the post’s. */
function several(media: readonly JsonObject[], each: JsonObject, text: string | undefined): { name?: string } {
  const own = asString(each['title']);
  return media.length > 1 && own !== undefined && own !== text ? { name: own } : {};
}

function placeOf(item: JsonObject): Content['location'] {
  const name = asString(item['location']);
  return name === undefined || name === '' ? undefined : { name };
}

/** The same post as another export may have it. Offered to people, never merged. */
function twins(
  { owner, name }: PostPlace,
  published: Time | undefined,
  text: string | undefined,
  number: string | undefined,
): readonly IdentityLink[] {
  const links: IdentityLink[] = [];
  const at = published?.at.replaceAll(':', '').replace(/Z$/, '');
  const offer = (what: string, reason: string): void => {
    links.push({ kind: 'probablySame', target: postUri(`perdure:${owner.platform}:${what}`), reason });
  };
  if (owner.isAccount)
    offer(`${owner.scope}:${name}:${at}:at`, 'the same kind of item of the same account at one time');
  if (number !== undefined) offer(`file:${number}`, 'the same number of its first file');
  if (text !== undefined && text.trim().length > 3) {
    offer(`said:${at}:${brief(text.trim())}`, 'the same words at the same second, in another export');
  }
  return links;
}
