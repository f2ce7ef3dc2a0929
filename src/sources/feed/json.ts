/** Items of JSON Feed, version 1 and 1.1. */
import type { Attachment, Tag } from '../../core/content.js';
import type { Time } from '../../core/time.js';
import { sizeOf } from '../shared/items.js';
import { htmlToText } from '../shared/html.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { peekJson } from '../shared/peek.js';
import { absolute, shown } from './address.js';
import { parseDate } from './date.js';
import type { Draft } from './draft.js';
import { assembled, type Feed } from './feed.js';
import type { Losses } from './losses.js';
import { typeOf } from './media.js';
import { person, type Person } from './people.js';
import { isExcerpt, type Words } from './text.js';

const VERSION = /^https?:\/\/(?:www\.)?jsonfeed\.org\/version\/1/i;
const MAX_TAGS = 500;

export function isJsonFeed(value: unknown): value is JsonObject {
  return isObject(value) && VERSION.test(asString(value['version']) ?? '');
}

export function jsonFeedOf(head: Uint8Array): Feed {
  const feed = asObject(peekJson(head)?.values[0]) ?? {};
  const home = absolute(asString(feed['home_page_url']), undefined);
  const self = absolute(asString(feed['feed_url']), home);
  return assembled({
    title: asString(feed['title']),
    home,
    self,
    language: asString(feed['language']),
    base: home ?? self,
    authors: peopleOf(feed),
  });
}

function peopleOf(value: JsonObject): readonly Person[] {
  const authors = asArray(value['authors']);
  return (authors.length > 0 ? authors : [value['author']]).flatMap((each) =>
    isObject(each) ? person(asString(each['name'])?.trim(), asString(each['url'])) : person(asString(each)),
  );
}

export function jsonDraft(item: JsonObject, feed: Feed, losses: Losses): Draft {
  const title = asString(item['title']);
  const words = wordsOf(item, losses);
  const summary = asString(item['summary']);
  const url = absolute(asString(item['url']), feed.base);
  const external = shown(asString(item['external_url']), feed.base);
  const language = asString(item['language']);
  const said = words ?? (summary === undefined ? undefined : { text: summary });
  return {
    id: idOf(item['id']),
    url,
    aliases: [],
    type: title ? 'Article' : 'Note',
    title: title === '' ? undefined : title,
    words: said,
    excerpt: words ? summary : undefined,
    published: dateOf(item, 'date_published', losses),
    updated: dateOf(item, 'date_modified', losses),
    people: peopleOf(item),
    tags: tagsOf(item),
    links: external === undefined ? undefined : [{ url: external }],
    attachments: attachmentsOf(item, feed),
    language: language === '' ? undefined : language,
    extra: words && summary ? { excerpt: summary } : {},
    cut: !words && summary && isExcerpt(summary) ? ['text'] : [],
  };
}

/** The format asks for a string; numbers are to be read as one. */
function idOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function wordsOf(item: JsonObject, losses: Losses): Words | undefined {
  for (const key of ['content_html', 'content_text']) {
    const value = item[key];
    if (value !== undefined && value !== null && typeof value !== 'string') losses.add(`${key}: no string; not read`);
  }
  const html = asString(item['content_html']);
  const text = asString(item['content_text']);
  if (html !== undefined && html !== '') return { html, text: text ?? htmlToText(html) };
  return text === undefined ? undefined : { text };
}

function dateOf(item: JsonObject, key: string, losses: Losses): Time | undefined {
  const words = asString(item[key]);
  const time = words === undefined ? undefined : parseDate(words);
  if (words && !time) losses.add(`${key}: ${JSON.stringify(words.slice(0, 60))} is no date that is known here`);
  return time;
}

function tagsOf(item: JsonObject): readonly Tag[] | undefined {
  if (!Array.isArray(item['tags'])) return undefined;
  const names = asArray(item['tags']).filter((name): name is string => typeof name === 'string' && name.trim() !== '');
  return [...new Set(names)].slice(0, MAX_TAGS).map((name) => ({ type: 'Hashtag', name }));
}

function attachmentsOf(item: JsonObject, feed: Feed): readonly Attachment[] | undefined {
  const found = new Map<string, Attachment>();
  for (const each of asArray(item['attachments'])) {
    if (!isObject(each)) continue;
    const url = shown(asString(each['url']), feed.base);
    if (url === undefined) continue;
    const mediaType = asString(each['mime_type']);
    const name = asString(each['title']);
    const duration = sizeOf(each['duration_in_seconds']);
    found.set(url, {
      type: typeOf(mediaType, undefined, url),
      url,
      ...(mediaType?.includes('/') && { mediaType }),
      ...(name && { name }),
      ...(duration !== undefined && { duration }),
    });
  }
  for (const key of ['image', 'banner_image']) {
    const url = shown(asString(item[key]), feed.base);
    if (url !== undefined && !found.has(url)) found.set(url, { type: 'Image', url });
  }
  return found.size > 0 || Array.isArray(item['attachments']) ? [...found.values()] : undefined;
}
