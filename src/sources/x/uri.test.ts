import { describe, expect, it } from '@jest/globals';
import { idOf, postUriFromUrl, requireId } from './uri.js';

const POST = 'https://x.com/i/status/9000000000000000001';

describe('postUriFromUrl', () => {
  it.each([
    'https://twitter.com/nour_of_the_bakery/status/9000000000000000001',
    'http://www.twitter.com/nour_of_the_bakery/statuses/9000000000000000001',
    'https://mobile.twitter.com/nour_of_the_bakery/status/9000000000000000001?s=20',
    'https://m.twitter.com/nour_of_the_bakery/status/9000000000000000001/',
    'https://x.com/nour_of_the_bakery/status/9000000000000000001/photo/1',
    'https://X.com/@nour_of_the_bakery/status/9000000000000000001#top',
    'https://x.com/i/web/status/9000000000000000001',
    'https://x.com/i/status/9000000000000000001',
    'https://twitter.com/statuses/9000000000000000001',
    'https://twitter.com/#!/nour_of_the_bakery/status/9000000000000000001',
  ])('knows %s', (url) => expect(postUriFromUrl(url)).toBe(POST));

  it.each([
    'https://vxtwitter.com/nour_of_the_bakery/status/9000000000000000001',
    'https://x.com.example/nour_of_the_bakery/status/9000000000000000001',
    'https://x.com@example.org/a/status/9000000000000000001',
    'https://example.org/https://x.com/i/status/9000000000000000001',
    'https://x.com/nour_of_the_bakery/status/0',
    'https://x.com/nour_of_the_bakery/status/12a',
    'https://x.com/nour_of_the_bakery',
    'ftp://x.com/i/status/9000000000000000001',
    'status',
    '',
  ])('leaves %s alone', (url) => expect(postUriFromUrl(url)).toBeUndefined());
});

describe('ids', () => {
  it('takes digits, and numbers only while they are exact', () => {
    expect([idOf('9'), idOf(9), idOf('09'), idOf('-1'), idOf(-1), idOf(2 ** 53), idOf(null), idOf('1e3')]).toEqual([
      '9',
      '9',
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('says why an id is none', () => {
    expect(() => requireId({ id: 2 ** 60 })).toThrow(/more than 53 bits/);
    expect(() => requireId({})).toThrow(/no-identity/);
  });
});
