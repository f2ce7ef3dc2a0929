/** Files that an event names: `imeta` tags (NIP-92), and the tags of a file's own event (NIP-94). */
import type { Attachment } from '../../core/content.js';
import { present, sizeOf, webAddress } from '../shared/items.js';
import { tagsNamed, tagValue, type NostrEvent } from './event.js';

/** Undefined where nothing is said of files: an address in the text may lead to one. */
export function mediaOf(event: NostrEvent): readonly Attachment[] | undefined {
  const attachments = tagsNamed(event, 'imeta').flatMap((tag) => fileOf(fieldsOf(tag)));
  if (event.kind === 1063) {
    const fields = new Map(event.tags.map((tag) => [tag[0] ?? '', tag[1] ?? '']));
    attachments.push(...fileOf(fields));
  }
  const shown = new Set(attachments.map((each) => each.url));
  const image = webAddress(tagValue(event, 'image'));
  if (event.kind >= 30_000 && image !== undefined && !shown.has(image)) {
    attachments.push({ type: 'Image', key: image, url: image });
  }
  return attachments.length > 0 ? attachments : undefined;
}

/** `["imeta","url https://…","m image/jpeg","dim 800x600"]`. */
function fieldsOf(tag: readonly string[]): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const entry of tag.slice(1)) {
    const space = entry.indexOf(' ');
    const name = space < 0 ? entry : entry.slice(0, space);
    if (!fields.has(name)) fields.set(name, space < 0 ? '' : entry.slice(space + 1));
  }
  return fields;
}

function fileOf(fields: ReadonlyMap<string, string>): Attachment[] {
  const url = webAddress(fields.get('url'));
  if (url === undefined) return [];
  const mediaType = nonEmpty(fields.get('m'));
  const size = /^(\d{1,6})x(\d{1,6})$/.exec(fields.get('dim') ?? '');
  return [
    {
      type: typeOf(mediaType, url),
      key: url,
      url,
      ...present({
        mediaType,
        name: nonEmpty(fields.get('alt')),
        width: sizeOf(size?.[1]),
        height: sizeOf(size?.[2]),
        duration: sizeOf(fields.get('duration')),
        blurhash: nonEmpty(fields.get('blurhash')),
      }),
    },
  ];
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}

function typeOf(mediaType: string | undefined, url: string): Attachment['type'] {
  const family = mediaType?.split('/')[0] ?? familyOf(url);
  if (family === 'image') return 'Image';
  if (family === 'video' || mediaType === 'application/x-mpegURL') return 'Video';
  return family === 'audio' ? 'Audio' : 'Document';
}

function familyOf(url: string): string | undefined {
  const extension = /\.([a-z0-9]{3,4})(?:$|[?#])/i.exec(url)?.[1]?.toLowerCase() ?? '';
  if (['jpg', 'jpeg', 'png', 'gif', 'webp', 'avif', 'svg'].includes(extension)) return 'image';
  if (['mp4', 'webm', 'mov', 'm4v'].includes(extension)) return 'video';
  return ['mp3', 'ogg', 'wav', 'm4a', 'flac'].includes(extension) ? 'audio' : undefined;
}
