import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { keyOf, sha256 } from './digest.js';
import { neighbourhood } from './neighbourhood.js';
import { placedPostKey, postKey, postUri } from './uri.js';

const TWEET = 'https://x.com/i/status/1808697155834195968';
const SKEET = 'at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3jzfcijpj2z2a';
const MESSAGE = 'perdure:telegram:channel:1006503122:12345';

const bitsOf = (prefix: string): number => createHash('sha256').update(prefix).digest().readUInt16BE();

describe('the key of a post', () => {
  // Worked out by hand (Python's hashlib): the hash of the whole URI, with its first four digits replaced.
  it.each([
    [TWEET, '5c8a8fcb2b3dc150b3f8f1b5373cd8fe', 'bd088fcb2b3dc150b3f8f1b5373cd8fe'],
    [SKEET, 'c62344bc08168476ec88cbc73f4fd197', '3e8c44bc08168476ec88cbc73f4fd197'],
    [MESSAGE, '72d849ed90759bb0e45e093213e8818b', 'de1349ed90759bb0e45e093213e8818b'],
    ['https://حلب.example/منشور/😢', '5b6811e4074e5d7e5737223c0cdbdc64', '121011e4074e5d7e5737223c0cdbdc64'],
  ])('%s', (uri, hash, key) => {
    expect(postKey(postUri(uri))).toBe(key);
    expect(placedPostKey(postUri(uri))).toEqual({ key, hash });
    expect(keyOf('post', uri)).toBe(hash);
  });

  it('has all but its first 16 bits from the whole URI', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (text) => {
        const uri = postUri(text);
        expect(postKey(uri).slice(4)).toBe(sha256(`post\u001f${uri}`).slice(4, 32));
      }),
    );
  });
});

describe('a neighbourhood', () => {
  it.each([
    ['a snowflake, 2.7 days', TWEET, 'https://x.com/i/status/1808'],
    ['a TID, 9.5 hours', SKEET, 'at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3jzf'],
    ['a thousand messages', MESSAGE, 'perdure:telegram:channel:1006503122:12'],
    ['the whole channel for short numbers', 'perdure:telegram:channel:1:123', 'perdure:telegram:channel:1:'],
    ['one digit of four', 'https://a.example/1234', 'https://a.example/1'],
    ['three digits of six', 'https://a.example/123456', 'https://a.example/123'],
    ['four digits of seven', 'https://a.example/1234567', 'https://a.example/1234'],
    ['the last run, if it is not the end', 'https://a.example/n/12345/', 'https://a.example/n/12'],
    ['a run within escapes', 'https://a.example/%D8%AD', 'https://a.example/%D8%'],
    ['no letters but ASCII ones', 'https://a.example/1234٣حلب', 'https://a.example/1'],
    ['a URI without any, whole', '…/حلب/😢', '…/حلب/😢'],
  ])('is that of its prefix: %s', (_, uri, prefix) => {
    expect(neighbourhood(uri)).toBe(bitsOf(prefix));
    // What was met in between, and met before, changes nothing.
    neighbourhood('https://elsewhere.example/999999');
    expect(neighbourhood(uri)).toBe(bitsOf(prefix));
  });

  it('is shared by neighbours, and by nobody else', () => {
    const of = (n: bigint): number => neighbourhood(`https://x.com/i/status/${n}`);
    expect(of(1808697155834195968n)).toBe(of(1808999999999999999n));
    expect(of(1808697155834195968n)).not.toBe(of(1809000000000000000n));
  });

  it('is right for more prefixes than are remembered', () => {
    const uri = (n: number): string => `https://a.example/${n}/12345`;
    for (let n = 0; n < 150_000; n++) neighbourhood(uri(n));
    for (const n of [0, 1, 69_999, 70_000, 70_001, 149_999])
      expect(neighbourhood(uri(n))).toBe(bitsOf(`https://a.example/${n}/12`));
  });
});
