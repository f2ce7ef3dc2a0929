/** What is attached to a message of Telegram Desktop's HTML. */
import type { Attachment, Place } from '../../core/content.js';
import type { Json } from '../../core/canonical.js';
import { all, first, hasClass, labelOf, type Element } from './dom.js';
import { localFile } from './files.js';
import type { Media } from './media.js';
import { seconds } from './when.js';

/** Pictures and films that are shown on the page: the class of the link around them. */
const SHOWN: Readonly<Record<string, readonly [Attachment['type'], string?]>> = {
  photo_wrap: ['Image'],
  sticker_wrap: ['Image', 'sticker'],
  animated_wrap: ['Video', 'animation'],
  video_file_wrap: ['Video', 'video_file'],
};

/** Everything else is a line with a symbol: its class, and for some its title. */
const LINES: Readonly<Record<string, readonly [Attachment['type'], string?]>> = {
  media_photo: ['Image'],
  media_video: ['Video', 'video_file'],
  media_voice_message: ['Audio', 'voice_message'],
  media_audio_file: ['Audio', 'audio_file'],
  media_file: ['Document'],
};
const TITLES: Readonly<Record<string, string>> = {
  Sticker: 'sticker',
  Animation: 'animation',
  'Video message': 'video_message',
};

interface Draft {
  attachment: Attachment[];
  files: (string | undefined)[];
  location?: Place;
  extra: Record<string, Json>;
  losses: string[];
}

export function readHtmlMedia(element: Element, folder: string): Media & { readonly votes?: Record<string, number> } {
  const draft: Draft = { attachment: [], files: [], extra: {}, losses: [] };
  for (const wrap of all(element, 'media_wrap')) {
    for (const [name, [type, media]] of Object.entries(SHOWN)) {
      const shown = first(wrap, name);
      if (shown) attach(draft, shown, type, media, folder, labelOf(first(shown, 'video_duration')));
    }
    const line = first(wrap, 'media');
    if (line) readLine(draft, line, folder);
  }
  const votes = votesOf(element);
  return { ...draft, ...(votes && { votes }) };
}

function attach(
  draft: Draft,
  link: Element,
  type: Attachment['type'],
  media: string | undefined,
  folder: string,
  time?: string,
): void {
  const duration = seconds(time);
  const href = link.attribs['href'];
  const why = labelOf(first(link, 'description')) ?? 'Not included.';
  draft.files.push(localFile(href ?? `(${why})`, folder, draft.attachment.length, draft.losses));
  draft.attachment.push({ type, ...(duration !== undefined && { duration }) });
  if (media !== undefined) draft.extra['media'] = media;
}

function readLine(draft: Draft, line: Element, folder: string): void {
  const title = labelOf(first(line, 'title'));
  for (const [name, [type, media]] of Object.entries(LINES)) {
    if (!hasClass(line, name)) continue;
    attach(draft, line, type, TITLES[title ?? ''] ?? media, folder, labelOf(first(line, 'status')));
    if (name === 'media_file' && title !== undefined) draft.extra['fileName'] = title;
    const song = name === 'media_audio_file' ? /^(.+) – (.+)$/.exec(title ?? '') : null;
    if (song) draft.extra['audio'] = { title: song[2]!, performer: song[1]! };
    if (title?.startsWith('Self-destructing'))
      draft.losses.push('attachment: it destroys itself and is not in exports');
    return;
  }
  const place = placeOf(line, title);
  if (place) {
    draft.location = place;
    const address = hasClass(line, 'media_venue') ? labelOf(first(line, 'description')) : undefined;
    if (address !== undefined) draft.extra['address'] = address;
  } else if (hasClass(line, 'media_contact')) {
    draft.losses.push('contact_information: the name and telephone number of a third person, not read');
  } else {
    draft.losses.push(
      `not read: ${(line.attribs['class'] ?? 'media')
        .replace(/\b(?:clearfix|pull_left|block_link)\b/g, '')
        .replace(/\s+/g, ' ')
        .trim()
        .slice(0, 80)}`,
    );
  }
}

/** `https://maps.google.com/maps?q=36.19,37.16&ll=…` */
export function pointIn(href: string | undefined): Place | undefined {
  const match = /[?&]q=(-?\d{1,3}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)(?:&|$)/.exec(href ?? '');
  return match ? { latitude: Number(match[1]), longitude: Number(match[2]) } : undefined;
}

function placeOf(line: Element, title: string | undefined): Place | undefined {
  const venue = hasClass(line, 'media_venue');
  if (!venue && !hasClass(line, 'media_location') && !hasClass(line, 'media_live_location')) return undefined;
  return { ...(venue && title !== undefined && { name: title }), ...pointIn(line.attribs['href']) };
}

/** `2 votes`, `1 vote, chosen vote`, `No votes`. */
function votesOf(element: Element): Record<string, number> | undefined {
  const poll = first(element, 'media_poll');
  if (!poll) return undefined;
  const count = (words: string | undefined): number => Number(/^(\d+) vote/.exec(words ?? '')?.[1] ?? 0);
  const votes: Record<string, number> = {};
  const total = labelOf(first(poll, 'total'));
  if (total !== undefined) votes['voters'] = count(total);
  for (const [index, answer] of all(poll, 'answer').entries())
    votes[`votes.${index}`] = count(labelOf(first(answer, 'details')));
  return votes;
}
