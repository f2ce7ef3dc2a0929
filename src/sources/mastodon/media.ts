/** Attachments, and the names of their files in an account's archive. */
import type { Attachment, Link } from '../../core/content.js';
import { asArray, asNumber, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { hrefOf, listOf, mediaTypeOf, objectsOf, present, typesOf } from './ld.js';
import { webUrl } from './uri.js';

type MediaType = Attachment['type'];

export interface Media {
  readonly attachment?: readonly Attachment[];
  readonly link?: readonly Link[];
  readonly files?: readonly (string | undefined)[];
}

const REST_TYPE: Readonly<Record<string, MediaType>> = {
  image: 'Image',
  gifv: 'Video',
  video: 'Video',
  audio: 'Audio',
};

/** `media_attachments` of a status or of one of its versions. */
export function restMedia(value: unknown): readonly Attachment[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return asArray(value)
    .filter(isObject)
    .map((media) => {
      const original = asObject(asObject(media['meta'])?.['original']);
      // `url` may be the asked server's copy; the origin's address is the same wherever one asks.
      const url = webUrl(media['remote_url']) ?? webUrl(media['url']);
      return {
        type: REST_TYPE[asString(media['type']) ?? ''] ?? 'Document',
        ...described(url, media['description'], media['blurhash'], original ?? {}),
      };
    });
}

/** `attachment` of an object; for a video or a recording also the file that its `url` lists. */
export function activityMedia(object: JsonObject, folder: string): Media {
  const listed = object['attachment'];
  const attachment: Attachment[] = [];
  const files: (string | undefined)[] = [];
  const link: Link[] = [];
  for (const each of objectsOf(listed)) {
    if (isLink(each)) {
      const url = webUrl(hrefOf(each));
      const name = asString(each['name']);
      if (url) link.push({ url, ...(name && { name }) });
    } else if (!typesOf(each).includes('PropertyValue')) {
      attachment.push(activityAttachment(each));
      files.push(fileOf(each, folder));
    }
  }
  const own = playable(object);
  if (own) {
    attachment.push(own);
    files.push(undefined);
  }
  return {
    ...((Array.isArray(listed) || isObject(listed) || own) && { attachment }),
    ...(link.length > 0 && { link }),
    ...(files.some((file) => file !== undefined) && { files }),
  };
}

function activityAttachment(media: JsonObject): Attachment {
  const link = asObject(listOf(media['url'])[0]);
  const mediaType = mediaTypeOf(media) ?? (link && mediaTypeOf(link));
  const url = webUrl(hrefOf(listOf(media['url'])[0]) ?? asString(media['href']));
  return {
    type: typeOf(mediaType, typesOf(media)),
    ...present({ mediaType }),
    ...described(url, media['name'], media['blurhash'], link ? { ...link, ...media } : media),
  };
}

function isLink(media: JsonObject): boolean {
  return typesOf(media).includes('Link') && !/^(?:image|video|audio)\//.test(mediaTypeOf(media) ?? '');
}

/** The first playable file of a Video or an Audio. */
function playable(object: JsonObject): Attachment | undefined {
  if (!typesOf(object).some((type) => type === 'Video' || type === 'Audio')) return undefined;
  // PeerTube hangs the files on its playlist's link, as `tag`.
  const links = objectsOf(object['url']).flatMap((link) => [link, ...objectsOf(link['tag'])]);
  const file = links.find((link) => /^(?:video|audio)\//.test(mediaTypeOf(link) ?? ''));
  const url = file && webUrl(hrefOf(file));
  if (!file || !url) return undefined;
  const mediaType = mediaTypeOf(file)!;
  return { type: typeOf(mediaType, []), mediaType, ...described(url, undefined, undefined, file) };
}

function described(
  url: string | undefined,
  name: unknown,
  blurhash: unknown,
  size: JsonObject,
): Omit<Attachment, 'type'> {
  return present({
    key: url,
    url,
    name: text(name),
    width: positive(size['width']),
    height: positive(size['height']),
    duration: positive(size['duration']),
    blurhash: text(blurhash),
  });
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function positive(value: unknown): number | undefined {
  const number = asNumber(value);
  return number !== undefined && number > 0 && number < Number.MAX_SAFE_INTEGER ? number : undefined;
}

function typeOf(mediaType: string | undefined, types: readonly string[]): MediaType {
  const family = mediaType?.split('/')[0];
  if (family === 'image') return 'Image';
  if (family === 'video') return 'Video';
  if (family === 'audio') return 'Audio';
  return (['Image', 'Video', 'Audio'] as const).find((type) => types.includes(type)) ?? 'Document';
}

/** In an archive the address is a path from the archive's root (`/media_attachments/files/…`), beside outbox.json. */
function fileOf(media: JsonObject, folder: string): string | undefined {
  const path = asString(media['url']);
  if (!path?.startsWith('/') || path.startsWith('//')) return undefined;
  const inside = path.replace(/^\/(?:system\/)?/, '');
  return inside.split('/').some((step) => step === '..' || step === '') ? undefined : folder + inside;
}
