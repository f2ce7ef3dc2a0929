import { describe, expect, it } from '@jest/globals';
import { cutOf, decode, decodeIfEscaped, generatorOf, modernLinks } from './entities.js';
import { placeholderOutcome } from './placeholders.js';
import { snowflakeMs, timeOf } from './time.js';

describe('text', () => {
  it('is decoded once', () => {
    expect(decode('a &amp;lt; b &lt; c &eacute;')).toBe('a &lt; b < c &eacute;');
    expect(decodeIfEscaped('1 &lt; 2 &amp; 3')).toBe('1 < 2 & 3');
    expect(decodeIfEscaped('1 < 2 and &amp; was typed')).toBe('1 < 2 and &amp; was typed');
  });

  const long = 'word '.repeat(54) + 'end…';
  it.each([
    ['a repost', 'RT @a: b…', '1', [], true, 'all'],
    [
      'a link to the post itself',
      'word… https://t.co/a',
      '77',
      [{ url: 'https://t.co/a', expanded: 'https://twitter.com/i/web/status/77' }],
      false,
      'all',
    ],
    ['a long post of today', long, '9000000000000000001', [], false, 'text'],
    ['a long post with its picture', `${long} https://t.co/a`, '9000000000000000001', [], false, 'text'],
    ['an old post that trails off', long, '90000000000000001', [], false, 'none'],
    ['a short one', 'well…', '9000000000000000001', [], false, 'none'],
    ['an ellipsis with more behind it', `${long} and then`, '9000000000000000001', [], false, 'none'],
  ] as const)('knows %s', (_what, text, id, links, isRepost, cut) =>
    expect(cutOf(text, id, links, isRepost)).toBe(cut),
  );
});

describe('the rest', () => {
  it('takes the name out of the source', () => {
    expect(generatorOf('<a href="https://a.example" rel="nofollow">A &amp; B</a>')).toBe('A & B');
    expect([generatorOf('web'), generatorOf(''), generatorOf(null)]).toEqual(['web', undefined, undefined]);
  });

  it('leaves a post’s own media out of its links', () => {
    const urls = [
      { url: 'https://t.co/a', display_url: 'pic.twitter.com/a' },
      { url: 'https://t.co/b', media_key: '3_1' },
      { url: 'https://t.co/c' },
    ];
    expect(modernLinks({ urls })).toEqual([{ url: 'https://t.co/c' }]);
  });

  it('believes a placeholder only from the platform', () => {
    const text =
      '@nour_of_the_bakery’s account has been withheld in Someland in response to a legal demand. Learn more.';
    expect(placeholderOutcome(text)).toBe('forbidden');
    expect(placeholderOutcome(text, { urls: [{ display_url: 'Learn more' }] })).toBe('forbidden');
    expect(placeholderOutcome(text, { urls: [] })).toBeUndefined();
    expect(placeholderOutcome(`They wrote: ${text}`)).toBeUndefined();
    const bare = 'This Tweet from @nour_of_the_bakery has been withheld in: Someland.';
    expect([placeholderOutcome(bare, {}, true), placeholderOutcome(bare, {}, false)]).toEqual(['forbidden', undefined]);
  });

  it('reads every way of writing a time, with the precision that it has', () => {
    expect(timeOf('Wed Mar 22 07:41:49 +0000 2017')).toEqual({
      at: '2017-03-22T07:41:49Z',
      precision: 's',
      zone: 'utc',
    });
    expect(timeOf('2017-03-22T07:41:49.000Z')).toEqual({ at: '2017-03-22T07:41:49Z', precision: 's', zone: 'utc' });
    expect(timeOf('2017-03-22T07:41:49.120Z')?.precision).toBe('ms');
    expect(timeOf('2007-03-22 00:00:00 +0000')).toEqual({ at: '2007-03-22', precision: 'day', zone: 'utc' });
    expect(timeOf('2012-03-22 00:00:00 +0000')?.precision).toBe('s');
    expect([timeOf('soon'), timeOf(''), timeOf(7), timeOf('2017-13-40T00:00:00Z')]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('knows the millisecond of an id, and which ids are too old to have one', () => {
    expect(snowflakeMs('29700859247')).toBe(Date.UTC(2010, 10, 4, 1, 42, 54, 657) + 7_081);
    expect(snowflakeMs('71534')).toBeUndefined();
  });
});
