/** One item or entry of XML: which of its elements says what. README.md has the order in which they count. */
import type { CutField, Link, Tag } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { Time } from '../../core/time.js';
import { absolute, shown } from './address.js';
import { parseDate } from './date.js';
import type { Draft } from './draft.js';
import { extraOf, metricsOf } from './extra.js';
import { attachmentsOf } from './media.js';
import { peopleIn } from './people.js';
import type { Body, Parts } from './parts.js';
import { fromAtom, fromRss, isExcerpt, titleOf, type Words } from './text.js';
import { childrenOf, wordsOf, type Element } from './xml.js';

const MAX_TAGS = 500;

export function draftOf(parts: Parts): Draft {
  const { head, losses, item } = parts;
  const base = absolute(item.attributes.get('xml:base'), head.feed.base) ?? head.feed.base;
  const named = nameOf(parts);
  if (!item.closed && named === undefined) {
    throw new Rejection('truncated', 'the item is not closed, and what names it may be missing; get the whole file');
  }
  const body = bodyOf(parts, base);
  const title = parts.one('title', 'media:title', 'itunes:title');
  const name = title && titleOf(wordsIn(title, parts) ?? { text: '' });
  const dates = datesOf(parts);
  const language = body.language ?? item.attributes.get('xml:lang') ?? parts.say('dc:language');
  const explicit = parts.say('itunes:explicit')?.toLowerCase();
  return {
    id: named,
    url: addressOf(parts, base),
    aliases: aliasesOf(parts, named),
    type: parts.one('yt:videoid') ? 'Video' : name ? 'Article' : 'Note',
    title: name === '' ? undefined : name,
    words: body.words,
    excerpt: body.excerpt,
    ...dates,
    people: peopleIn(parts.all, ['author', 'dc:creator', 'atom:author', 'itunes:author']),
    tags: tagsOf(parts),
    links: linksOf(parts, base),
    attachments: attachmentsOf(parts.all, base),
    answers: answeredBy(parts),
    language: language === '' ? undefined : language,
    sensitive: explicit === 'yes' || explicit === 'true' || explicit === 'explicit' ? true : undefined,
    visibility: isHidden(parts) ? 'unknown' : undefined,
    metrics: metricsOf(parts),
    extra: extraOf(parts, body, base),
    cut: cutOf(body, parts),
  };

  function cutOf({ words, whole }: Body, { item }: Parts): readonly CutField[] {
    if (!item.closed) losses.add('the item is not closed: the file ends within it, or the next one begins');
    const excerpt = words !== undefined && !whole && isExcerpt(words.text);
    return excerpt || !item.closed ? ['text'] : [];
  }
}

/** Drafts, private posts and those behind a password stand in blogs' exports among the others. */
function isHidden(parts: Parts): boolean {
  const status = parts.say('wp:status');
  const shut = status !== undefined && status !== 'publish' && status !== 'inherit';
  return shut || parts.say('wp:post_password') !== undefined || isDraft(parts);
}

/** RFC 5023, 13.1: `<app:control><app:draft>yes</app:draft></app:control>`. */
function isDraft(parts: Parts): boolean {
  const control = parts.one('app:control');
  const draft = control && childrenOf(control).find(({ key }) => key === 'app:draft');
  return draft !== undefined && wordsOf(draft).trim().toLowerCase() === 'yes';
}

function wordsIn(element: Element, parts: Parts): Words | undefined {
  const atom = element.attributes.has('type') || element.attributes.has('mode') || element.key.startsWith('atom:');
  if (atom || (parts.head.vocabulary.own === 'atom' && !element.key.includes(':'))) {
    return fromAtom(element, parts.source, parts.losses);
  }
  return fromRss(element, parts.source);
}

function nameOf(parts: Parts): string | undefined {
  const about = parts.item.attributes.get('rdf:about')?.trim();
  return parts.say('guid', 'id', 'atom:id') ?? (about === '' ? undefined : about);
}

// ── text ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const WHOLE = ['content:encoded', 'xhtml:body', 'content', 'atom:content'] as const;
const SHORT = [
  'description',
  'summary',
  'atom:summary',
  'itunes:summary',
  'dc:description',
  'media:description',
] as const;

function bodyOf(parts: Parts, base: string | undefined): Body {
  const whole = spoken(parts, WHOLE);
  const short = spoken(parts, SHORT) ?? (whole ? undefined : inGroup(parts));
  const best = whole ?? short;
  const excerpt = whole && short && short.words.text !== whole.words.text ? short.words.text : undefined;
  return {
    words: best?.words,
    excerpt,
    language: best?.element.attributes.get('xml:lang'),
    base: absolute(best?.element.attributes.get('xml:base'), base) ?? base,
    whole: whole !== undefined,
  };
}

function spoken(parts: Parts, keys: readonly string[]): { element: Element; words: Words } | undefined {
  for (const key of keys) {
    const element = parts.one(key);
    const words = element && wordsIn(element, parts);
    if (element && words && (words.html ?? words.text).trim() !== '') return { element, words };
  }
  return undefined;
}

/** YouTube and Vimeo put what is said about a video into its `media:group`. */
function inGroup(parts: Parts): { element: Element; words: Words } | undefined {
  const group = parts.one('media:group', 'media:content');
  const element = group && childrenOf(group).find(({ key }) => key === 'media:description');
  return element ? { element, words: fromRss(element, parts.source) } : undefined;
}

// ── dates ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const PUBLISHED = [
  'pubdate',
  'published',
  'issued',
  'created',
  'dc:date',
  'dcterms:created',
  'dcterms:issued',
  'atom:published',
  'date',
];
const UPDATED = ['updated', 'atom:updated', 'modified', 'dcterms:modified'];

function datesOf(parts: Parts): { published?: Time; updated?: Time } {
  const published = dateIn(parts, PUBLISHED);
  const updated = dateIn(parts, UPDATED);
  return { ...(published && { published }), ...(updated && { updated }) };
}

function dateIn(parts: Parts, keys: readonly string[]): Time | undefined {
  let unknown: string | undefined;
  for (const key of keys) {
    const words = parts.say(key);
    if (words === undefined) continue;
    const time = parseDate(words);
    if (time) return time;
    unknown ??= `${key}: ${JSON.stringify(words.slice(0, 60))} is no date that is known here`;
  }
  if (unknown !== undefined) parts.losses.add(unknown);
  return undefined;
}

// ── addresses ───────────────────────────────────────────────────────────────────────────────────────────────────────

function relations(parts: Parts, ...rels: readonly string[]): readonly Element[] {
  return parts.all.filter(
    ({ key, attributes }) =>
      (key === 'link' || key === 'atom:link') &&
      attributes.has('href') &&
      rels.includes((attributes.get('rel') ?? 'alternate').trim().toLowerCase()),
  );
}

function addressOf(parts: Parts, base: string | undefined): string | undefined {
  const alternates = relations(parts, 'alternate');
  const page = alternates.find(({ attributes }) => /html|^$/.test(attributes.get('type') ?? '')) ?? alternates[0];
  const own = parts.one('guid');
  const permanent = own && own.attributes.get('ispermalink')?.toLowerCase() !== 'false' ? wordsOf(own) : undefined;
  const said = parts.say('link');
  return (
    absolute(parts.head.vocabulary.own === 'rss' ? said : undefined, base) ??
    absolute(page?.attributes.get('href'), base) ??
    absolute(said, base) ??
    absolute(permanent, undefined) ??
    absolute(parts.item.attributes.get('rdf:about'), undefined)
  );
}

function aliasesOf(parts: Parts, named: string | undefined): readonly string[] {
  const original = parts.say('feedburner:origlink');
  return [absolute(named, undefined), absolute(original, undefined)].filter((alias) => alias !== undefined);
}

function linksOf(parts: Parts, base: string | undefined): readonly Link[] | undefined {
  const links = relations(parts, 'related', 'via').flatMap((link): Link[] => {
    const url = shown(link.attributes.get('href'), base);
    const name = link.attributes.get('title');
    return url === undefined ? [] : [{ url, ...(name !== undefined && name !== '' && { name }) }];
  });
  // Content that lies elsewhere: the feed has its address alone.
  const content = shown(parts.one('content')?.attributes.get('src'), base);
  if (content !== undefined) {
    links.push({ url: content });
    parts.losses.add('content: it lies elsewhere and is no part of the feed');
  }
  return links.length > 0 ? links.slice(0, MAX_TAGS) : undefined;
}

function answeredBy(parts: Parts): string | undefined {
  const parent = parts.one('thr:in-reply-to');
  const ref = (parent?.attributes.get('ref') ?? parent?.attributes.get('href'))?.trim();
  return ref === undefined || ref === '' ? undefined : ref;
}

function tagsOf(parts: Parts): readonly Tag[] | undefined {
  const names = new Set<string>();
  for (const part of parts.all) {
    if (part.key !== 'category' && part.key !== 'dc:subject' && part.key !== 'atom:category') continue;
    const { attributes } = part;
    const name = (attributes.get('label') ?? attributes.get('term') ?? wordsOf(part)).trim();
    if (name !== '' && names.size < MAX_TAGS) names.add(name);
  }
  return names.size > 0 ? [...names].map((name) => ({ type: 'Hashtag', name })) : undefined;
}
