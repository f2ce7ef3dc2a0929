/** Numbers of more than fifteen digits without quotes (ids, as a rule): read as doubles, they would be other numbers. */
import { decodeUtf8, parseJson } from './json.js';

const LONG = /(?<![\d.eE+-])\d{16,}(?![\d.eE])/g;
const QUOTE = '"';

/** The record's value, long whole numbers as strings. Throws a Rejection (`malformed`, `invalid-encoding`). */
export function parseExact(record: Uint8Array): unknown {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength);
  if (!hasLongNumber(bytes)) return parseJson(record);
  const text = quoted(decodeUtf8(record));
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text) as unknown;
  } catch {
    return parseJson(Buffer.from(text));
  }
}

/** Whether a colon, spaces and sixteen digits follow one another: a look at the bytes instead of an expression. */
function hasLongNumber(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(0x3a); at >= 0; at = bytes.indexOf(0x3a, at + 1)) {
    let i = at + 1;
    while (bytes[i] === 0x20) i++;
    const start = i;
    while (bytes[i]! >= 0x30 && bytes[i]! <= 0x39) i++;
    if (i - start >= 16) return true;
  }
  return false;
}

/** What stands between the strings is gone through; they themselves are left alone. */
function quoted(text: string): string {
  const out: string[] = [];
  let at = 0;
  for (;;) {
    const open = text.indexOf(QUOTE, at);
    const between = text.slice(at, open < 0 ? text.length : open);
    out.push(between.length < 16 ? between : between.replace(LONG, (digits) => QUOTE + digits + QUOTE));
    if (open < 0) return out.join('');
    at = endOfString(text, open);
    out.push(text.slice(open, at));
  }
}

function endOfString(text: string, open: number): number {
  let at = open + 1;
  for (;;) {
    const close = text.indexOf(QUOTE, at);
    if (close < 0) return text.length;
    let slashes = 0;
    while (text[close - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return close + 1;
    at = close + 1;
  }
}
