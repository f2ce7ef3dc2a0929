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

export function canonicalise(value: Json): string {
  return write(value, 0);
}

function write(value: Json | undefined, depth: number): string {
  // Not a switch: V8 has an instruction for each of these comparisons, and for a switch makes the name first.
  if (typeof value === 'string') return writeString(value);
  if (typeof value === 'number') return writeNumber(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value !== 'object') throw new NotCanonicalError(`a ${typeof value} has no JSON form`);
  if (value === null) return 'null';
  if (depth >= MAX_DEPTH) throw new NotCanonicalError(`nested deeper than ${MAX_DEPTH}`);
  return isArray(value) ? writeArray(value, depth) : writeObject(value, depth);
}

function isArray(value: object): value is readonly Json[] {
  return Array.isArray(value);
}

function writeArray(items: readonly Json[], depth: number): string {
  let out = '[';
  for (let i = 0; i < items.length; i++) out += (i > 0 ? ',' : '') + write(items[i], depth + 1);
  return out + ']';
}

function writeObject(object: { readonly [key: string]: Json | undefined }, depth: number): string {
  const { sorted, written } = orderOf(Object.keys(object));
  let out = '{';
  for (let i = 0; i < sorted.length; i++) {
    const value = object[sorted[i]!];
    if (value === undefined) continue;
    out += (out.length > 1 ? ',' : '') + written[i]! + write(value, depth + 1);
  }
  return out + '}';
}

/** The keys of an object as they came, in order, and as they are written. */
interface KeyOrder {
  readonly given: readonly string[];
  readonly sorted: readonly string[];
  readonly written: readonly string[];
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
  return { given, sorted, written: sorted.map((key) => writeString(key) + ':') };
}

/** Up to here, looking at each character is quicker than asking V8 twice. */
const SHORT = 64;

function writeString(text: string): string {
  if (text.length <= SHORT && isPlain(text)) return '"' + text + '"';
  if (!isWellFormed(text)) throw new NotCanonicalError('a string holds a lone surrogate');
  // ECMAScript's JSON.stringify escapes exactly what RFC 8785 (section 3.2.2.2) prescribes.
  return JSON.stringify(text);
}

/** Whether nothing in it needs an escape, and no surrogate needs a second look. */
function isPlain(text: string): boolean {
  const { length } = text;
  for (let i = 0; i < length; i++) {
    const unit = unitAt(text, i);
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c || (unit & 0xf800) === 0xd800) return false;
  }
  return true;
}

function writeNumber(value: number): string {
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
