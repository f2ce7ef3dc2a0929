import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EnvelopeError, masterKey, newMasterKey, open, rewrap, seal, type Envelope } from './envelope.js';

const key = newMasterKey();
const BELONGINGS = ['main', 'mastodon', 'bearer', 'social.example', undefined];
const SECRET = 'tok_sosecret_ملح';

/** The same bytes with one bit turned over. */
function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 1;
  return copy;
}

describe('an envelope', () => {
  it('gives back what was put in, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.array(fc.option(fc.string(), { nil: undefined })),
        (secret, of) => {
          expect(open(seal(secret, of, key), of, key)).toBe(secret);
        },
      ),
    );
  });

  it('shows nothing of it, and nothing twice', () => {
    const [one, two] = [seal(SECRET, BELONGINGS, key), seal(SECRET, BELONGINGS, key)];
    for (const { sealed, wrappedKey } of [one, two]) {
      expect(sealed.includes(SECRET)).toBe(false);
      expect(wrappedKey.includes(key.bytes)).toBe(false);
    }
    expect(one.sealed.equals(two.sealed)).toBe(false);
    expect(one.wrappedKey.equals(two.wrappedKey)).toBe(false);
  });

  it('is found out where any bit of it was altered', () => {
    const envelope = seal(SECRET, BELONGINGS, key);
    for (const part of ['sealed', 'wrappedKey'] as const) {
      for (let at = 0; at < envelope[part].length; at++) {
        const altered: Envelope = { ...envelope, [part]: flipped(envelope[part], at) };
        expect(() => open(altered, BELONGINGS, key)).toThrow(EnvelopeError);
      }
      for (const length of [0, 1, 28, envelope[part].length - 1]) {
        const cut: Envelope = { ...envelope, [part]: envelope[part].subarray(0, length) };
        expect(() => open(cut, BELONGINGS, key)).toThrow(EnvelopeError);
      }
    }
    expect(() => open({ ...envelope, keyId: '0'.repeat(16) }, BELONGINGS, key)).toThrow(EnvelopeError);
  });

  it.each<[string, (string | undefined)[]]>([
    ['name', ['other', 'mastodon', 'bearer', 'social.example', undefined]],
    ['platform', ['main', 'bluesky', 'bearer', 'social.example', undefined]],
    ['host', ['main', 'mastodon', 'bearer', 'evil.example', undefined]],
    ['host that is absent', ['main', 'mastodon', 'bearer', undefined, undefined]],
    ['empty part in place of an absent one', ['main', 'mastodon', 'bearer', 'social.example', '']],
    ['part more', [...BELONGINGS, undefined]],
    ['place where one part ends', ['mainm', 'astodon', 'bearer', 'social.example', undefined]],
  ])('does not open for another %s', (_what, others) => {
    expect(() => open(seal(SECRET, BELONGINGS, key), others, key)).toThrow(EnvelopeError);
  });

  it('does not open with another key, nor with parts of another', () => {
    const other = newMasterKey();
    const [one, two] = [seal(SECRET, BELONGINGS, key), seal('another', BELONGINGS, key)];
    expect(() => open({ ...one, keyId: other.id }, BELONGINGS, other)).toThrow(EnvelopeError);
    expect(() => open({ ...one, wrappedKey: two.wrappedKey }, BELONGINGS, key)).toThrow(EnvelopeError);
    expect(() => open({ ...one, sealed: one.wrappedKey }, BELONGINGS, key)).toThrow(EnvelopeError);
  });

  it('is wrapped anew without the secret being touched', () => {
    const next = newMasterKey();
    const before = seal(SECRET, BELONGINGS, key);
    const after = rewrap(before, BELONGINGS, key, next);
    expect(after).toMatchObject({ sealed: before.sealed, keyId: next.id });
    expect(open(after, BELONGINGS, next)).toBe(SECRET);
    expect(() => open(after, BELONGINGS, key)).toThrow(EnvelopeError);
    expect(() => rewrap(before, ['x'], key, next)).toThrow(EnvelopeError);
    expect(() => rewrap(before, BELONGINGS, next, key)).toThrow(EnvelopeError);
  });

  it('names its key without showing it', () => {
    const bytes = Buffer.alloc(32, 7);
    expect(masterKey(bytes).id).toBe(masterKey(Buffer.from(bytes)).id);
    expect(masterKey(bytes).id).toMatch(/^[0-9a-f]{16}$/);
    expect(masterKey(bytes).id).not.toBe(key.id);
    expect(() => masterKey(Buffer.alloc(31))).toThrow(RangeError);
  });

  it('that was sealed by an earlier version opens', () => {
    // Written by this version's first build; if this fails, credentials in people's databases are lost.
    const envelope: Envelope = JSON.parse(FIRST, (name, value: unknown) =>
      name === 'sealed' || name === 'wrappedKey' ? Buffer.from(value as string, 'base64') : value,
    ) as Envelope;
    expect(open(envelope, ['main', undefined], masterKey(Buffer.alloc(32, 7)))).toBe('first');
  });
});

const FIRST =
  '{"sealed":"AeAyhzqUAqUniKc11uYAHqAqlBCfhnR1Hp7tdT7X9r9jQQ==","wrappedKey":"AdlFXJowGenCSVw+1bAcGW1HneeY7REzhaxheYUmIqtfJkO5iZiu97THYG39PJtqZcJl7OxdfOKbxbTM7g==","keyId":"6a886a0fcabaf11f"}';
