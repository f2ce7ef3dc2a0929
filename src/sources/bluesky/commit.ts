/**
 * A repository's commit: who says it, the tree of all that they say, and their signature over both.
 *
 *   {did, version: 3, rev: TID, data: CID of the tree's root, prev: CID | null, sig: 64 bytes}
 *
 * The signature is ECDSA over the SHA-256 of the same map without `sig`.
 */
import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { encode } from '@atcute/cbor';
import { isPoint, verify as verifyK256 } from 'tiny-secp256k1';
import { isObject, type JsonObject } from '../shared/json.js';
import { bytesOf, cidOfLink, decodeNext, type Cid } from './cbor.js';
import { isDid } from './uri.js';

export interface Commit {
  readonly did: string;
  readonly version: number;
  readonly rev?: string;
  /** The tree's root. */
  readonly data: Cid;
  readonly sig?: Buffer;
  /** What was signed. */
  readonly signed: Uint8Array;
}

/** Undefined where the block is no commit of version 2 or 3. Throws a Rejection where it is no CBOR. */
export function commitOf(block: Uint8Array): Commit | undefined {
  const { value } = decodeNext(block, 'the commit');
  if (!isObject(value)) return undefined;
  const { did, version, rev } = value;
  const data = cidOfLink(value['data']);
  if (!isDid(did) || !data || (version !== 2 && version !== 3)) return undefined;
  const { sig, ...unsigned } = value;
  const signature = bytesOf(sig);
  return {
    did,
    version,
    ...(typeof rev === 'string' && { rev }),
    data,
    ...(signature && { sig: signature }),
    signed: encode(unsigned),
  };
}

/** A key that signs commits, as a DID document names it. */
export interface Key {
  readonly curve: 'p256' | 'k256';
  /** The point, compressed (33 bytes) or not (65), in hex. */
  readonly point: string;
}

/**
 * Of two numbers S that fit only the lower is allowed; servers of early 2023 (version 2) did not see to it.
 * One check costs 0.2 ms for secp256k1 (libsecp256k1 in WebAssembly), 0.05 for P-256 (OpenSSL); in JavaScript alone, 1.1.
 */
export function isSignedBy({ sig, signed, version }: Commit, { curve, point }: Key): boolean {
  if (sig?.length !== 64) return false;
  const strict = version > 2;
  const bytes = Buffer.from(point, 'hex');
  if (curve === 'k256') {
    return (
      isPoint(bytes) && isInRange(sig) && verifyK256(createHash('sha256').update(signed).digest(), bytes, sig, strict)
    );
  }
  if (strict && sig.subarray(32).compare(P256_HALF_ORDER) > 0) return false;
  const key = p256Key(point, bytes);
  return key !== undefined && verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, sig);
}

const P256_HALF_ORDER = Buffer.from('7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8', 'hex');
const K256_ORDER = Buffer.from('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141', 'hex');

/** Numbers beyond the curve's order are no signature. */
function isInRange(sig: Buffer): boolean {
  return sig.subarray(0, 32).compare(K256_ORDER) < 0 && sig.subarray(32).compare(K256_ORDER) < 0;
}

/** SubjectPublicKeyInfo (RFC 5480) of a P-256 point, compressed or not, up to the point itself. */
const P256_COMPRESSED = Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex');
const P256_WHOLE = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');

/** An account signs again and again. Bounded; the answer is the same with and without. */
const p256Keys = new Map<string, KeyObject | undefined>();
const MAX_KEYS = 4_096;

function p256Key(point: string, bytes: Buffer): KeyObject | undefined {
  if (p256Keys.has(point)) return p256Keys.get(point);
  if (p256Keys.size >= MAX_KEYS) p256Keys.clear();
  const key = importP256(bytes);
  p256Keys.set(point, key);
  return key;
}

function importP256(point: Buffer): KeyObject | undefined {
  const prefix = point.length === 33 ? P256_COMPRESSED : P256_WHOLE;
  try {
    return createPublicKey({ key: Buffer.concat([prefix, point]), format: 'der', type: 'spki' });
  } catch {
    // A point that is on no curve: nothing can be signed by it.
    return undefined;
  }
}

// ── DID documents ───────────────────────────────────────────────────────────────────────────────────────────────────

/** Which account a DID document is of, and the key that signs its repository. Undefined for what is no such document. */
export function documentOf(value: unknown): { readonly did: string; readonly key?: Key } | undefined {
  if (!isObject(value) || !isDid(value['id']) || !Array.isArray(value['verificationMethod'])) return undefined;
  const did = value['id'];
  const method = (value['verificationMethod'] as unknown[])
    .filter(isObject)
    .find(({ id }) => id === '#atproto' || id === `${did}#atproto`);
  const key = method && keyOf(method);
  return { did, ...(key && { key }) };
}

/** The first bytes of a Multikey tell the curve; older documents tell it by `type`, and give the point whole. */
function keyOf(method: JsonObject): Key | undefined {
  const text = method['publicKeyMultibase'];
  const bytes =
    typeof text === 'string' && text.startsWith('z') && text.length < 200 ? base58(text.slice(1)) : undefined;
  if (!bytes) return undefined;
  if (method['type'] === 'Multikey') {
    const curve =
      bytes[1] !== 0x01 && bytes[1] !== 0x24
        ? undefined
        : bytes[0] === 0xe7
          ? 'k256'
          : bytes[0] === 0x80
            ? 'p256'
            : undefined;
    return curve && { curve, point: bytes.subarray(2).toString('hex') };
  }
  const point = bytes.toString('hex');
  if (method['type'] === 'EcdsaSecp256r1VerificationKey2019') return { curve: 'p256', point };
  return method['type'] === 'EcdsaSecp256k1VerificationKey2019' ? { curve: 'k256', point } : undefined;
}

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

function base58(text: string): Buffer | undefined {
  let value = 0n;
  for (const char of text) {
    const digit = BASE58.indexOf(char);
    if (digit < 0) return undefined;
    value = value * 58n + BigInt(digit);
  }
  const zeros = /^1*/.exec(text)![0].length;
  const hex = value === 0n ? '' : value.toString(16);
  return Buffer.concat([Buffer.alloc(zeros), Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex')]);
}
