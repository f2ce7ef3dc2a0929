/** Where a feed's older items are: `<atom:link rel="prev-archive">`, `rel="next"` (RFC 5005), `next_url` of JSON Feed. */
import { Parser } from 'htmlparser2';
import { absolute } from './address.js';

const HEAD = 256 * 1024;

export function nextIn(body: Uint8Array, base: string): string | undefined {
  const text = Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, HEAD)).toString('utf8');
  if (/^\s*\{/.test(text)) return nextUrl(Buffer.from(body), base);
  const found: Partial<Record<'prev-archive' | 'next', string>> = {};
  let depth = 0;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (/^(?:item|entry)$/i.test(name)) depth++;
        const isLink = /^(?:[a-z0-9]+:)?link$/i.test(name);
        const rel = attributes['rel'];
        // An item's own links lead elsewhere.
        if (depth > 0 || !isLink || (rel !== 'prev-archive' && rel !== 'next')) return;
        const href = absolute(attributes['href'], base);
        if (href !== undefined) found[rel] ??= href;
      },
      onclosetag(name) {
        if (/^(?:item|entry)$/i.test(name)) depth--;
      },
    },
    { xmlMode: true },
  );
  parser.write(text);
  return found['prev-archive'] ?? found.next;
}

function nextUrl(body: Buffer, base: string): string | undefined {
  try {
    const { next_url: next } = JSON.parse(body.toString('utf8')) as { next_url?: unknown };
    return typeof next === 'string' ? absolute(next, base) : undefined;
  } catch {
    return undefined; // the normaliser says what is wrong with it
  }
}
