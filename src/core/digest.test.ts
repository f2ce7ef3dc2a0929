import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidDigestError, keyOf, parseDigest, parseKey, sha256, showDigest, showKey } from './digest.js';

describe('digests', () => {
  it('are SHA-256 over bytes, or over the UTF-8 of a text', () => {
    expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => expect(sha256(text)).toBe(sha256(Buffer.from(text)))),
    );
  });

  it('are read back from how they are shown, and nothing else is', () => {
    const digest = sha256('حلب');
    expect(parseDigest(showDigest(digest))).toBe(digest);
    expect(parseDigest(digest)).toBe(digest);
    for (const wrong of ['', 'sha256:', digest.toUpperCase(), `sha512:${digest}`, `${digest}0`, ` ${digest}`]) {
      expect(() => parseDigest(wrong)).toThrow(InvalidDigestError);
    }
  });
});

describe('keys', () => {
  it('differ for different sequences, whatever these hold', () => {
    const part = fc.array(fc.constantFrom('a', '', '\u001f', '\u001e', 's', 'e')).map((all) => all.join(''));
    const parts = fc.array(part, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        expect(keyOf(...a) === keyOf(...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
      { numRuns: 2000 },
    );
    expect(keyOf('a', 'b\u001fc')).not.toBe(keyOf('a', 'b', 'c'));
  });

  it('are the first half of a digest over the joined parts', () => {
    expect(keyOf('post', 'https://a.example/1')).toBe(sha256('post\u001fhttps://a.example/1').slice(0, 32));
  });

  it('are read back from either spelling', () => {
    const key = keyOf('post', 'https://a.example/1');
    expect(showKey(key)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(parseKey(showKey(key))).toBe(key);
    expect(parseKey(key.toUpperCase())).toBe(key);
    expect(parseKey('no key')).toBeUndefined();
  });
});
