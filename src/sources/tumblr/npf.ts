/** Posts as blocks (“Neue Post Format”): `content` is a list of texts, pictures, links, sounds, films and polls. */
import type { Attachment, Link, Poll, Tag } from '../../core/content.js';
import { storable } from '../../core/canonical.js';
import { timeFromMs } from '../../core/time.js';
import { countOf, present, sizeOf, webAddress } from '../shared/items.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { blogOf } from './uri.js';

export interface Blocks {
  readonly text: string;
  readonly attachment: readonly Attachment[];
  readonly link: readonly Link[];
  readonly mention: readonly Tag[];
  readonly poll?: Poll;
  readonly title?: string;
  /** What somebody asked, where the post answers. */
  readonly question?: string;
  /** Kinds of blocks that are not known here. */
  readonly unknown: readonly string[];
}

export function blocksOf(content: unknown, layout: unknown): Blocks {
  const blocks = asArray(content).filter(isObject);
  const asked = new Set(
    asArray(layout)
      .filter(isObject)
      .filter((each) => each['type'] === 'ask')
      .flatMap((each) => asArray(each['blocks'])),
  );
  const own = blocks.filter((_, index) => !asked.has(index));
  const question = blocks.filter((_, index) => asked.has(index));
  const poll = own.map(pollOf).find((each) => each !== undefined);
  const first = own[0];
  const title = first?.['subtype'] === 'heading1' ? asString(first['text']) : undefined;
  return {
    text: textOf(title === undefined ? own : own.slice(1)),
    attachment: own.flatMap(attachmentOf),
    link: own.flatMap(linksOf),
    mention: own.flatMap(mentionsOf),
    unknown: blocks.flatMap((block) => (KNOWN.has(block['type']) ? [] : [asString(block['type']) ?? 'without type'])),
    ...(poll && { poll }),
    ...(title !== undefined && { title }),
    ...(question.length > 0 && { question: textOf(question) }),
  };
}

const KNOWN = new Set<unknown>(['text', 'image', 'link', 'audio', 'video', 'poll', 'paywall']);

/** Paragraphs are parted by a blank line, items of a list and lines of a chat by a line break. */
function textOf(blocks: readonly JsonObject[]): string {
  let out = '';
  let last: unknown;
  for (const block of blocks) {
    if (block['type'] !== 'text') continue;
    const text = asString(block['text']) ?? '';
    const close = isLine(block['subtype']) && block['subtype'] === last;
    out += (out === '' ? '' : close ? '\n' : '\n\n') + text;
    last = block['subtype'];
  }
  return out;
}

function isLine(subtype: unknown): boolean {
  return subtype === 'chat' || subtype === 'ordered-list-item' || subtype === 'unordered-list-item';
}

function attachmentOf(block: JsonObject): Attachment[] {
  switch (block['type']) {
    case 'image': {
      const sizes = asArray(block['media']).filter(isObject);
      const largest = sizes.reduce<JsonObject | undefined>(
        (best, each) => ((sizeOf(each['width']) ?? 0) > (sizeOf(best?.['width']) ?? 0) ? each : best),
        sizes[0],
      );
      return [{ type: 'Image', ...mediaOf(largest), ...present({ name: asString(block['alt_text']) || undefined }) }];
    }
    case 'audio':
    case 'video': {
      const type = block['type'] === 'audio' ? 'Audio' : 'Video';
      const name = [asString(block['title']), asString(block['artist'])].filter(Boolean).join(', ') || undefined;
      const url = webAddress(block['url']);
      return [{ type, ...present({ url, name }), ...mediaOf(asObject(block['media'])) }];
    }
    default:
      return [];
  }
}

function mediaOf(media: JsonObject | undefined): Partial<Attachment> {
  return present({
    url: webAddress(media?.['url']),
    mediaType: asString(media?.['type']),
    width: sizeOf(media?.['width']),
    height: sizeOf(media?.['height']),
  });
}

function linksOf(block: JsonObject): Link[] {
  if (block['type'] === 'link') {
    const url = webAddress(block['url']);
    const name = asString(block['title']);
    return url === undefined ? [] : [{ url: unwrapped(url), ...present({ name }) }];
  }
  const text = asString(block['text']) ?? '';
  return formattingOf(block, 'link').flatMap((format): Link[] => {
    const url = webAddress(format['url']);
    const words = slice(text, format);
    if (url === undefined) return [];
    const expanded = unwrapped(url);
    return words === '' || words === expanded ? [{ url: expanded }] : [{ url: words, expanded }];
  });
}

/** Links to elsewhere go through `https://href.li/?…` or `https://t.umblr.com/redirect?z=…`. */
function unwrapped(url: string): string {
  if (url.startsWith('https://href.li/?')) return url.slice('https://href.li/?'.length) || url;
  if (!/^https?:\/\/t\.umblr\.com\/redirect\?/.test(url)) return url;
  return new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('z') ?? url;
}

function mentionsOf(block: JsonObject): Tag[] {
  return formattingOf(block, 'mention').flatMap((format): Tag[] => {
    const blog = asObject(format['blog']);
    const name = asString(blog?.['name']);
    const uuid = asString(blog?.['uuid']);
    return name === undefined ? [] : [{ type: 'Mention', name, ...present({ href: uuid && blogOf(uuid) }) }];
  });
}

function formattingOf(block: JsonObject, type: string): JsonObject[] {
  return asArray(block['formatting'])
    .filter(isObject)
    .filter((format) => format['type'] === type);
}

function slice(text: string, format: JsonObject): string {
  const start = countOf(format['start']);
  const end = countOf(format['end']);
  // Places are counted in code points.
  return start === undefined || end === undefined ? '' : storable([...text].slice(start, end).join('')).text;
}

function pollOf(block: JsonObject): Poll | undefined {
  if (block['type'] !== 'poll') return undefined;
  const options = asArray(block['answers']).flatMap((answer) => asString(asObject(answer)?.['answer_text']) ?? []);
  const settings = asObject(block['settings']);
  const start = countOf(block['timestamp']);
  const length = countOf(settings?.['expire_after']);
  const end = start === undefined || length === undefined ? undefined : start + length;
  return {
    options,
    ...present({
      multiple: settings?.['multiple_choice'] === undefined ? undefined : settings['multiple_choice'] === true,
      endTime: end !== undefined && end > 1e9 && end < 4e9 ? timeFromMs(end * 1000, 's') : undefined,
    }),
  };
}
