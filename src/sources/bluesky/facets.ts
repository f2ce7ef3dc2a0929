/**
 * What stands in a text: links, mentions, hashtags. Facets give places in bytes of UTF-8, so they are cut out of bytes.
 *
 *   {"index":{"byteStart":19,"byteEnd":43},"features":[{"$type":"app.bsky.richtext.facet#mention","did":"did:plc:…"}]}
 */
import type { Link, Tag } from '../../core/content.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { tryActor } from './uri.js';

export interface Marks {
  readonly tag: readonly Tag[];
  readonly link: readonly Link[];
}

export function marksOf(record: JsonObject, text: string, losses: string[]): Marks {
  const tag: Tag[] = [];
  const link: Link[] = [];
  const { facets, entities, tags } = record;
  if (Array.isArray(facets)) readFacets(facets as unknown[], text, tag, link, losses);
  else if (Array.isArray(entities)) readEntities(entities as unknown[], text, tag, link, losses);
  // Hashtags that do not stand in the text.
  for (const name of asArray(tags)) if (typeof name === 'string' && name !== '') addTopic(tag, name);
  return {
    tag: distinct(tag, (each) => `${each.type} ${each.name} ${each.href ?? ''}`),
    link: distinct(link, (each) => each.url),
  };
}

function readFacets(facets: readonly unknown[], text: string, tag: Tag[], link: Link[], losses: string[]): void {
  const bytes = Buffer.from(text);
  for (const facet of facets) {
    const index = asObject(asObject(facet)?.['index']);
    const words = cut(bytes, index?.['byteStart'], index?.['byteEnd']);
    if (words === undefined) {
      losses.push('facets: a mark whose place is not within the text');
      continue;
    }
    for (const feature of asArray(asObject(facet)?.['features']).filter(isObject)) {
      const type = asString(feature['$type'])?.split('#')[1];
      if (type === 'link') addLink(link, words, feature['uri']);
      else if (type === 'mention') addMention(tag, words, feature['did']);
      else if (type === 'tag' && typeof feature['tag'] === 'string') addTopic(tag, feature['tag']);
    }
  }
}

/** Undefined where the place is none, or lies within a character. */
function cut(bytes: Buffer, start: unknown, end: unknown): string | undefined {
  if (!isPlace(start) || !isPlace(end) || start > end || end > bytes.length) return undefined;
  if (isWithinCharacter(bytes, start) || isWithinCharacter(bytes, end)) return undefined;
  return bytes.toString('utf8', start, end);
}

function isPlace(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function isWithinCharacter(bytes: Buffer, at: number): boolean {
  return at < bytes.length && (bytes[at]! & 0xc0) === 0x80;
}

/** As clients of early 2023 wrote them: places are UTF-16 units. */
function readEntities(entities: readonly unknown[], text: string, tag: Tag[], link: Link[], losses: string[]): void {
  for (const entity of entities.filter(isObject)) {
    const { start, end } = asObject(entity['index']) ?? {};
    if (!isPlace(start) || !isPlace(end) || start > end || end > text.length) {
      losses.push('entities: a mark whose place is not within the text');
      continue;
    }
    const words = text.slice(start, end);
    const { type, value } = entity;
    if (type === 'mention') addMention(tag, words, value);
    else if (type === 'link') addLink(link, words, value);
    else if (type === 'hashtag') addTopic(tag, asString(value) ?? words);
  }
}

function addLink(link: Link[], url: string, target: unknown): void {
  const expanded = asString(target);
  if (url === '' || expanded === undefined) return;
  link.push(expanded === url ? { url } : { url, expanded });
}

/** The words may name somebody in another way than by handle; the DID says who it is. */
function addMention(tag: Tag[], words: string, did: unknown): void {
  const href = tryActor(did);
  const name = words.startsWith('@') ? words.slice(1) : words;
  if (name !== '' || href) tag.push({ type: 'Mention', name: name === '' ? href! : name, ...(href && { href }) });
}

function addTopic(tag: Tag[], name: string): void {
  if (name.startsWith('$') && name.length > 1) tag.push({ type: 'Cashtag', name: name.slice(1) });
  else tag.push({ type: 'Hashtag', name: /^[#＃]./u.test(name) ? name.slice(1) : name });
}

function distinct<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  if (items.length < 2) return items;
  const seen = new Set<string>();
  return items.filter((item) => !seen.has(key(item)) && seen.add(key(item)));
}
