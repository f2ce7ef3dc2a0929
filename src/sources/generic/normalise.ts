import { sha256 } from '../../core/digest.js';
import { Rejection } from '../../core/errors.js';
import type { Attachment, Content, Visibility } from '../../core/content.js';
import type { Reading } from '../../core/reading.js';
import { assumeZone, parseIso, timeFromMs, type Time } from '../../core/time.js';
import { actorUri, postUri, segment, type ActorUri } from '../../core/uri.js';
import { htmlToText } from '../shared/html.js';
import { present, storableItems, webAddress, type Item } from '../shared/items.js';
import { asObject } from '../shared/json.js';
import type { CaptureContext } from '../source.js';
import { checkMapping, type Mapping, type TimeField } from './mapping.js';
import { compilePattern, type ReadTime } from './pattern.js';
import { readRow, textAt, type Get } from './row.js';

export function normalise(record: Uint8Array, context: CaptureContext): readonly Item[] {
  const mapping = mappingOf(context.options);
  const get = readRow(record, context.format, context.head);
  return storableItems(record, [readPost(get, mapping, context)]);
}

/** One check per accession, not per record. */
const checked = new WeakMap<object, Mapping>();

export function mappingOf({ mapping }: CaptureContext['options']): Mapping {
  const given = asObject(mapping);
  if (!given)
    throw new Rejection('not-supported', 'a file of this kind is read with --mapping: say which field is what');
  let known = checked.get(given);
  if (!known) checked.set(given, (known = checkMapping(given)));
  return known;
}

function readPost(get: Get, mapping: Mapping, context: CaptureContext): Reading {
  const { platform } = mapping;
  const author = authorOf(get, mapping);
  const losses: string[] = [];
  const content = contentOf(get, mapping, context, author?.actor, losses);
  if (content.text === undefined && content.html === undefined && content.name === undefined && !content.attachment) {
    throw new Rejection('not-a-post', 'all fields that the mapping gives for content are empty in this record');
  }
  const id = textAt(get, mapping.id);
  if (mapping.id !== undefined && id === undefined) {
    throw new Rejection('no-identity', `the record has no "${mapping.id}", which the mapping gives for its id`);
  }
  const post = postUri(
    `perdure:generic:${platform}:${id === undefined ? `content:${derivedKey(content, author?.actor, context)}` : segment(id)}`,
  );
  const observed = mapping.observed && timeAt(get, mapping.observed, context, losses);
  const metrics = metricsOf(get, mapping);
  return {
    post,
    outcome: 'present',
    content,
    hand: 'first',
    ...(observed && { observedAt: { at: observed, basis: 'record' } }),
    ...(content.updated && { claimedFrom: content.updated }),
    ...(metrics && { metrics }),
    ...(author && { actors: [author] }),
    ...(losses.length > 0 && { losses }),
  };
}

/** Author, time and words, and which of several that say the same it is. */
function derivedKey(content: Content, author: ActorUri | undefined, context: CaptureContext): string {
  const said = sha256(JSON.stringify([author, content.published?.at, content.name, content.text, content.html])).slice(
    0,
    32,
  );
  const repeats = asObject(asObject(context.survey?.facts)?.[context.path]);
  const before = repeats?.[String(context.offset)];
  return typeof before === 'number' ? `${said}~${before}` : said;
}

/** What makes two records without an id the same; undefined for what cannot be read. */
export function sameness(record: Uint8Array, format: string, head: Uint8Array, mapping: Mapping): string {
  const get = readRow(record, format, head);
  const time = mapping.published;
  const fields = [
    mapping.author?.id,
    mapping.author?.handle,
    typeof time === 'string' ? time : time?.field,
    mapping.title,
    mapping.text,
    mapping.html,
  ];
  return JSON.stringify(fields.map((field) => textAt(get, field)));
}

function authorOf(get: Get, { platform, author }: Mapping): NonNullable<Reading['actors']>[number] | undefined {
  const [id, handle, name] = [textAt(get, author?.id), textAt(get, author?.handle), textAt(get, author?.name)];
  const key = id !== undefined ? `id:${segment(id)}` : handle !== undefined ? `handle:${segment(handle)}` : undefined;
  const named = key ?? (name === undefined ? undefined : `name:${segment(name)}`);
  if (named === undefined) return undefined;
  return { actor: actorUri(`perdure:generic:${platform}:actor:${named}`), profile: present({ handle, name }) };
}

function contentOf(
  get: Get,
  mapping: Mapping,
  context: CaptureContext,
  author: ActorUri | undefined,
  losses: string[],
): Content {
  const html = textAt(get, mapping.html);
  const text = textAt(get, mapping.text) ?? (html === undefined ? undefined : htmlToText(html));
  const replied = textAt(get, mapping.inReplyTo);
  const media = mapping.media?.flatMap((field) => attachmentsAt(get, field));
  return present({
    type: 'Note',
    attributedTo: author,
    published: mapping.published && timeAt(get, mapping.published, context, losses),
    updated: mapping.updated && timeAt(get, mapping.updated, context, losses),
    text,
    html,
    name: textAt(get, mapping.title),
    inReplyTo: replied === undefined ? undefined : postUri(`perdure:generic:${mapping.platform}:${segment(replied)}`),
    attachment: media && media.length > 0 ? media : undefined,
    language: textAt(get, mapping.language),
    visibility: visibilityOf(get, mapping),
    url: webAddress(textAt(get, mapping.url)),
  }) as Content;
}

/** Addresses in one cell may be many, with commas, bars or spaces between them; in JSON a list. */
function attachmentsAt(get: Get, field: string): Attachment[] {
  const value = get(field);
  const all = Array.isArray(value)
    ? (value as unknown[]).map(String)
    : (textAt(get, field) ?? '').split(/[\s|]+|,(?=https?:)/);
  return all.flatMap((url) => (webAddress(url) === undefined ? [] : [{ type: 'Document' as const, url }]));
}

/** What nobody said is unknown: a table of a closed group must not become public by being a table. */
function visibilityOf(get: Get, { visibility }: Mapping): Visibility {
  if (visibility === undefined) return 'unknown';
  if (typeof visibility === 'string') return visibility as Visibility;
  return (visibility.values[textAt(get, visibility.field) ?? ''] as Visibility | undefined) ?? 'unknown';
}

function metricsOf(get: Get, { metrics }: Mapping): Record<string, number> | undefined {
  if (!metrics) return undefined;
  const counts: Record<string, number> = {};
  for (const [name, field] of Object.entries(metrics)) {
    const value = textAt(get, field);
    const count = value === undefined || value.trim() === '' ? NaN : Number(value);
    if (Number.isFinite(count)) counts[name] = count;
  }
  return Object.keys(counts).length > 0 ? counts : undefined;
}

const patterns = new Map<string, ReadTime>();

/** What is no time in the format is named as a loss: the words are worth keeping without it. */
function timeAt(get: Get, field: TimeField, { options }: CaptureContext, losses: string[]): Time | undefined {
  const { field: name, format = 'iso', zone = undefined } = typeof field === 'string' ? { field } : field;
  const text = textAt(get, name);
  if (text === undefined) return undefined;
  const time = parse(text, format);
  if (!time) {
    losses.push(`${name}: ${JSON.stringify(text.slice(0, 60))} is no time of the format ${format}`);
    return undefined;
  }
  const assumed = zone ?? options.timezone;
  return assumed === undefined ? time : assumeZone(time, assumed);
}

function parse(text: string, format: string): Time | undefined {
  if (format === 'iso') return parseIso(text);
  if (format === 'seconds' || format === 'milliseconds') {
    const number = /^\s*-?\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : NaN;
    const ms = format === 'seconds' ? number * 1_000 : number;
    return Number.isFinite(ms) && Math.abs(ms) < 8.64e15
      ? timeFromMs(ms, format === 'seconds' ? 's' : 'ms')
      : undefined;
  }
  let read = patterns.get(format);
  if (!read) patterns.set(format, (read = compilePattern(format)!));
  return read(text);
}
