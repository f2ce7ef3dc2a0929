import type { RejectReason } from '../../core/errors.js';
import { isObject, type JsonObject } from '../shared/json.js';
import { peekJson } from '../shared/peek.js';
import type { MemberHead, Recognition } from '../source.js';
import { kindOf, postsOf, type Kind } from './kinds.js';
import { idOfPage, isPage } from './page.js';

export function recognise({ path, size, head, paths }: MemberHead): Recognition | null {
  const media = mediaOf(path, paths);
  if (media) return media;
  if (head.includes(0)) return null;
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('utf8');
  if (/^\ufeff?\s*</.test(text))
    return recogniseXml(text) ?? recognisePage(text, path) ?? recogniseLongPage(path, size > head.length, text);
  return recogniseJson(head);
}

/** `media/<post's number>_0.jpg`, beside the pages of a blog's export. */
function mediaOf(path: string, paths: readonly string[]): Recognition | null {
  if (!/(?:^|\/)media\/[1-9]\d{4,19}(?:_\d+)?\.(?:jpe?g|png|gif|webp|mp4|mov|mp3|m4a|pnj|gifv)$/i.test(path))
    return null;
  if (!paths.some((other) => /(?:^|\/)html\/[1-9]\d{4,19}\.html$/.test(other))) return null;
  return {
    format: 'tumblr-page',
    confidence: 0.5,
    why: 'a file of the folder media, beside pages of posts',
    role: 'media',
  };
}

function recogniseXml(text: string): Recognition | null {
  if (!/^\ufeff?\s*(?:<\?xml[^<>]*>\s*)?<tumblr version="/.test(text)) return null;
  return { format: 'tumblr-xml', confidence: 0.97, why: 'its root element is <tumblr version=…>', role: 'records' };
}

function recognisePage(text: string, path: string): Recognition | null {
  if (!isPage(text) || idOfPage(path) === undefined) return null;
  const why = 'a page with the footer of a blog’s export, named by a post’s number';
  return { format: 'tumblr-page', confidence: 0.92, why, role: 'records' };
}

/** A page whose footer lies beyond the head. */
function recogniseLongPage(path: string, cut: boolean, text: string): Recognition | null {
  if (!cut || !/(?:^|\/)html\/[1-9]\d{4,19}\.html$/.test(path) || !text.includes('"../style.css"')) return null;
  const why = 'it is named as a page of a blog’s export, and has their style sheet';
  return { format: 'tumblr-page', confidence: 0.5, why, role: 'records' };
}

const SAMPLE = 20;

function recogniseJson(head: Uint8Array): Recognition | null {
  const peek = peekJson(head);
  if (!peek || !/^(?:var\s+)?(?:[\w$.]+\s*[=(]\s*)?$/.test(peek.prefix.trim())) return null;
  const samples = peek.values
    .flatMap((value) => (Array.isArray(value) ? (value as unknown[]).slice(0, SAMPLE) : [value]))
    .slice(0, SAMPLE)
    .filter(isObject);
  for (const sample of samples) {
    const found = verdict(sample, samples.length === 1 && !peek.cut);
    if (found) return found;
  }
  return null;
}

function verdict(value: JsonObject, alone: boolean): Recognition | null {
  const kind = kindOf(value);
  if (kind === undefined) return null;
  const old = kind === 'old-post' || kind === 'old-answer';
  const why = old ? 'names with hyphens, as Tumblr’s first API has them' : `${NAMES[kind]} as Tumblr’s API gives it`;
  const found = { format: old ? 'tumblr-api-v1' : 'tumblr-api', confidence: kind === 'error' ? 0.6 : 0.95, why };
  const refusal = alone ? refusalOf(kind, value) : undefined;
  return refusal ? { ...found, role: 'refused', refusal } : { ...found, role: 'records' };
}

const NAMES: Readonly<Record<Kind, string>> = {
  post: 'a post',
  'old-post': 'a post',
  answer: 'a page of posts',
  'old-answer': 'a page of posts',
  blog: 'what a blog says of itself',
  notes: 'a list of notes',
  error: 'an error',
};

/** What an answer holds in place of posts. */
export function refusalOf(kind: Kind, value: JsonObject): { reason: RejectReason; detail: string } | undefined {
  switch (kind) {
    case 'blog':
      return { reason: 'users', detail: 'what blogs say of themselves, no post; hand in their posts' };
    case 'notes':
      return { reason: 'lists', detail: 'who liked and reblogged a post, without their posts’ words' };
    case 'error':
      return { reason: 'error-body', detail: 'the API answered with an error; ask again' };
    case 'answer':
      return postsOf(value).length === 0 ? { reason: 'empty', detail: 'an answer without posts' } : undefined;
    default:
      return undefined;
  }
}
