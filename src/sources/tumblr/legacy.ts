/** Posts of one of eight types, each with fields of its own: how the API gives them unless blocks are asked for. */
import type { Json } from '../../core/canonical.js';
import type { Attachment, CutField, Link } from '../../core/content.js';
import { present, sizeOf, webAddress } from '../shared/items.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { addedTo, hasMedia, joined, wordsOf } from './words.js';

export interface Legacy {
  readonly text?: string;
  readonly html?: string;
  readonly title?: string;
  readonly attachment?: readonly Attachment[];
  readonly link?: readonly Link[];
  readonly cut?: readonly CutField[];
  readonly extra?: { readonly [key: string]: Json };
}

/** What stands among the words as a picture is no attachment here, so that a list without it is not called whole. */
export function legacyOf(post: JsonObject, reblogged: boolean): Legacy {
  return honest(fieldsOf(post, reblogged));
}

export function honest(legacy: Legacy): Legacy {
  if (legacy.attachment === undefined || !hasMedia(legacy.html)) return legacy;
  const { attachment, ...rest } = legacy;
  return attachment.length === 0 ? rest : { ...legacy, cut: ['attachment'] };
}

function fieldsOf(post: JsonObject, reblogged: boolean): Legacy {
  const own = (html: string | undefined): Pick<Legacy, 'text' | 'html'> => ownWords(post, html, reblogged);
  const field = (name: string): string | undefined => asString(post[name]);
  switch (post['type']) {
    case 'photo':
      return { ...own(field('caption')), attachment: asArray(post['photos']).filter(isObject).map(photoOf) };
    case 'quote':
      return quoteOf(field('text') ?? '', field('source') ?? '');
    case 'link':
      return { ...own(field('description')), ...linkOf(field('url'), field('title')) };
    case 'chat':
      return { text: field('body') ?? chatOf(post['dialogue']), ...titled(field('title')), attachment: [] };
    case 'audio':
      return { ...own(field('caption')), attachment: [audioOf(post)] };
    case 'video':
      return { ...own(field('caption')), attachment: [videoOf(post)] };
    case 'answer':
      return { ...own(field('answer')), attachment: [], ...asked(field('question'), field('asking_name')) };
    default:
      return { ...own(field('body')), ...titled(field('title')), attachment: [] };
  }
}

/**
 * A reblog's body holds the whole chain; its own part stands in `reblog.comment`, else behind the last quotation. Where
 * plain text was asked for, the HTML still stands in that comment.
 */
function ownWords(post: JsonObject, body: string | undefined, reblogged: boolean): Pick<Legacy, 'text' | 'html'> {
  const comment = asString(asObject(post['reblog'])?.['comment']);
  if (reblogged && comment !== undefined) return wordsOf(comment);
  if (body === undefined) return {};
  const words = wordsOf(reblogged ? addedTo(body) : body);
  return words.html === undefined && words.text !== '' && comment?.startsWith('<') === true ? wordsOf(comment) : words;
}

function titled(title: string | undefined): { readonly title?: string } {
  return title === undefined || title === '' ? {} : { title: wordsOf(title).text };
}

export function quoteOf(quote: string, source: string): Legacy {
  const words = wordsOf(quote);
  const from = wordsOf(source);
  const html = words.html === undefined && from.html === undefined ? undefined : joined([quote, source], '\n');
  return { text: joined([words.text, from.text]), ...present({ html }), attachment: [] };
}

export function linkOf(url: string | undefined, title: string | undefined): Legacy {
  const name = title === undefined || title === '' ? undefined : wordsOf(title).text;
  const address = webAddress(url);
  return {
    attachment: [],
    ...present({ title: name, link: address === undefined ? undefined : [{ url: address, ...present({ name }) }] }),
  };
}

/** `{"name":"Nour","label":"Nour:","phrase":"hello"}` */
export function chatOf(dialogue: unknown): string {
  return asArray(dialogue)
    .filter(isObject)
    .map((line) => joined([asString(line['label']), asString(line['phrase'])], ' '))
    .join('\n');
}

export function asked(question: string | undefined, asker: string | undefined): Legacy {
  if (question === undefined) return {};
  return { extra: { question: wordsOf(question).text, ...present({ asker: asker || undefined }) } };
}

function photoOf(photo: JsonObject): Attachment {
  const size = asObject(photo['original_size']) ?? asObject(asArray(photo['alt_sizes'])[0]);
  const caption = asString(photo['caption']);
  return {
    type: 'Image',
    ...present({
      url: webAddress(size?.['url']),
      width: sizeOf(size?.['width']),
      height: sizeOf(size?.['height']),
      name: caption === undefined || caption === '' ? undefined : wordsOf(caption).text,
    }),
  };
}

function audioOf(post: JsonObject): Attachment {
  const name = [asString(post['track_name']), asString(post['artist'])].filter(Boolean).join(', ') || undefined;
  const url = webAddress(post['audio_url']) ?? webAddress(post['audio_source_url']);
  return { type: 'Audio', ...present({ url, name }) };
}

function videoOf(post: JsonObject): Attachment {
  const url = webAddress(post['video_url']) ?? webAddress(post['permalink_url']);
  return { type: 'Video', ...present({ url, duration: sizeOf(post['duration']) }) };
}
