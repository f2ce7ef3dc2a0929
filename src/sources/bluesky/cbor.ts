/** DAG-CBOR and CIDs: reading them, and checking that bytes are those that a CID names. */
import { createHash } from 'node:crypto';
import { decode, decodeFirst } from '@atcute/cbor';
import { fromString } from '@atcute/cid';
import { Rejection } from '../../core/errors.js';
import { isObject, type JsonObject } from '../shared/json.js';

/** A CID in bytes: version 1, codec, SHA-256, 32 bytes of digest. No other kind is in use. */
export const CID_LENGTH = 36;
export const DAG_CBOR = 0x71;

export interface Cid {
  readonly codec: number;
  readonly digest: Buffer;
  readonly bytes: Buffer;
}

/** Undefined where the bytes do not begin with a CID of the kind that repositories use. */
export function cidAt(bytes: Buffer, at = 0): Cid | undefined {
  if (bytes.length < at + CID_LENGTH) return undefined;
  const codec = bytes[at + 1]!;
  const usual =
    bytes[at] === 1 && (codec === DAG_CBOR || codec === 0x55) && bytes[at + 2] === 0x12 && bytes[at + 3] === 32;
  if (!usual) return undefined;
  return { codec, digest: bytes.subarray(at + 4, at + CID_LENGTH), bytes: bytes.subarray(at, at + CID_LENGTH) };
}

export function isNamedBy(cid: Cid, bytes: Uint8Array): boolean {
  return createHash('sha256').update(bytes).digest().equals(cid.digest);
}

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** `bafyrei…`, as records and people write it. */
export function showCid({ bytes }: Pick<Cid, 'bytes'>): string {
  let text = 'b';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32.charAt((held >> (bits - 5)) & 31);
  }
  return bits === 0 ? text : text + BASE32.charAt((held << (5 - bits)) & 31);
}

/** A link (`{$link}` or what stands for one after decoding) as a CID in bytes. */
export function cidOfLink(link: unknown): Cid | undefined {
  const bytes = (link as { bytes?: unknown } | null)?.bytes;
  if (bytes instanceof Uint8Array) return cidAt(bufferOf(bytes));
  const text = linkText(link);
  if (text === undefined) return undefined;
  try {
    return cidAt(bufferOf(fromString(text).bytes));
  } catch {
    return undefined;
  }
}

/** The CID that a link (`{"$link":"bafy…"}`) names. */
export function linkText(link: unknown): string | undefined {
  const text = isObject(link) ? link['$link'] : undefined;
  return typeof text === 'string' ? text : undefined;
}

/** Bytes, decoded or as JSON writes them (`{"$bytes":"…"}`). */
export function bytesOf(value: unknown): Buffer | undefined {
  const held = (value as { buf?: unknown } | null)?.buf;
  if (held instanceof Uint8Array) return bufferOf(held);
  const text = isObject(value) ? value['$bytes'] : undefined;
  return typeof text === 'string' ? Buffer.from(text, 'base64') : undefined;
}

export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Throws a Rejection for what is no DAG-CBOR, or holds text that is no UTF-8. */
export function decodeObject(bytes: Uint8Array, what: string): JsonObject {
  const value = guard(() => decode(bytes) as unknown, what);
  if (!isObject(value)) throw new Rejection('malformed', `${what} is no CBOR map`);
  assertUtf8(value, bufferOf(bytes), what);
  return value;
}

/** The first of several values one after another, and the rest. */
export function decodeNext(bytes: Uint8Array, what: string): { readonly value: unknown; readonly rest: Uint8Array } {
  const [value, rest] = guard(() => decodeFirst(bytes) as [unknown, Uint8Array], what);
  return { value, rest };
}

function guard<T>(read: () => T, what: string): T {
  try {
    return read();
  } catch (error) {
    // Whatever the library throws (TypeError, RangeError, Error) is about these bytes.
    throw new Rejection('malformed', `${what} is no DAG-CBOR: ${(error as Error).message.slice(0, 120)}`);
  }
}

const REPLACEMENT = Buffer.from('\ufffd');

/** The decoder writes U+FFFD where bytes are no UTF-8; where the bytes hold none themselves, that is what happened. */
export function assertUtf8(value: unknown, bytes: Buffer, what: string): void {
  if (holdsReplacement(value, 0) && !bytes.includes(REPLACEMENT)) {
    throw new Rejection('invalid-encoding', `${what} holds text that is not UTF-8`);
  }
}

function holdsReplacement(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return value.includes('\ufffd');
  if (typeof value !== 'object' || value === null || depth > 32 || 'bytes' in value || 'buf' in value) return false;
  for (const key in value) if (holdsReplacement((value as JsonObject)[key], depth + 1)) return true;
  return false;
}
