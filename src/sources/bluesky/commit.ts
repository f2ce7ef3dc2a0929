/**
 * A repository's commit: who says it, the tree of all that they say, and their signature over both.
 *
 *   {did, version: 3, rev: TID, data: CID of the tree's root, prev: CID | null, sig: 64 bytes}
 *
 * The signature is ECDSA over the SHA-256 of the same map without `sig`.
 */
import { encode } from '@atcute/cbor';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
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

export function isSignedBy(commit: Commit, { curve, point }: Key): boolean {
  if (commit.sig?.length !== 64) return false;
  const verifier = curve === 'p256' ? p256 : secp256k1;
  try {
    // Of two numbers S that fit only the lower is allowed; servers of early 2023 did not see to it.
    return verifier.verify(commit.sig, commit.signed, Buffer.from(point, 'hex'), { lowS: commit.version > 2 });
  } catch {
    // A point that is on no curve, a number out of range: nothing can be signed by it.
    return false;
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
