/**
 * Attachments. An object of VK is `<type><owner>_<id>` in every rendering; the `access_key` beside it opens what is
 * not public to whoever has it, and the addresses of files are signed: neither key nor signed query is copied.
 */
import type { Attachment, Link } from '../../core/content.js';
import { present, sizeOf, webAddress } from '../shared/items.js';
import { asArray, asNumber, asObject, asString, isObject, type JsonObject } from '../shared/json.js';

export interface Attached {
  readonly attachment?: readonly Attachment[];
  readonly link?: readonly Link[];
  readonly poll?: JsonObject;
}

export function attachedOf(value: unknown): Attached {
  if (!Array.isArray(value)) return {};
  const attachment: Attachment[] = [];
  const link: Link[] = [];
  let poll: JsonObject | undefined;
  for (const each of asArray(value).filter(isObject)) {
    const type = asString(each['type']) ?? '';
    const object = asObject(each[type]);
    if (!object) continue;
    if (type === 'link' || type === 'article') link.push(...linkOf(object));
    else if (type === 'poll') poll = object;
    else if (type !== 'wall' && type !== 'wall_reply') attachment.push(fileOf(type, object));
  }
  return { attachment, ...(link.length > 0 && { link }), ...(poll && { poll }) };
}

function linkOf(object: JsonObject): Link[] {
  const url = webAddress(object['url']);
  return url === undefined ? [] : [{ url, ...present({ name: nonEmpty(object['title']) }) }];
}

const TYPES: ReadonlyMap<string, Attachment['type']> = new Map<string, Attachment['type']>([
  ['photo', 'Image'],
  ['posted_photo', 'Image'],
  ['graffiti', 'Image'],
  ['sticker', 'Image'],
  ['video', 'Video'],
  ['audio', 'Audio'],
  ['audio_message', 'Audio'],
  ['podcast', 'Audio'],
]);

function fileOf(type: string, object: JsonObject): Attachment {
  const owner = object['owner_id'];
  const id = object['id'];
  const largest = type === 'photo' || type === 'posted_photo' ? largestOf(object) : undefined;
  return {
    type: TYPES.get(type) ?? 'Document',
    ...present({
      key: typeof owner === 'number' && typeof id === 'number' ? `${type}${owner}_${id}` : undefined,
      url: largest?.url,
      name: nonEmpty(object['text']) ?? titleOf(object),
      width: sizeOf(largest?.width ?? object['width']),
      height: sizeOf(largest?.height ?? object['height']),
      duration: sizeOf(object['duration']),
    }),
  };
}

function titleOf(object: JsonObject): string | undefined {
  const artist = nonEmpty(object['artist']);
  const title = nonEmpty(object['title']);
  return artist === undefined ? title : title === undefined ? artist : `${artist} – ${title}`;
}

interface Size {
  readonly url?: string | undefined;
  readonly width?: unknown;
  readonly height?: unknown;
}

/** `sizes` since version 5.77, before it `photo_2560` … `photo_75`, before that `src_xxxbig` … `src`. */
function largestOf(photo: JsonObject): Size | undefined {
  const area = (size: JsonObject): number => (asNumber(size['width']) ?? 0) * (asNumber(size['height']) ?? 0);
  const sizes = [...asArray(photo['sizes']), photo['orig_photo']].filter(isObject);
  const best = sizes.reduce<JsonObject | undefined>((a, b) => (a && area(a) >= area(b) ? a : b), undefined);
  if (best) return { url: unsigned(best['url'] ?? best['src']), width: best['width'], height: best['height'] };
  const names = [
    'photo_2560',
    'photo_1280',
    'photo_807',
    'photo_604',
    'photo_130',
    'photo_75',
    'src_xxxbig',
    'src_xxbig',
    'src_xbig',
    'src_big',
    'src',
  ];
  const name = names.find((each) => webAddress(photo[each]) !== undefined);
  return name === undefined
    ? undefined
    : { url: unsigned(photo[name]), width: photo['width'], height: photo['height'] };
}

/** The path names the picture; the query says which cut of it and proves that it was asked for here. */
function unsigned(value: unknown): string | undefined {
  return webAddress(value)?.replace(/[?#].*$/, '');
}

function nonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
