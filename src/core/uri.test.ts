import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { actorKey, actorUri, InvalidUriError, perdureUri, postKey, postUri, segment } from './uri.js';

describe('canonical URIs', () => {
  it.each([
    'https://x.com/i/status/808697155834195968',
    'at://did:plc:abc/app.bsky.feed.post/3k',
    'tag:a.example,2017-04-05:objectId=1:objectType=Status',
    'perdure:telegram:channel:1:2',
    'https://a.example/حلب',
    'https://a.example/🔥',
  ])('may be %s', (text) => expect(postUri(text)).toBe(text));

  it.each([
    ['nothing', ''],
    ['no scheme', '//a.example/1'],
    ['a scheme in upper case', 'HTTPS://a.example/1'],
    ['a space', 'https://a.example/a b'],
    ['a line end', 'https://a.example/\n'],
    ['a placeholder', 'https://a.example/{{id}}'],
    ['half a character', 'https://a.example/\ud83d'],
    ['no end', 'https://a.example/' + 'a'.repeat(2_048)],
  ])('may not hold %s', (_, text) => expect(() => postUri(text)).toThrow(InvalidUriError));

  it('give a post and an actor of one URI different keys', () => {
    const text = 'https://a.example/nour';
    expect(postKey(postUri(text))).not.toBe(actorKey(actorUri(text)));
    expect(perdureUri(postKey(postUri(text)))).toMatch(/^perdure:post:[0-9a-f-]{36}$/);
  });

  it('take any text as a segment, and different ones for different texts', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(segment(a)).toMatch(/^(?:[\w.~-]|%[0-9A-F]{2})*$/);
        expect(segment(a) === segment(b)).toBe(a === b);
        expect(decodeURIComponent(segment(a))).toBe(a);
      }),
    );
    expect(segment('half \ud83d')).toBe('half%20%5Cud83d');
  });
});
