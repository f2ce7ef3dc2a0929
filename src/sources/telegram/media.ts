/** What is attached to a message of Telegram Desktop's JSON: files, places, contacts. */
import type { Attachment, Place } from '../../core/content.js';
import type { Json } from '../../core/canonical.js';
import { asNumber, asObject, asString, type JsonObject } from '../shared/json.js';
import { folderOf, localFile } from './files.js';

export interface Media {
  readonly attachment: readonly Attachment[];
  /** Names relative to the package, by the index of the attachment. */
  readonly files: readonly (string | undefined)[];
  readonly location?: Place;
  readonly extra: { readonly [key: string]: Json };
  readonly losses: readonly string[];
}

/** Values of `media_type` that say more than image, video or audio. */
const KINDS: Readonly<Record<string, Attachment['type']>> = {
  sticker: 'Image',
  animation: 'Video',
  video_message: 'Video',
  video_file: 'Video',
  voice_message: 'Audio',
  audio_file: 'Audio',
};

export function readMedia(message: JsonObject, path: string): Media {
  const losses: string[] = [];
  const attachment: Attachment[] = [];
  const files: (string | undefined)[] = [];
  for (const field of ['photo', 'file'] as const) {
    const said = asString(message[field]);
    if (said === undefined) continue;
    files.push(localFile(said, folderOf(path), attachment.length, losses));
    attachment.push(field === 'photo' ? { type: 'Image', ...sizeOf(message) } : fileOf(message, said));
  }
  if ('contact_information' in message) {
    losses.push('contact_information: the name and telephone number of a third person, not read');
  }
  const location = placeOf(message);
  return { attachment, files, ...(location && { location }), extra: extraOf(message), losses };
}

function fileOf(message: JsonObject, said: string): Attachment {
  const mediaType = asString(message['mime_type']);
  const kind = asString(message['media_type']) ?? '';
  const duration = asNumber(message['duration_seconds']);
  return {
    type: (Object.hasOwn(KINDS, kind) ? stickerOr(kind, said) : undefined) ?? typeOf(mediaType),
    ...(mediaType !== undefined && { mediaType }),
    ...sizeOf(message),
    ...(duration !== undefined && { duration }),
  };
}

/** Stickers are pictures, films (`.webm`) or drawings in motion (`.tgs`, which is neither). */
function stickerOr(kind: string, said: string): Attachment['type'] {
  if (kind === 'sticker' && said.endsWith('.webm')) return 'Video';
  if (kind === 'sticker' && said.endsWith('.tgs')) return 'Document';
  return KINDS[kind]!;
}

function typeOf(mediaType = ''): Attachment['type'] {
  if (mediaType.startsWith('image/')) return 'Image';
  if (mediaType.startsWith('video/')) return 'Video';
  return mediaType.startsWith('audio/') ? 'Audio' : 'Document';
}

function sizeOf(message: JsonObject): { width?: number; height?: number } {
  const width = asNumber(message['width']);
  const height = asNumber(message['height']);
  return { ...(width !== undefined && { width }), ...(height !== undefined && { height }) };
}

function placeOf(message: JsonObject): Place | undefined {
  const point = asObject(message['location_information']);
  const latitude = asNumber(point?.['latitude']);
  const longitude = asNumber(point?.['longitude']);
  const name = asString(message['place_name']);
  if (latitude === undefined && longitude === undefined && name === undefined) return undefined;
  return {
    ...(name !== undefined && { name }),
    ...(latitude !== undefined && { latitude }),
    ...(longitude !== undefined && { longitude }),
  };
}

function extraOf(message: JsonObject): Record<string, Json> {
  const extra: Record<string, Json> = {};
  const named = { media: 'media_type', fileName: 'file_name', sticker: 'sticker_emoji', address: 'address' };
  for (const [name, key] of Object.entries(named)) {
    const value = asString(message[key]);
    if (value !== undefined) extra[name] = value;
  }
  const title = asString(message['title']);
  const performer = asString(message['performer']);
  if (title !== undefined || performer !== undefined) {
    extra['audio'] = { ...(title !== undefined && { title }), ...(performer !== undefined && { performer }) };
  }
  const live = asNumber(message['live_location_period_seconds']);
  if (live !== undefined) extra['liveLocationSeconds'] = live;
  return extra;
}
