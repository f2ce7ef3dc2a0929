/**
 * References in XML text: the five of XML, numbers, and the names of HTML, which feeds use without declaring them and
 * every feed reader knows. What a DTD declares is never expanded (head.ts refuses such a file).
 */
import { isWellFormed, storable } from '../../core/canonical.js';
import { htmlToText } from '../shared/html.js';
import type { Losses } from './losses.js';

const REFERENCE = /&(?:#(\d{1,8})|#[xX]([\da-fA-F]{1,8})|([A-Za-z][A-Za-z0-9]{0,31}));/y;
const XML: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Line breaks are those of XML: a carriage return that is not written as a reference is none. */
export function decodeText(raw: string, losses: Losses): string {
  const text = raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw;
  let at = text.indexOf('&');
  if (at < 0) return text;
  let out = '';
  let from = 0;
  let surrogates = false;
  for (; at >= 0; at = text.indexOf('&', at)) {
    const common = commonAt(text, at);
    if (common !== undefined) {
      out += text.slice(from, at) + common[1];
      from = at += common[0].length;
      continue;
    }
    REFERENCE.lastIndex = at;
    const match = REFERENCE.exec(text);
    const value = match ? valueOf(match, losses) : undefined;
    if (value === undefined) {
      if (!match) losses.add('a bare & is read as it stands');
      at++;
      continue;
    }
    surrogates ||= value >= '\ud800' && value <= '\udfff';
    out += text.slice(from, at) + value;
    from = at += match![0].length;
  }
  out += text.slice(from);
  // Some write a sign beyond U+FFFF as its two halves: together they are that sign.
  return surrogates ? wholeSigns(out, losses) : out;
}

/** Nearly all there are, in escaped HTML. */
const COMMON = [
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&amp;', '&'],
  ['&quot;', '"'],
] as const;

function commonAt(text: string, at: number): (typeof COMMON)[number] | undefined {
  const next = text[at + 1];
  if (next === 'l') return text.startsWith('&lt;', at) ? COMMON[0] : undefined;
  if (next === 'g') return text.startsWith('&gt;', at) ? COMMON[1] : undefined;
  if (next === 'a') return text.startsWith('&amp;', at) ? COMMON[2] : undefined;
  return next === 'q' && text.startsWith('&quot;', at) ? COMMON[3] : undefined;
}

function wholeSigns(text: string, losses: Losses): string {
  if (isWellFormed(text)) return text;
  losses.add('text: lone surrogate escaped');
  return storable(text).text;
}

function valueOf(match: RegExpExecArray, losses: Losses): string | undefined {
  const [whole, decimal, hex, name] = match;
  if (name !== undefined) {
    const value = XML[name] ?? named(name);
    if (value === undefined) losses.add(`the entity ${whole} is declared nowhere and is kept as it stands`);
    return value;
  }
  const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hex!, 16);
  if (code > 0 && code < 0x110000) return code < 0x10000 ? String.fromCharCode(code) : String.fromCodePoint(code);
  losses.add(`${whole} names no character and is shown as U+FFFD`);
  return '\ufffd';
}

/** There are some two thousand names; the bound is for files that make them up. */
const MAX_NAMES = 4_000;
const names = new Map<string, string | undefined>();

function named(name: string): string | undefined {
  if (names.has(name)) return names.get(name);
  const text = htmlToText(`&${name};`);
  // HTML reads `&copying;` as a sign and letters; XML knows whole names only.
  const value = text.includes(';') ? undefined : text;
  if (names.size < MAX_NAMES) names.set(name, value);
  return value;
}
