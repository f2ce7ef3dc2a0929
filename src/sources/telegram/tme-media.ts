/** What is attached to a message of a t.me page. */
import type { Json } from '../../core/canonical.js';
import type { Attachment, Place } from '../../core/content.js';
import { first, firstThat, hasClass, labelOf, outermost, type Element } from './dom.js';
import { pointIn } from './html-media.js';
import { seconds } from './when.js';

export interface PageMedia {
  readonly attachment: readonly Attachment[];
  readonly location?: Place;
  readonly extra: { readonly [key: string]: Json };
  /** The page shows nothing of the post but that it is there. */
  readonly hidden: boolean;
}

/** A reply's thumbnail and a linked page's picture are other people's. */
const other = (element: Element): boolean =>
  hasClass(element, 'tgme_widget_message_reply') || hasClass(element, 'tgme_widget_message_link_preview');

const KINDS: Readonly<Record<string, readonly [Attachment['type'], string?]>> = {
  tgme_widget_message_photo_wrap: ['Image'],
  tgme_widget_message_video_player: ['Video'],
  tgme_widget_message_roundvideo_player: ['Video', 'video_message'],
  tgme_widget_message_sticker_wrap: ['Image', 'sticker'],
  tgme_widget_message_videosticker_wrap: ['Video', 'sticker'],
  tgme_widget_message_tgsticker_wrap: ['Document', 'sticker'],
  tgme_widget_message_voice_player: ['Audio', 'voice_message'],
  tgme_widget_message_document_wrap: ['Document'],
};

export function readPageMedia(element: Element, channel: string, losses: string[]): PageMedia {
  const extra: Record<string, Json> = {};
  // Nothing within a medium is another one: a film's wrap holds its thumbnail.
  const found = outermost(element, (child) => kindOf(child) !== undefined, other);
  const shown = found.map((child) => attachmentOf(child, extra));
  if (shown.length > 0) losses.push('attachment: addresses left out, they are signed for this page and expire');
  const album = albumOf(found, channel);
  if (album) {
    // In a JSON export each part of an album is a message of its own, with its own file. So here: the post holds the
    // first, or the two renderings of one post would contradict each other.
    extra['albumIds'] = album;
    extra['album'] = shown.map((attachment, index) => ({ id: album[index]!, ...attachment }));
    losses.push(`attachment: ${shown.length - 1} more of the album, messages of their own, stand in extra.album`);
  }
  const attachment = album ? shown.slice(0, 1) : shown;
  const location = pointIn(first(element, 'tgme_widget_message_location_wrap', other)?.attribs['href']);
  const place = labelOf(first(element, 'tgme_widget_message_location_title', other));
  return {
    attachment,
    ...(location && { location: { ...location, ...(place !== undefined && { name: place }) } }),
    extra,
    hidden: isHidden(element, attachment, losses),
  };
}

function attachmentOf(element: Element, extra: Record<string, Json>): Attachment & { readonly [key: string]: Json } {
  const [type, media] = kindOf(element)!;
  if (media !== undefined) extra['media'] = media;
  const document = hasClass(element, 'tgme_widget_message_document_wrap');
  const name = document ? labelOf(first(element, 'tgme_widget_message_document_title')) : undefined;
  if (name !== undefined) extra['fileName'] = name;
  const icon = document ? first(element, 'tgme_widget_message_document_icon') : undefined;
  const duration = durationOf(element);
  const key = photoKey(element);
  return {
    type: icon && hasClass(icon, 'audio') ? 'Audio' : type,
    ...(key !== undefined && { key }),
    ...(duration !== undefined && { duration }),
  };
}

/** The numbers of an album's messages, the first being the post's own: `href="https://t.me/name/85?single"`. */
function albumOf(media: readonly Element[], channel: string): string[] | undefined {
  const ids = media.flatMap((part) => {
    const match = /^https?:\/\/t\.me\/(\w+)\/(\d{1,16})(?:\?|$)/.exec(part.attribs['href'] ?? '');
    const own = hasClass(part, 'grouped_media_wrap') && match?.[1]?.toLowerCase() === channel.toLowerCase();
    return own ? [match[2]!] : [];
  });
  return ids.length > 1 && ids.length === media.length ? ids : undefined;
}

function kindOf(element: Element): readonly [Attachment['type'], string?] | undefined {
  for (const name of (element.attribs['class'] ?? '').split(/\s+/)) if (Object.hasOwn(KINDS, name)) return KINDS[name];
  return undefined;
}

function durationOf(element: Element): number | undefined {
  const isTime = (child: Element): boolean => child.name === 'time' && /_duration\b/.test(child.attribs['class'] ?? '');
  const time = firstThat(element, isTime);
  return seconds(labelOf(time));
}

/** A photo's number among all of Telegram's stands as a class of its link: `… blured 99917279538125010868 …`. */
function photoKey(element: Element): string | undefined {
  if (!hasClass(element, 'tgme_widget_message_photo_wrap')) return undefined;
  return /(?:^|\s)(\d{15,20})(?:\s|$)/.exec(element.attribs['class'] ?? '')?.[1];
}

/** `This media is not supported in your browser`, with nothing else of the post. */
function isHidden(element: Element, attachment: readonly Attachment[], losses: string[]): boolean {
  const label = labelOf(first(element, 'message_media_not_supported_label', other));
  if (label === undefined || attachment.length > 0) return false;
  losses.push(`attachment: the page does not show it: ${label.slice(0, 80)}`);
  return true;
}
