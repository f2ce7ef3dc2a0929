import { createHash, hash } from 'node:crypto';

declare const brand: unique symbol;

/** A SHA-256 digest as 64 lower-case hex characters; written `sha256:<hex>` wherever people see it. */
export type Digest = string & { readonly [brand]: 'Digest' };

/** A 128-bit key: the first 16 bytes of a SHA-256, as 32 lower-case hex characters. Stored as Postgres `uuid`. */
export type Key = string & { readonly [brand]: 'Key' };

export class InvalidDigestError extends Error {
  override readonly name = 'InvalidDigestError';
  constructor(text: string) {
    super(`not a SHA-256 digest: ${JSON.stringify(text.slice(0, 80))} (expected sha256: and 64 hex characters)`);
  }
}

/** Digest of bytes, or of a string's UTF-8. */
export function sha256(data: Uint8Array | string): Digest {
  return oneShot(data, 'hex') as Digest;
}

// crypto.hash is Node 21.7+/20.12+ and twice as fast as createHash for a kilobyte; the types of Node 20 know it.
const oneShot: (data: Uint8Array | string, encoding: 'hex' | 'binary') => string =
  typeof hash === 'function'
    ? (data, encoding) => hash('sha256', data, encoding)
    : (data, encoding) => createHash('sha256').update(data).digest(encoding);

/**
 * Deterministic key of a sequence of strings. The parts are joined by U+001F, which no URI, digest or number holds;
 * where other text does, it is escaped, so that no two different sequences give the same bytes. The first part names
 * the kind of thing.
 */
export function keyOf(...parts: readonly string[]): Key {
  hashParts(parts);
  return hashedKey();
}

/** A key of which the first 16 bits are given: they stand in place of the hash's own. */
export function keyWithin(first16: number, ...parts: readonly string[]): Key {
  hashParts(parts);
  return keyAt(first16);
}

/** `hash` is what `keyOf` gives for the same parts. */
export interface PlacedKey {
  readonly key: Key;
  readonly hash: Key;
}

export function placedKeyOf(first16: number, ...parts: readonly string[]): PlacedKey {
  hashParts(parts);
  const hash = hashedKey();
  return { key: keyAt(first16), hash };
}

const digestBytes = Buffer.alloc(32);

function hashParts(parts: readonly string[]): void {
  let text = part(parts[0]!);
  for (let i = 1; i < parts.length; i++) text += '\u001f' + part(parts[i]!);
  digestBytes.write(oneShot(text, 'binary'), 'latin1');
}

/** Not `slice` of the hex: V8 keeps that as a part of the longer string, and compares such strings at a third of the speed. */
function hashedKey(): Key {
  return digestBytes.toString('hex', 0, 16) as Key;
}

function keyAt(first16: number): Key {
  digestBytes[0] = first16 >>> 8;
  digestBytes[1] = first16 & 0xff;
  return hashedKey();
}

function part(text: string): string {
  if (!text.includes('\u001f') && !text.includes('\u001e')) return text;
  return text.replaceAll('\u001e', '\u001ee').replaceAll('\u001f', '\u001es');
}

export function parseDigest(text: string): Digest {
  const hex = text.startsWith('sha256:') ? text.slice(7) : text;
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new InvalidDigestError(text);
  return hex as Digest;
}

/** `sha256:<hex>` for people and interfaces. */
export function showDigest(digest: Digest): string {
  return `sha256:${digest}`;
}

/** A key as it is shown and as Postgres prints a uuid. */
export function showKey(key: Key): string {
  return `${key.slice(0, 8)}-${key.slice(8, 12)}-${key.slice(12, 16)}-${key.slice(16, 20)}-${key.slice(20)}`;
}

/** Reads a key back from either spelling; undefined when it is none. */
export function parseKey(text: string): Key | undefined {
  const hex = text.replaceAll('-', '').toLowerCase();
  return /^[0-9a-f]{32}$/.test(hex) ? (hex as Key) : undefined;
}
