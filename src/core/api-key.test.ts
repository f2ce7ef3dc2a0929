import { describe, expect, it } from '@jest/globals';
import { allows, newApiKey, readApiKey, sameDigest } from './api-key.js';
import { sha256 } from './digest.js';

describe('an API key', () => {
  it('is read back as what it was made', () => {
    for (let n = 0; n < 200; n++) {
      const { id, text, digest } = newApiKey();
      expect(text).toMatch(/^perdure_[0-9a-f]{12}_[A-Za-z0-9_-]{49}$/);
      expect(readApiKey(text)).toEqual({ id, digest });
    }
  });

  it('is never the same twice', () => {
    const made = Array.from({ length: 100 }, newApiKey);
    expect(new Set(made.map(({ id }) => id)).size).toBe(100);
    expect(new Set(made.map(({ text }) => text.slice(21))).size).toBe(100);
  });

  it('that was mistyped anywhere, cut or added to is told as such', () => {
    const { text } = newApiKey();
    for (let at = 'perdure_'.length; at < text.length; at++) {
      const other = text[at] === 'a' ? 'b' : 'a';
      expect(readApiKey(text.slice(0, at) + other + text.slice(at + 1))).toBe('mistyped');
      expect(readApiKey(text.slice(0, at) + text.slice(at + 1))).toBe('mistyped');
    }
    expect(readApiKey(`${text}x`)).toBe('mistyped');
    expect(readApiKey(`${text}\n`)).toBe('mistyped');
    expect(readApiKey('perdure_')).toBe('mistyped');
  });

  it('is not what anything else is', () => {
    expect(['', 'secret', 'ghp_1234'].map(readApiKey)).toEqual(['other', 'other', 'other']);
  });
});

it('a role allows what those before it do', () => {
  expect([allows('reader', 'reader'), allows('reader', 'archivist')]).toEqual([true, false]);
  expect([allows('administrator', 'archivist'), allows('archivist', 'administrator')]).toEqual([true, false]);
});

it('digests are compared whole', () => {
  expect(sameDigest(sha256('a'), sha256('a'))).toBe(true);
  expect(sameDigest(sha256('a'), sha256('b'))).toBe(false);
});
