/** Reading a record's JSON, and looking into unknown JSON without trusting it. */
import { isAscii } from 'node:buffer';
import { Rejection } from '../../core/errors.js';

export type JsonObject = { readonly [key: string]: unknown };

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The record as text. Throws a Rejection (`invalid-encoding`) naming the first wrong byte. */
export function decodeUtf8(record: Uint8Array): string {
  // Most records are ASCII, which is checked at memory's speed and needs no decoding.
  if (isAscii(record)) return bufferOf(record).toString('latin1');
  try {
    return decoder.decode(record);
  } catch {
    const lossy = bufferOf(record).toString('utf8');
    const at = Buffer.byteLength(lossy.slice(0, lossy.indexOf('\ufffd')));
    throw new Rejection('invalid-encoding', `not UTF-8 from byte ${at} of the record on; convert the file to UTF-8`);
  }
}

/** The same bytes, with what Node's buffers can do. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const ESCAPE = Buffer.from('\\u');

/** Whether a record may spell half of a surrogate pair as an escape: UTF-8 cannot hold one otherwise. Most have no escape. */
export function mayHoldSurrogates(record: Uint8Array): boolean {
  const bytes = bufferOf(record);
  return bytes.includes(ESCAPE) && (bytes.includes('\\ud') || bytes.includes('\\uD'));
}

/** The record as a JSON value. Throws a Rejection (`malformed`, `invalid-encoding`). */
export function parseJson(record: Uint8Array): unknown {
  const text = decodeUtf8(record);
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text) as unknown;
  } catch (error) {
    throw new Rejection('malformed', `not JSON: ${saidOf(error as Error)}`);
  }
}

/** Later versions of V8 add the line and the column: the same bytes are to get the same words from all of them. */
function saidOf({ message }: Error): string {
  return message.replace(/ \(line \d+ column \d+\)$/, '').slice(0, 200);
}

/** The record as a JSON object. Throws a Rejection when it is another value. */
export function parseObject(record: Uint8Array): JsonObject {
  const value = parseJson(record);
  if (!isObject(value)) throw new Rejection('not-a-post', `the record is ${nameOf(value)}, not an object`);
  return value;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asObject(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

export function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A finite number, also from a string of digits (X writes all its numbers so). */
export function asNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

export function asBoolean(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

/**
 * A decimal id that may be wider than a double: taken as a string where there is one, as a number only while it is
 * exact.
 */
export function asId(value: unknown): string | undefined {
  if (typeof value === 'string') return /^\d{1,20}$/.test(value) ? value : undefined;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
