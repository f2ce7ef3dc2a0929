/** A message's text and what is marked in it, from Telegram Desktop's JSON. */
import type { Link, Tag } from '../../core/content.js';
import { asArray, asId, asString, isObject, type JsonObject } from '../shared/json.js';
import { peerUri } from './uri.js';

export interface Marked {
  readonly text?: string;
  readonly tag: readonly Tag[];
  readonly link: readonly Link[];
  readonly losses: readonly string[];
}

/** Marks that leave nothing to say beyond the text itself. */
const PLAIN = new Set(['plain', 'unknown', 'bot_command', 'email', 'phone', 'bank_card']);

/**
 * `text` is a string, or a list of strings and `{type, text, href?, user_id?}`; the parts joined are the message, exactly.
 * `text_entities` repeats it as objects only.
 */
export function readText(message: JsonObject): Marked {
  const given = message['text'] ?? message['text_entities'];
  if (typeof given === 'string') return { text: given, tag: [], link: [], losses: [] };
  if (!Array.isArray(given)) return { tag: [], link: [], losses: [] };
  let text = '';
  const tag: Tag[] = [];
  const link: Link[] = [];
  const formats = new Set<string>();
  for (const part of given as unknown[]) {
    if (typeof part === 'string') {
      text += part;
    } else if (isObject(part)) {
      const shown = asString(part['text']) ?? '';
      text += shown;
      mark(part, shown, tag, link, formats);
    }
  }
  const losses = formats.size === 0 ? [] : [`text: marks not kept: ${[...formats].sort().join(', ')}`];
  return { text, tag, link, losses };
}

function mark(part: JsonObject, shown: string, tag: Tag[], link: Link[], formats: Set<string>): void {
  const type = asString(part['type']) ?? 'unknown';
  if (type === 'hashtag') tag.push({ type: 'Hashtag', name: shown.replace(/^#/, '') });
  else if (type === 'cashtag') tag.push({ type: 'Cashtag', name: shown.replace(/^\$/, '') });
  else if (type === 'mention') tag.push({ type: 'Mention', name: shown.replace(/^@/, '') });
  else if (type === 'mention_name') tag.push(namedMention(part, shown));
  else if (type === 'link') link.push({ url: shown });
  else if (type === 'text_link') link.push({ url: asString(part['href']) ?? shown, name: shown });
  else if (!PLAIN.has(type)) formats.add(type.slice(0, 40));
}

function namedMention(part: JsonObject, shown: string): Tag {
  const id = asId(part['user_id']);
  return { type: 'Mention', name: shown, ...(id !== undefined && { href: peerUri({ kind: 'user', id }) }) };
}

/** A question or an answer: a string, or the same list as a text. */
export function plainText(value: unknown): string {
  if (typeof value === 'string') return value;
  return asArray(value)
    .map((part) => (isObject(part) ? asString(part['text']) : asString(part)) ?? '')
    .join('');
}

/**
 * A link as a page shows it. Where the words are the address (`t.me/x` for `http://t.me/x/`), they alone are the link,
 * as the JSON export has it.
 */
export function shownLink(href: string, words: string): Link {
  const bare = (address: string): string => address.replace(/^https?:\/\//i, '').replace(/\/$/, '');
  return bare(href) === bare(words) ? { url: words } : { url: href, name: words };
}
