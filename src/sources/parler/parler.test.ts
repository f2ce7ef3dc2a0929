import { describe, expect, it } from '@jest/globals';
import { describeSource } from '../../../test/contract/describe-source.js';
import { parler } from './index.js';

describeSource(parler, {
  folder: 'src/sources/parler/fixtures',
  fixtures: [
    { path: 'post.html', format: 'parler-page', records: 1, read: 1, rejected: 0 },
    { path: 'echo.html', format: 'parler-page', records: 1, read: 2, rejected: 0 },
    { path: 'comment-echo.html', format: 'parler-page', records: 1, read: 2, rejected: 0 },
    { path: 'profile.html', format: 'parler-page', records: 1, read: 1, rejected: 1 },
    { path: 'posts.jsonl', format: 'parler-api', records: 8, read: 8, rejected: 3 },
    { path: 'feed.json', format: 'parler-api', records: 1, read: 2, rejected: 0 },
  ],
});

describe('parler: what is told from what', () => {
  const recognise = (text: string) => {
    const head = Buffer.from(text);
    return parler.recognise({ path: 'file.txt', size: head.length, head, paths: ['file.txt'] });
  };

  it('leaves other pages and other posts alone', () => {
    expect(
      recognise('<meta property="og:site_name" content="Parlour" /><meta property="og:url" content="/post/1" />'),
    ).toBeNull();
    expect(recognise('{"id":"1","body":"x","createdAt":"2020-01-01","upvotes":1}')).toBeNull();
    expect(recognise('[]')).toBeNull();
  });

  it('locates a post by its page', () => {
    const id = '0'.repeat(31) + '1';
    expect(parler.locate!(`https://parler.com/post/${id}?x`)).toBe(`https://parler.com/post/${id}`);
    expect(parler.locate!('https://parler.com/profile/nour/posts')).toBeUndefined();
  });

  it('a page nested too deep is refused, not read for ever', () => {
    const page = `<meta property="og:url" content="/post/${'0'.repeat(32)}">${'<div>'.repeat(5_000)}`;
    expect(() => parler.normalise(Buffer.from(page), { format: 'parler-page' } as never)).toThrow(/too-deep/);
  });
});
