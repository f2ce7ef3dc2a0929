/** Enclosures, Media RSS and iTunes: the files that an item points to. */
import type { Attachment } from '../../core/content.js';
import { sizeOf } from '../shared/items.js';
import { shown } from './address.js';
import { childrenOf, wordsOf, type Element } from './xml.js';

const MAX_ATTACHMENTS = 200;
type Type = Attachment['type'];

const EXTENSIONS: Readonly<Record<string, Type>> = {
  ...{ jpg: 'Image', jpeg: 'Image', png: 'Image', gif: 'Image', webp: 'Image', svg: 'Image', avif: 'Image' },
  ...{ mp3: 'Audio', m4a: 'Audio', ogg: 'Audio', oga: 'Audio', opus: 'Audio', wav: 'Audio', flac: 'Audio' },
  ...{ mp4: 'Video', m4v: 'Video', webm: 'Video', mov: 'Video', avi: 'Video', mkv: 'Video' },
};

export function typeOf(mediaType: string | undefined, medium: string | undefined, url: string): Type {
  const kind = (mediaType ?? medium ?? '').trim().toLowerCase().split('/')[0];
  if (kind === 'image') return 'Image';
  if (kind === 'audio') return 'Audio';
  if (kind === 'video') return 'Video';
  const extension = /\.([a-z\d]{2,4})(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase();
  return (extension !== undefined ? EXTENSIONS[extension] : undefined) ?? 'Document';
}

/** Undefined where the item names no file: then it says nothing about files. */
export function attachmentsOf(parts: readonly Element[], base: string | undefined): readonly Attachment[] | undefined {
  const found = new Map<string, Attachment>();
  const add = (attachment: Attachment | undefined): void => {
    if (!attachment?.url || found.size >= MAX_ATTACHMENTS) return;
    // Where two ways name the same file, what either knows of it is kept.
    found.set(attachment.url, { ...attachment, ...found.get(attachment.url) });
  };
  const duration = seconds(parts.find(({ key }) => key === 'itunes:duration'));
  for (const part of parts) {
    if (part.key === 'enclosure' || isEnclosure(part)) add(fromEnclosure(part, duration, base));
    else if (part.key === 'media:content') add(fromMedia(part, parts, base));
    else if (part.key === 'media:group') {
      const group = childrenOf(part);
      for (const each of group) if (each.key === 'media:content') add(fromMedia(each, group, base));
    }
  }
  // A picture that stands for the item, where it has no other.
  const pictures = [...found.values()].some(({ type }) => type === 'Image');
  for (const picture of pictures ? [] : thumbnailsOf(parts)) {
    const url = shown(picture.attributes.get('url') ?? picture.attributes.get('href'), base);
    if (url !== undefined) add({ type: 'Image', url, ...dimensions(picture) });
  }
  return found.size > 0 ? [...found.values()] : undefined;
}

function isEnclosure({ key, attributes }: Element): boolean {
  return (key === 'link' || key === 'atom:link') && attributes.get('rel') === 'enclosure';
}

function fromEnclosure(part: Element, duration: number | undefined, base: string | undefined): Attachment | undefined {
  const url = shown(part.attributes.get('url') ?? part.attributes.get('href'), base);
  if (url === undefined) return undefined;
  const mediaType = part.attributes.get('type')?.trim();
  const type = typeOf(mediaType, undefined, url);
  return {
    type,
    url,
    ...(mediaType?.includes('/') && { mediaType }),
    ...(duration !== undefined && (type === 'Audio' || type === 'Video') && { duration }),
  };
}

function fromMedia(part: Element, beside: readonly Element[], base: string | undefined): Attachment | undefined {
  const url = shown(part.attributes.get('url'), base);
  if (url === undefined) return undefined;
  const mediaType = part.attributes.get('type')?.trim();
  const inner = childrenOf(part);
  const words = [...inner, ...beside].filter(({ key }) => key === 'media:description' || key === 'media:title');
  // The description of a group of renditions is the item's text, not a picture's.
  const own = words.find((each) => inner.includes(each));
  const name = own && wordsOf(own).trim();
  const duration = sizeOf(part.attributes.get('duration'));
  return {
    type: typeOf(mediaType, part.attributes.get('medium'), url),
    url,
    ...(mediaType?.includes('/') && { mediaType }),
    ...(name && { name }),
    ...dimensions(part),
    ...(duration !== undefined && { duration }),
  };
}

function thumbnailsOf(parts: readonly Element[]): readonly Element[] {
  const all = [
    ...parts,
    ...parts.filter(({ key }) => key === 'media:group' || key === 'media:content').flatMap(childrenOf),
  ];
  const first = all.find(({ key }) => key === 'media:thumbnail') ?? all.find(({ key }) => key === 'itunes:image');
  return first ? [first] : [];
}

function dimensions({ attributes }: Element): { width?: number; height?: number } {
  const width = sizeOf(attributes.get('width'));
  const height = sizeOf(attributes.get('height'));
  return { ...(width !== undefined && { width }), ...(height !== undefined && { height }) };
}

/** `5025`, `83:45` or `1:23:45`. */
function seconds(element: Element | undefined): number | undefined {
  const match = element && /^\s*(?:(?:(\d{1,3}):)?(\d{1,4}):)?(\d{1,7})\s*$/.exec(wordsOf(element));
  if (!match) return undefined;
  return sizeOf(Number(match[1] ?? 0) * 3600 + Number(match[2] ?? 0) * 60 + Number(match[3]));
}
