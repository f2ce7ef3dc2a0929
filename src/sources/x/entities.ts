/**
 * Text and what stands in it.
 *
 * X escapes `&`, `<` and `>` in texts, in the archive and in every API; indices count the code points of the escaped
 * text. Nothing here needs them: every entity also states its own spelling. Whoever slices must slice first and decode
 * afterwards.
 */
import type { Link, Tag } from '../../core/content.js';
import { asArray, asObject, asString, type JsonObject } from '../shared/json.js';
import { actorOf, idFromUrl, idOf } from './uri.js';

const NAMED: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };

/** Undoes the platform's escaping, once: `&amp;lt;` was typed as `&lt;`. A typed ampersand always comes as `&amp;`. */
export function decode(text: string): string {
  return text.includes('&') ? text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => NAMED[entity]!) : text;
}

/** For long texts, which some renderings escape and others do not: one bare `<` or `>` shows that nothing is escaped. */
export function decodeIfEscaped(text: string): string {
  return /[<>]|&(?!amp;|lt;|gt;)/.test(text) ? text : decode(text);
}

/** `<a href="…" rel="nofollow">Name</a>` → `Name`. */
export function generatorOf(source: unknown): string | undefined {
  if (typeof source !== 'string' || source === '') return undefined;
  const open = source.indexOf('>');
  const close = source.lastIndexOf('</a>');
  const name = source.startsWith('<') && open > 0 && close > open ? source.slice(open + 1, close) : source;
  return name === '' ? undefined : decode(name);
}

const NO_TAGS: readonly Tag[] = [];
const NO_LINKS: readonly Link[] = [];

/** v1.1, archive and Gnip: `hashtags[].text`, `symbols[].text`, `user_mentions[]`. */
export function classicTags(entities: JsonObject): readonly Tag[] {
  const hashtags = asArray(entities['hashtags']);
  const symbols = asArray(entities['symbols']);
  const mentions = asArray(entities['user_mentions']);
  if (hashtags.length === 0 && symbols.length === 0 && mentions.length === 0) return NO_TAGS;
  return [
    ...named('Hashtag', hashtags, 'text'),
    ...named('Cashtag', symbols, 'text'),
    ...named('Mention', mentions, 'screen_name'),
  ];
}

/** v2: `hashtags[].tag`, `cashtags[].tag`, `mentions[]`. */
export function modernTags(entities: JsonObject): readonly Tag[] {
  return [
    ...named('Hashtag', asArray(entities['hashtags']), 'tag'),
    ...named('Cashtag', asArray(entities['cashtags']), 'tag'),
    ...named('Mention', asArray(entities['mentions']), 'username'),
  ];
}

function named(type: Tag['type'], list: readonly unknown[], key: string): Tag[] {
  const tags: Tag[] = [];
  for (const item of list) {
    const entity = asObject(item);
    const name = asString(entity?.[key]);
    if (entity === undefined || name === undefined || name === '') continue;
    const id = type === 'Mention' ? (idOf(entity['id_str']) ?? idOf(entity['id'])) : undefined;
    tags.push(id === undefined ? { type, name } : { type, name, href: actorOf(id) });
  }
  return tags;
}

/** v1.1, archive and Gnip: media have a list of their own. */
export function classicLinks(entities: JsonObject): readonly Link[] {
  const urls = asArray(entities['urls']);
  return urls.length === 0 ? NO_LINKS : linksOf(urls);
}

/** v2 lists a post's own media among its links: those are its attachments. */
export function modernLinks(entities: JsonObject): readonly Link[] {
  return linksOf(asArray(entities['urls']).filter((item) => !isMediaLink(asObject(item))));
}

function isMediaLink(link: JsonObject | undefined): boolean {
  if (link === undefined) return true;
  if (typeof link['media_key'] === 'string') return true;
  return (
    asString(link['display_url'])?.startsWith('pic.twitter.com/') === true ||
    asString(link['display_url'])?.startsWith('pic.x.com/') === true
  );
}

function linksOf(urls: readonly unknown[]): Link[] {
  const links: Link[] = [];
  for (const item of urls) {
    const entity = asObject(item);
    const url = asString(entity?.['url']);
    if (entity === undefined || url === undefined || url === '') continue;
    const expanded = asString(entity['expanded_url']);
    const name = asString(entity['title']);
    links.push({ url, ...(expanded && { expanded }), ...(name && { name }) });
  }
  return links;
}

export type CutKind = 'none' | 'text' | 'all';

/** An ellipsis, and behind it nothing but short links (to the media, a quoted post, or the post itself). */
const CUT_TAIL = /^(?:\s+https?:\/\/t\.co\/\w+)*\s*$/;
/** Posts may be longer than 280 since 8 February 2023; archives and v2 give their beginning. 8 February's first id: */
const LONG_POSTS_FROM = '1623100000000000000';

/**
 * Whether a text that nobody marked as truncated is the beginning of a longer one. `all`: media, tags and links may be
 * missing too.
 */
export function cutOf(text: string, id: string, links: readonly Link[], isRepost: boolean): CutKind {
  const ellipsis = text.lastIndexOf('…');
  if (ellipsis < 0 || text.length - ellipsis > 120 || !CUT_TAIL.test(text.slice(ellipsis + 1))) return 'none';
  if (isRepost) return 'all';
  if (text.length - ellipsis > 1 && links.some((link) => idFromUrl(link.expanded) === id)) return 'all';
  // 280 count as 140 where every character counts double.
  const isLater = id.length > 19 || (id.length === 19 && id >= LONG_POSTS_FROM);
  return isLater && ellipsis >= 130 ? 'text' : 'none';
}
