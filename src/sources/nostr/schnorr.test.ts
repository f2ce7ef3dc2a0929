/** Both builds of the check answer as BIP-340 says, and alike. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { schnorr } from '@noble/curves/secp256k1.js';
import fc from 'fast-check';
import { sha256 } from '../../core/digest.js';
import { verify, verifyInWebAssembly, verifyNatively, type Verify } from './schnorr.js';

/** The vectors that BIP-340 publishes for messages of 32 bytes (bips, bip-0340/test-vectors.csv, 0 to 14). */
const VECTORS = readFileSync(join(__dirname, 'bip340-vectors.csv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.toLowerCase().split(','));

const ORDER = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141';
const FIELD = 'fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f';
const [ZERO, ONE] = ['0'.repeat(64), '1'.padStart(64, '0')];

const builds: [string, Verify][] = [['WebAssembly', verifyInWebAssembly]];
if (verifyNatively) builds.push(['machine code', verifyNatively]);

interface Signed {
  readonly id: string;
  readonly key: string;
  readonly signature: string;
}

function signed(seed: string): Signed {
  const secret = Buffer.from(sha256(`secret ${seed}`), 'hex');
  const id = sha256(`message ${seed}`);
  return {
    id,
    key: Buffer.from(schnorr.getPublicKey(secret)).toString('hex'),
    signature: Buffer.from(schnorr.sign(Buffer.from(id, 'hex'), secret, Buffer.from(ZERO, 'hex'))).toString('hex'),
  };
}

it('machine code is used where the package has a build of it', () => {
  const machine = `${process.platform}-${process.arch}`;
  if (['linux-x64', 'darwin-arm64'].includes(machine)) expect(verifyNatively).toBeDefined();
  expect(verify).toBe(verifyNatively ?? verifyInWebAssembly);
});

describe.each(builds)('in %s', (_, verifies) => {
  it.each(VECTORS)('vector %s', (_index, _secret, key, _random, message, signature, result) => {
    expect(verifies(message, key, signature)).toBe(result === 'true');
  });

  it('takes nothing for right that differs in one bit', () => {
    const { id, key, signature } = signed('one bit');
    expect(verifies(id, key, signature)).toBe(true);
    for (const position of [0, 63, 64, 127]) {
      const digit = (parseInt(signature[position]!, 16) ^ 1).toString(16);
      expect(verifies(id, key, signature.slice(0, position) + digit + signature.slice(position + 1))).toBe(false);
    }
    expect(verifies(sha256('other'), key, signature)).toBe(false);
    expect(verifies(id, signed('another').key, signature)).toBe(false);
  });

  it('takes no numbers out of range, and none that stands for infinity', () => {
    const { id, key, signature } = signed('out of range');
    const [r, s] = [signature.slice(0, 64), signature.slice(64)];
    for (const x of [ZERO, ONE, ORDER, FIELD, 'f'.repeat(64)]) {
      expect(verifies(id, x, signature)).toBe(false);
      expect(verifies(id, key, x + s)).toBe(false);
      expect(verifies(id, key, r + x)).toBe(false);
    }
  });
});

it('both builds, and an implementation that shares no code with them, say the same of whatever was altered', () => {
  const hex = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));
  const kinds = fc.constantFrom('nothing', 'id', 'key', 'r', 's', '-s');
  fc.assert(
    fc.property(fc.string(), hex, kinds, (seed, other, altered) => {
      const { id, key, signature } = signed(seed);
      const [r, s] = [signature.slice(0, 64), signature.slice(64)];
      const negated = ((BigInt(`0x${ORDER}`) - BigInt(`0x${s}`)) % BigInt(`0x${ORDER}`)).toString(16).padStart(64, '0');
      const given: [string, string, string] = [
        altered === 'id' ? other : id,
        altered === 'key' ? other : key,
        (altered === 'r' ? other : r) + (altered === 's' ? other : altered === '-s' ? negated : s),
      ];
      const right = schnorr.verify(
        Buffer.from(given[2], 'hex'),
        Buffer.from(given[0], 'hex'),
        Buffer.from(given[1], 'hex'),
      );
      for (const [, verifies] of builds) expect(verifies(...given)).toBe(right);
    }),
    { numRuns: 100 },
  );
});
