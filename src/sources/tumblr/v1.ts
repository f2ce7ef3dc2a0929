/**
 * The first API (`/api/read`, `/api/read/json`): pages of any blog, and the `posts.xml` of an export. Its names have
 * hyphens and the type: `regular-body`, `photo-caption`. The XML is brought into the JSON's form before it comes here.
 */
import type { Attachment, Content } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { Reading } from '../../core/reading.js';
import { parseIso, type Time } from '../../core/time.js';
import { countOf, present, sizeOf, webAddress } from '../shared/items.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { asked, chatOf, honest, linkOf, quoteOf, type Legacy } from './legacy.js';
import { WAITING, blogReading, extraOf, tagsOf, timeOf, visibilityOf } from './parts.js';
import { idInAddress, idOf, postOf } from './uri.js';
import { addedTo, wordsOf } from './words.js';

export function isOldPost(value: JsonObject): boolean {
  return 'url-with-slug' in value && 'unix-timestamp' in value && 'type' in value;
}

/** `blog` is what the page says of the blog that it is of; `unsaid` the state of a post that tells none. */
export function readOldPost(post: JsonObject, blog?: JsonObject, unsaid?: 'published'): Reading {
  const id = idOf(post['id']) ?? idInAddress(post['url']);
  if (id === undefined)
    throw new Rejection('no-identity', `${JSON.stringify(post['id'])?.slice(0, 40)} is no post’s number`);
  const tumblelog = asObject(post['tumblelog']);
  const name = asString(tumblelog?.['name']) ?? asString(post['tumblelog']) ?? asString(blog?.['name']);
  const author = blogReading(tumblelog ?? blog, name);
  const from = idInAddress(post['reblogged-from-url']);
  const root = idInAddress(post['reblogged-root-url']);
  const { title, ...fields } = honest(fieldsOf(post, from !== undefined || root !== undefined));
  const hidden = post['private'] === true || post['private'] === 'true' ? 'private' : undefined;
  // Only a blog's own people are told a state; a page that everybody gets has none.
  const state = asString(post['state']) ?? hidden ?? unsaid;
  // Which post of the chain this one passes on is certain where there is but one.
  const passed = from !== undefined && (root === undefined || from === root) ? from : undefined;
  const content: Content = {
    type: 'Note',
    visibility: visibilityOf(state),
    ...present({
      attributedTo: author.reading?.actor,
      published:
        state !== undefined && WAITING.has(state)
          ? undefined
          : (timeOf(post['unix-timestamp']) ?? dateOf(post['date-gmt'])),
      ...fields,
      name: title,
      quotes: passed === undefined ? undefined : postOf(passed),
      context: root === undefined ? undefined : postOf(root),
      tag: Array.isArray(post['tags']) ? tagsOf(post, []) : undefined,
      url: webAddress(post['url-with-slug']) ?? webAddress(post['url']),
      extra: extraOf({
        ...fields.extra,
        screenName: author.reading ? undefined : author.name,
        state: state === 'published' ? undefined : state,
      }),
    }),
  };
  const notes = countOf(post['note-count']);
  const aliases = [post['url'], post['url-with-slug']].map(webAddress).filter((url) => url !== undefined);
  return {
    post: postOf(id),
    outcome: 'present',
    hand: 'first',
    content,
    ...(notes !== undefined && { metrics: { notes } }),
    ...(aliases.length > 0 && { aliases }),
    ...(author.reading && { actors: [author.reading] }),
  };
}

/** `2009-10-01 01:48:13 GMT` */
function dateOf(value: unknown): Time | undefined {
  const text = asString(value);
  return text?.endsWith(' GMT') === true ? parseIso(`${text.slice(0, -4)}Z`) : undefined;
}

function fieldsOf(post: JsonObject, reblogged: boolean): Legacy {
  const field = (name: string): string | undefined => asString(post[name]) ?? undefined;
  const own = (name: string): Legacy => {
    const value = field(name);
    return value === undefined ? {} : wordsOf(reblogged ? addedTo(value) : value);
  };
  switch (post['type']) {
    case 'photo':
      return { ...own('photo-caption'), attachment: photosOf(post) };
    case 'quote':
      return quoteOf(field('quote-text') ?? '', field('quote-source') ?? '');
    case 'link':
      return { ...own('link-description'), ...linkOf(field('link-url'), field('link-text')) };
    case 'conversation':
      return {
        text: field('conversation-text') ?? chatOf(post['conversation']),
        attachment: [],
        ...present({ title: field('conversation-title') || undefined }),
      };
    case 'audio':
      return { ...own('audio-caption'), attachment: [{ type: 'Audio', ...present({ name: audioName(post) }) }] };
    case 'video':
      return { ...own('video-caption'), attachment: [videoOf(post)] };
    case 'answer':
      return { ...own('answer'), attachment: [], ...asked(field('question'), undefined) };
    default: {
      const title = field('regular-title');
      return {
        ...own('regular-body'),
        attachment: [],
        ...present({ title: title === undefined || title === '' ? undefined : wordsOf(title).text }),
      };
    }
  }
}

function photosOf(post: JsonObject): Attachment[] {
  const set = asArray(post['photos']).filter(isObject);
  return (set.length > 0 ? set : [post]).map((photo) => {
    const url = [1280, 500, 400, 250, 100, 75].map((size) => webAddress(photo[`photo-url-${size}`])).find(Boolean);
    const caption = asString(photo['caption']);
    return {
      type: 'Image',
      ...present({
        url,
        width: sizeOf(photo['width']),
        height: sizeOf(photo['height']),
        name: caption === undefined || caption === '' ? undefined : wordsOf(caption).text,
      }),
    };
  });
}

function audioName(post: JsonObject): string | undefined {
  return [asString(post['id3-title']), asString(post['id3-artist'])].filter(Boolean).join(', ') || undefined;
}

function videoOf(post: JsonObject): Attachment {
  const source = asObject(post['video-source']);
  const url =
    webAddress(post['video-source']) ??
    /\ssrc="(https?:[^"<>]{1,2000})"/.exec(asString(post['video-player']) ?? '')?.[1];
  return { type: 'Video', ...present({ url, duration: sizeOf(source?.['duration']) }) };
}
