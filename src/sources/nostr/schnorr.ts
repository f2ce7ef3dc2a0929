/**
 * BIP-340: is `signature` by `key` over `id`? That is: s·G = R + e·P, where R is the even point at r, P the even point at
 * the key, and e the tagged hash of r, key and id.
 *
 * libsecp256k1 decides, in one of two builds that give the same answer for every input:
 * - In WebAssembly (tiny-secp256k1), everywhere: some 5,000 signatures a second and core.
 * - As machine code (the package secp256k1), where that ships a build for the machine: some 20,000. Its binding offers no
 *   Schnorr signatures, but recovery of ECDSA keys, which is the same equation: for a point X at x and scalars m and t it
 *   computes x⁻¹·(t·X − m·G). With X = P, t = e·x and m = s·x that is e·P − s·G, and the signature is right exactly if
 *   this is −R: at r, with an odd y.
 */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { verifySchnorr } from 'tiny-secp256k1';

/** @param id, key 32 bytes, @param signature 64 bytes, all in lower-case hex. False for whatever is no point, no number. */
export type Verify = (id: string, key: string, signature: string) => boolean;

/** What is used of the binding. Throws where what it is given describes no point. */
interface Native {
  ecdsaRecover(signature: Uint8Array, recoveryId: number, message: Uint8Array, compressed: true): Uint8Array;
}

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const EVEN = 0;
const ODD_PREFIX = 3;

const tag = createHash('sha256').update('BIP0340/challenge').digest();
const challenge = createHash('sha256').update(tag).update(tag);

export const verifyInWebAssembly: Verify = (id, key, signature) => {
  try {
    return verifySchnorr(Buffer.from(id, 'hex'), Buffer.from(key, 'hex'), Buffer.from(signature, 'hex'));
  } catch (error) {
    // A key that is no point of the curve, a signature out of range: so the library says that nothing can verify.
    if (error instanceof TypeError) return false;
    throw error;
  }
};

/** Undefined where the package has no build for this machine. */
export const verifyNatively: Verify | undefined = nativeVerifier();

export const verify: Verify = verifyNatively ?? verifyInWebAssembly;

function nativeVerifier(): Verify | undefined {
  const native = loadNative();
  if (!native) return undefined;
  return (id, key, signature) => {
    const r = signature.slice(0, 64);
    const s = BigInt(`0x${signature.slice(64)}`);
    const x = BigInt(`0x${key}`);
    const hash = challenge
      .copy()
      .update(r + key + id, 'hex')
      .digest('hex');
    const e = BigInt(`0x${hash}`) % ORDER;
    if (s >= ORDER) return false;
    // ECDSA takes no x at or above the order and no zero for t: one in 2¹²⁸, which the other build decides.
    if (x >= ORDER || e === 0n) return verifyInWebAssembly(id, key, signature);
    const point = recovered(native, key + hex32((e * x) % ORDER), hex32((s * x) % ORDER));
    return point?.[0] === ODD_PREFIX && Buffer.from(point.subarray(1)).toString('hex') === r;
  };
}

/** The point in 33 bytes: its parity, its x. Undefined where the key is none, and where the sum is the point at infinity. */
function recovered(native: Native, signature: string, message: string): Uint8Array | undefined {
  try {
    return native.ecdsaRecover(Buffer.from(signature, 'hex'), EVEN, Buffer.from(message, 'hex'), true);
  } catch (error) {
    if (error instanceof Error && error.message === 'Public key could not be recover') return undefined;
    throw error;
  }
}

function hex32(value: bigint): string {
  return value.toString(16).padStart(64, '0');
}

/** The package's own entry would fall back to a slow implementation in JavaScript; `bindings` has the native one or fails. */
function loadNative(): Native | undefined {
  const require = createRequire(import.meta.url);
  try {
    return require('secp256k1/bindings.js') as Native;
  } catch {
    // No build for this machine, or an install without optional packages.
    return undefined;
  }
}
