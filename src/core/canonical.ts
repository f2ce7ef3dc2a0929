/**
 * RFC 8785 (JSON Canonicalization Scheme), strict: what has no single faithful form is refused, never repaired.
 *
 * Refused are ill-formed strings (lone surrogates: UTF-8 cannot carry them), numbers that are not finite, integers
 * beyond 2^53 (JSON.parse has already rounded those), and nesting over 32. Keys whose value is undefined are left out.
 */
import { unitAt } from './char.js';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

export class NotCanonicalError extends Error {
  override readonly name = 'NotCanonicalError';
}

const MAX_DEPTH = 32;

/**
 * The form as UTF-8: what is hashed and what is kept. Values are written one after the other into slabs and each is a view
 * of one, so whoever keeps it for long keeps 256 KiB; a copy does not.
 */
export function canonicalBytes(value: Json): Uint8Array {
  start = at;
  try {
    write(value, 0);
  } catch (error) {
    at = start;
    throw error;
  }
  return slab.subarray(start, at);
}

/** The form as a string. */
export function canonicalise(value: Json): string {
  canonicalBytes(value);
  const text = slab.toString('utf8', start, at);
  at = start;
  return text;
}

// ── bytes ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const SLAB_BYTES = 256 * 1024;
let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
/** Where the value that is being written begins, and how far it has come. */
let start = 0;
let at = 0;

function room(bytes: number): void {
  if (at + bytes <= slab.length) return;
  const written = at - start;
  const next = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, 2 * (written + bytes)));
  slab.copy(next, 0, start, at);
  slab = next;
  start = 0;
  at = written;
}

function writeByte(byte: number): void {
  room(1);
  slab[at++] = byte;
}

/** A byte and a dozen others: a call of `set` takes longer. */
function writeAfter(byte: number, bytes: Uint8Array): void {
  const { length } = bytes;
  room(length + 1);
  const to = slab;
  let next = at;
  to[next++] = byte;
  for (let i = 0; i < length; i++) to[next++] = bytes[i]!;
  at = next;
}

// ── values ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

function write(value: Json | undefined, depth: number): void {
  // Not a switch: V8 has an instruction for each of these comparisons, and for a switch makes the name first.
  if (typeof value === 'string') return writeString(value);
  if (typeof value === 'number') return writeAscii(numeral(value));
  if (typeof value === 'boolean') return writeAscii(value ? 'true' : 'false');
  if (typeof value !== 'object') throw new NotCanonicalError(`a ${typeof value} has no JSON form`);
  if (value === null) return writeAscii('null');
  if (depth >= MAX_DEPTH) throw new NotCanonicalError(`nested deeper than ${MAX_DEPTH}`);
  if (isArray(value)) writeArray(value, depth);
  else writeObject(value, depth);
}

function isArray(value: object): value is readonly Json[] {
  return Array.isArray(value);
}

function writeArray(items: readonly Json[], depth: number): void {
  if (items.length === 0) writeByte(OPEN_BRACKET);
  for (let i = 0; i < items.length; i++) {
    writeByte(i === 0 ? OPEN_BRACKET : COMMA);
    write(items[i], depth + 1);
  }
  writeByte(CLOSE_BRACKET);
}

function writeObject(object: { readonly [key: string]: Json | undefined }, depth: number): void {
  const { sorted, written } = orderOf(Object.keys(object));
  let before = OPEN_BRACE;
  for (let i = 0; i < sorted.length; i++) {
    const value = object[sorted[i]!];
    if (value === undefined) continue;
    writeAfter(before, written[i]!);
    before = COMMA;
    write(value, depth + 1);
  }
  if (before === OPEN_BRACE) writeByte(OPEN_BRACE);
  writeByte(CLOSE_BRACE);
}

/** The keys of an object as they came, in order, and as they are written, with the colon. */
interface KeyOrder {
  readonly given: readonly string[];
  readonly sorted: readonly string[];
  readonly written: readonly Uint8Array[];
}

/** Records come in few shapes, one after the other: of each number of keys the last ones are remembered, if they are small. */
const MAX_SHAPES = 8;
const MAX_KEYS = 32;
const MAX_KEY_LENGTH = 64;
const orders: (KeyOrder[] | undefined)[] = [];

function orderOf(keys: readonly string[]): KeyOrder {
  if (keys.length > MAX_KEYS) return newOrder(keys);
  const shapes = (orders[keys.length] ??= []);
  for (const shape of shapes) if (isSame(shape.given, keys)) return shape;
  const order = newOrder(keys);
  if (keys.some((key) => key.length > MAX_KEY_LENGTH)) return order;
  shapes.unshift(order);
  if (shapes.length > MAX_SHAPES) shapes.pop();
  return order;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** In the order of UTF-16 code units, which is the one that RFC 8785 asks for and Array.prototype.sort gives. */
function newOrder(given: readonly string[]): KeyOrder {
  const sorted = [...given].sort();
  return { given, sorted, written: sorted.map((key) => Buffer.from(quoted(key) + ':')) };
}

/** Up to here, writing each character is quicker than asking V8 twice. */
const SHORT = 64;

function writeString(text: string): void {
  const { length } = text;
  if (length > SHORT) return writeLong(text);
  room(3 * SHORT + 2);
  const bytes = slab;
  let to = at;
  bytes[to++] = QUOTE;
  for (let i = 0; i < length; i++) {
    const unit = unitAt(text, i);
    if (unit < 0x80) {
      if (unit < 0x20 || unit === QUOTE || unit === BACKSLASH) return writeLong(text);
      bytes[to++] = unit;
    } else if (unit < 0x800) {
      bytes[to++] = 0xc0 | (unit >> 6);
      bytes[to++] = 0x80 | (unit & 0x3f);
    } else {
      // Pairs are rare in short strings, and a half of one is refused.
      if ((unit & 0xf800) === 0xd800) return writeLong(text);
      bytes[to++] = 0xe0 | (unit >> 12);
      bytes[to++] = 0x80 | ((unit >> 6) & 0x3f);
      bytes[to++] = 0x80 | (unit & 0x3f);
    }
  }
  bytes[to++] = QUOTE;
  at = to;
}

function writeLong(text: string): void {
  const form = quoted(text);
  room(3 * form.length);
  at += slab.write(form, at, 'utf8');
}

function quoted(text: string): string {
  if (!isWellFormed(text)) throw new NotCanonicalError('a string holds a lone surrogate');
  // ECMAScript's JSON.stringify escapes exactly what RFC 8785 (section 3.2.2.2) prescribes.
  return JSON.stringify(text);
}

function writeAscii(text: string): void {
  room(text.length);
  for (let i = 0; i < text.length; i++) slab[at++] = unitAt(text, i);
}

function numeral(value: number): string {
  if (!Number.isFinite(value)) throw new NotCanonicalError(`${value} has no JSON form`);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new NotCanonicalError(`the integer ${value} is not exact: carry it as a string`);
  }
  return Object.is(value, -0) ? '0' : String(value);
}

const LONE_SURROGATE = /\p{Surrogate}/u;

export function isWellFormed(text: string): boolean {
  const native = (text as { isWellFormed?: () => boolean }).isWellFormed;
  return native ? native.call(text) : !LONE_SURROGATE.test(text);
}

/**
 * A storable spelling of a string: a lone surrogate becomes its own escape as six visible characters
 * (backslash, u, four hex digits). Lossy, so the caller marks it (`losses`); the record's bytes keep the original.
 */
export function storable(text: string): { text: string; lossy: boolean } {
  if (isWellFormed(text)) return { text, lossy: false };
  const escaped = text.replace(
    /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    (unit) => '\\u' + unit.charCodeAt(0).toString(16).padStart(4, '0'),
  );
  return { text: escaped, lossy: true };
}
