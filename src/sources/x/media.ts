/**
 * Media: v1.1, archive and Gnip list them in `extended_entities.media` (in `entities.media` only the first), v2 names
 * them by `media_key`, whose digits behind the underscore are v1.1's `id_str`.
 */
import type { Attachment } from '../../core/content.js';
import { asArray, asNumber, asObject, asString, type JsonObject } from '../shared/json.js';
import { countOf, type Draft } from './draft.js';
import { idOf, ownId } from './uri.js';

const NONE: readonly Attachment[] = [];

export interface MediaList {
  readonly list: readonly Attachment[];
  /** Only the first of perhaps several is listed. */
  readonly isCut: boolean;
  /** What the platform's export calls each file, behind the post's id. */
  readonly basenames: readonly (string | undefined)[];
}

/** Undefined when the record says nothing about media. */
export function classicMedia(
  entities: JsonObject | undefined,
  extended: JsonObject | undefined,
): MediaList | undefined {
  const all = extended?.['media'];
  const items = asArray(Array.isArray(all) ? all : entities?.['media']);
  if (items.length === 0) return entities === undefined && extended === undefined ? undefined : EMPTY;
  const list: Attachment[] = [];
  const basenames: (string | undefined)[] = [];
  for (const value of items) {
    const item = asObject(value);
    if (item === undefined) continue;
    const attachment = classicAttachment(item);
    list.push(attachment);
    basenames.push(basenameOf(attachment.url ?? thumbnailOf(item)));
  }
  return { list, isCut: !Array.isArray(all), basenames };
}

const EMPTY: MediaList = { list: NONE, isCut: false, basenames: [] };

/** `entities.media` calls a video a photo; its thumbnail's address does not. */
const MOVING_THUMBNAIL = /\/(?:ext_tw_video_thumb|amplify_video_thumb|tweet_video_thumb)\//;

function thumbnailOf(item: JsonObject): string | undefined {
  return asString(item['media_url_https']) ?? asString(item['media_url']);
}

function classicAttachment(item: JsonObject): Attachment {
  const still = thumbnailOf(item);
  const type = asString(item['type']);
  const moves = type === 'video' || type === 'animated_gif' || (still !== undefined && MOVING_THUMBNAIL.test(still));
  const video = asObject(item['video_info']);
  const duration = asNumber(video?.['duration_millis']);
  return attachment(moves, ownId(item), {
    url: moves ? bestVariant(asArray(video?.['variants'])) : still,
    name: asString(item['ext_alt_text']) ?? asString(item['alt_text']),
    size: asObject(item['original_info']),
    ...(duration !== undefined && { duration }),
  });
}

/** `media` is the included object, absent where the page was fetched without expansion: the key alone still names the file. */
export function modernAttachment(key: string, media: JsonObject | undefined): Attachment {
  const underscore = key.indexOf('_');
  const kind = underscore > 0 ? key.slice(0, underscore) : '';
  const type = asString(media?.['type']);
  const moves = type === undefined ? kind !== '3' : type !== 'photo';
  const variants = asArray(media?.['variants']).map((value) => {
    const variant = asObject(value);
    return { ...variant, bitrate: variant?.['bit_rate'] };
  });
  const duration = asNumber(media?.['duration_ms']);
  return attachment(moves, idOf(key.slice(underscore + 1)), {
    url: moves ? bestVariant(variants) : asString(media?.['url']),
    name: asString(media?.['alt_text']),
    size: media,
    ...(duration !== undefined && { duration }),
  });
}

interface Facts {
  readonly url: string | undefined;
  readonly name: string | undefined;
  readonly size: JsonObject | undefined;
  /** In milliseconds. */
  readonly duration?: number;
}

function attachment(moves: boolean, key: string | undefined, { url, name, size, duration }: Facts): Attachment {
  const out: Draft<Attachment> = { type: moves ? 'Video' : 'Image' };
  if (key !== undefined) out.key = key;
  if (url !== undefined && url !== '') out.url = url;
  if (name !== undefined && name !== '') out.name = name;
  const width = countOf(size?.['width']);
  const height = countOf(size?.['height']);
  if (width && height) {
    out.width = width;
    out.height = height;
  }
  if (duration !== undefined && duration > 0) out.duration = duration / 1_000;
  return out;
}

/** The MP4 of the highest bitrate: that is also the file that the export holds. */
function bestVariant(variants: readonly unknown[]): string | undefined {
  let best: string | undefined;
  let bitrate = -1;
  for (const value of variants) {
    const variant = asObject(value);
    const url = asString(variant?.['url']);
    if (url === undefined || asString(variant?.['content_type']) !== 'video/mp4') continue;
    const rate = asNumber(variant?.['bitrate']) ?? 0;
    if (rate > bitrate) {
      best = url;
      bitrate = rate;
    }
  }
  return best;
}

function basenameOf(url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  const end = url.search(/[?#]/);
  const path = end < 0 ? url : url.slice(0, end);
  const name = path.slice(path.lastIndexOf('/') + 1);
  return /^[\w.-]+$/.test(name) && name !== '.' && name !== '..' ? name : undefined;
}
