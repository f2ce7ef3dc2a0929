/**
 * Pictures and films. Reddit's own are named by a number that stands in every rendering: `i.redd.it/<number>.jpg`,
 * `v.redd.it/<number>`, the keys of `media_metadata`. Addresses at preview.redd.it are signed for one size and are not
 * copied.
 */
import type { Attachment, Link } from '../../core/content.js';
import { present, sizeOf, webAddress } from '../shared/items.js';
import { asArray, asNumber, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { pageOf } from './uri.js';
import type { Decode } from './text.js';

const OWN_IMAGE = /^https?:\/\/(?:i|preview)\.redd\.it\/(?:[\w-]*-v0-)?([0-9a-z]{8,20})\.(\w{2,5})(?:[?#]|$)/i;
const OWN_VIDEO = /^https?:\/\/v\.redd\.it\/([0-9a-z]{8,20})(?:[/?#]|$)/i;

export interface Attached {
  readonly attachment?: readonly Attachment[];
  readonly link?: readonly Link[];
}

/** What a submission shows beside its words. That it shows nothing is asserted only by records that would say. */
export function attachedTo(post: JsonObject, decode: Decode): Attached {
  const address = webAddress(asString(post['url_overridden_by_dest']) ?? asString(post['url']));
  const url = address === undefined ? undefined : decode(address);
  const found = [...listed(post), ...film(post)];
  if (found.length === 0 && url !== undefined) found.push(...fileAt(url, post));
  const all = distinct(found);
  const link = url === undefined || isOwn(url, post) ? [] : [{ url }];
  return {
    ...(all.length > 0 || saysAll(post) ? { attachment: all } : {}),
    ...(link.length > 0 && { link }),
  };
}

/** A comment's pictures; that it has none is never said. */
export function picturesOf(comment: JsonObject): Attached {
  const found = listed(comment);
  return found.length > 0 ? { attachment: found } : {};
}

/** The API's own objects always have these; tables and excerpts have not. */
function saysAll(post: JsonObject): boolean {
  return ('media_embed' in post || 'secure_media' in post) && post['is_gallery'] !== true;
}

/** The pages of the post itself, and Reddit's own files. */
function isOwn(url: string, post: JsonObject): boolean {
  if (post['is_self'] === true || OWN_IMAGE.test(url) || OWN_VIDEO.test(url)) return true;
  const id = asString(post['id']) ?? '';
  return pageOf(url) !== undefined && (url.includes(`/comments/${id}`) || url.includes(`/gallery/${id}`));
}

/** `media_metadata`, in the order of `gallery_data`. */
function listed(thing: JsonObject): Attachment[] {
  const metadata = asObject(thing['media_metadata']);
  if (!metadata) return [];
  const items = asArray(asObject(thing['gallery_data'])?.['items']).filter(isObject);
  const gallery = items.flatMap((item) => {
    const id = asString(item['media_id']);
    return id !== undefined && Object.hasOwn(metadata, id) ? fileOf(id, metadata[id], asString(item['caption'])) : [];
  });
  return gallery.length > 0 ? gallery : Object.entries(metadata).flatMap(([id, file]) => fileOf(id, file));
}

function fileOf(id: string, value: unknown, caption?: string): Attachment[] {
  const file = asObject(value);
  if (!file || id.startsWith('emote|')) return [];
  const name = caption === '' ? undefined : caption;
  const source = asObject(file['s']);
  const size = { width: sizeOf(source?.['x'] ?? file['x']), height: sizeOf(source?.['y'] ?? file['y']) };
  if (file['e'] === 'RedditVideo') {
    return [{ type: 'Video', key: id, url: `https://v.redd.it/${id}`, ...present({ name, ...size }) }];
  }
  const mime = asString(file['m'])?.replace('image/jpg', 'image/jpeg');
  const ending = mime === undefined ? undefined : mime.slice(mime.indexOf('/') + 1).replace('jpeg', 'jpg');
  const own = ending !== undefined && /^[0-9a-z]+$/.test(id) ? `https://i.redd.it/${id}.${ending}` : undefined;
  const elsewhere = webAddress(file['ext']);
  return [{ type: 'Image', key: id, ...present({ url: own ?? elsewhere, mediaType: mime, name, ...size }) }];
}

function film(post: JsonObject): Attachment[] {
  const video = [post['media'], post['secure_media']].map((each) => asObject(asObject(each)?.['reddit_video']));
  const found = video.find((each) => each !== undefined);
  const id = OWN_VIDEO.exec(asString(found?.['fallback_url']) ?? '')?.[1];
  if (!found || id === undefined) return [];
  const size = { width: sizeOf(found['width']), height: sizeOf(found['height']), duration: sizeOf(found['duration']) };
  return [{ type: 'Video', key: id, url: `https://v.redd.it/${id}`, ...present(size) }];
}

/** What the address alone shows: the one picture or film that a submission consists of. */
function fileAt(url: string, post: JsonObject): Attachment[] {
  const film = OWN_VIDEO.exec(url)?.[1];
  if (film !== undefined) return [{ type: 'Video', key: film, url: `https://v.redd.it/${film}` }];
  const image = OWN_IMAGE.exec(url);
  if (!image) return [];
  const source = asObject(asObject(asArray(asObject(post['preview'])?.['images'])[0])?.['source']);
  const size = { width: sizeOf(asNumber(source?.['width'])), height: sizeOf(asNumber(source?.['height'])) };
  return [{ type: 'Image', key: image[1]!, url: `https://i.redd.it/${image[1]!}.${image[2]!}`, ...present(size) }];
}

function distinct(files: readonly Attachment[]): Attachment[] {
  return [...new Map(files.map((file) => [file.key, file])).values()];
}
