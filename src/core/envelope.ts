/**
 * Envelope encryption of short secrets: each is sealed with a data key of its own, and the data key is wrapped by a
 * master key. A new master key wraps the data keys anew; the sealed secrets stay as they are.
 *
 * AES-256-GCM (NIST SP 800-38D) both times. A box is: version (1 byte, 0x01), nonce (12, random), ciphertext, tag (16).
 * What the secret belongs to is authenticated with it, so that a row of the database that was copied over another, or
 * whose host was changed, does not open. Pure but for the random bytes.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

export interface MasterKey {
  /** Says which key it is, and nothing else about it. */
  readonly id: string;
  /** 32 bytes. */
  readonly bytes: Buffer;
}

export interface Envelope {
  /** The box of the secret. */
  readonly sealed: Buffer;
  /** The box of the data key. */
  readonly wrappedKey: Buffer;
  /** The master key that the data key is wrapped by. */
  readonly keyId: string;
}

/** What a secret belongs to: in this order, to the letter. An absent part is another than an empty one. */
export type Belongings = readonly (string | undefined)[];

/** It does not open: another key, other belongings, or altered bytes; which of them, nobody can tell. */
export class EnvelopeError extends Error {
  override readonly name = 'EnvelopeError';
}

export const KEY_BYTES = 32;
const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Throws a RangeError unless it is 32 bytes. */
export function masterKey(bytes: Buffer): MasterKey {
  if (bytes.length !== KEY_BYTES) throw new RangeError(`a master key has ${KEY_BYTES} bytes, not ${bytes.length}`);
  return { id: createHmac('sha256', bytes).update('perdure: id of a master key').digest('hex').slice(0, 16), bytes };
}

export function newMasterKey(): MasterKey {
  return masterKey(randomBytes(KEY_BYTES));
}

export function seal(secret: string, belongings: Belongings, key: MasterKey): Envelope {
  const dataKey = randomBytes(KEY_BYTES);
  const about = encoded(belongings);
  return {
    sealed: close(Buffer.from(secret, 'utf8'), dataKey, SECRET, about),
    wrappedKey: close(dataKey, key.bytes, DATA_KEY, about),
    keyId: key.id,
  };
}

/** @throws EnvelopeError */
export function open(envelope: Envelope, belongings: Belongings, key: MasterKey): string {
  const about = encoded(belongings);
  return unbox(envelope.sealed, dataKeyOf(envelope, about, key), SECRET, about).toString('utf8');
}

/** The same secret under another master key. @throws EnvelopeError */
export function rewrap(envelope: Envelope, belongings: Belongings, from: MasterKey, to: MasterKey): Envelope {
  const about = encoded(belongings);
  const dataKey = dataKeyOf(envelope, about, from);
  return { sealed: envelope.sealed, wrappedKey: close(dataKey, to.bytes, DATA_KEY, about), keyId: to.id };
}

function dataKeyOf({ wrappedKey, keyId }: Envelope, about: Buffer, key: MasterKey): Buffer {
  if (keyId !== key.id) throw new EnvelopeError(`it is wrapped by the key ${keyId}, not by ${key.id}`);
  return unbox(wrappedKey, key.bytes, DATA_KEY, about);
}

// The two kinds of box can never be taken for each other.
const SECRET = 'perdure secret 1';
const DATA_KEY = 'perdure data key 1';

function close(content: Buffer, key: Buffer, purpose: string, about: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.concat([encoded([purpose]), about]));
  const hidden = Buffer.concat([cipher.update(content), cipher.final()]);
  return Buffer.concat([Buffer.of(VERSION), nonce, hidden, cipher.getAuthTag()]);
}

function unbox(box: Buffer, key: Buffer, purpose: string, about: Buffer): Buffer {
  if (box.length < 1 + NONCE_BYTES + TAG_BYTES || box[0] !== VERSION)
    throw new EnvelopeError('it is no box of this version');
  const nonce = box.subarray(1, 1 + NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.concat([encoded([purpose]), about]));
  decipher.setAuthTag(box.subarray(box.length - TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(box.subarray(1 + NONCE_BYTES, box.length - TAG_BYTES)), decipher.final()]);
  } catch (error) {
    throw new EnvelopeError('it does not open: another key, another name, or altered bytes', { cause: error });
  }
}

const ABSENT = 0xffff_ffff;

/** Each part with its length before it, so that no two lists read alike. */
function encoded(parts: Belongings): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part ?? '', 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part === undefined ? ABSENT : bytes.length);
      return [length, bytes];
    }),
  );
}
