/** Which posts stand beside each other in the database: 16 bits that the canonical URIs of neighbours share. */
import { unitAt } from './char.js';
import { sha256 } from './digest.js';

/** What a prefix keeps of the URI's last run of letters and digits, at most, and what it leaves out, if there is as much. */
const KEPT = 4;
const LEFT_OUT = 3;

/**
 * The first 16 bits of SHA-256 over a prefix of the URI (UTF-8), as a number.
 *
 * The prefix ends within the URI's last run of ASCII letters and digits (A–Z, a–z, 0–9), which need not be its end: of a
 * run of n characters it keeps the first min(4, max(0, n - 3)), and everything before the run. A URI without any is its
 * own prefix. So it keeps of a snowflake of 19 digits four (a neighbourhood of 2.7 days), of a Bluesky TID four (9.5
 * hours), of message number 12345 two (a thousand messages of one channel), of short numbers none (the whole channel).
 * What is random stays so: of Nostr's hex ids four digits, of a UUID all but its last eight.
 */
export function neighbourhood(uri: string): number {
  const prefix = uri.slice(0, prefixLength(uri));
  // That of the one before costs a comparison, others a lookup.
  if (prefix !== last?.prefix) last = known.get(prefix) ?? learn(prefix);
  return last.bits;
}

interface Known {
  readonly prefix: string;
  readonly bits: number;
}

/** Neighbours share their prefix, so few are met at a time. At most some 15 MB; a source's 65,536 fit in. */
const MAX_KNOWN = 70_000;
const known = new Map<string, Known>();
let last: Known | undefined;

function learn(part: string): Known {
  // A copy: V8 keeps a part of a string as a view of the whole, and with it the whole, a record of megabytes perhaps.
  const prefix = Buffer.from(part).toString();
  const learnt = { prefix, bits: Number.parseInt(sha256(prefix).slice(0, 4), 16) };
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(prefix, learnt);
  return learnt;
}

const ALPHANUMERIC = new Uint8Array(128);
for (const char of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789') {
  ALPHANUMERIC[char.charCodeAt(0)] = 1;
}

function prefixLength(uri: string): number {
  let end = uri.length;
  while (end > 0 && !isAlphanumeric(unitAt(uri, end - 1))) end--;
  if (end === 0) return uri.length;
  let start = end - 1;
  while (start > 0 && isAlphanumeric(unitAt(uri, start - 1))) start--;
  return start + Math.min(KEPT, Math.max(0, end - start - LEFT_OUT));
}

function isAlphanumeric(unit: number): boolean {
  return unit < 128 && ALPHANUMERIC[unit] === 1;
}
