import { describe, expect, it } from '@jest/globals';
import { describeSource } from '../../../test/contract/describe-source.js';
import { isOfPost } from '../../core/reading.js';
import { hackernews } from './index.js';

describeSource(hackernews, {
  folder: 'src/sources/hackernews/fixtures',
  accounts: [{ path: 'accounts/user.json', format: 'hackernews-api' }],
  fixtures: [
    { path: 'items.jsonl', format: 'hackernews-api', records: 13, read: 13, rejected: 4 },
    { path: 'search.json', format: 'hackernews-api', records: 2, read: 2, rejected: 0 },
    { path: 'tree.json', format: 'hackernews-api', records: 1, read: 4, rejected: 0 },
    { path: 'plain.json', format: 'hackernews-api', records: 1, read: 3, rejected: 0 },
    { path: 'user.json', format: 'hackernews-api', records: 1, read: 1, rejected: 1 },
    { path: 'table.csv', format: 'hackernews-table', records: 5, read: 5, rejected: 1 },
    {
      path: 'posts.csv',
      format: 'hackernews-table',
      records: 1,
      read: 1,
      rejected: 0,
      options: { timezone: 'America/New_York' },
    },
  ],
});

const recognise = (text: string) => {
  const head = Buffer.from(text).subarray(0, 65_536);
  return hackernews.recognise({ path: 'file.bin', size: head.length, head, paths: ['file.bin'] });
};

describe('hackernews: what is told from what', () => {
  it.each([
    ['a comment of Reddit', '{"id":"a","body":"x","link_id":"t3_a","parent_id":"t3_a","created_utc":1}'],
    ['anybody’s story', '{"id":1,"type":"story","title":"x"}'],
    ['anybody’s comment', '{"id":1,"type":"comment","text":"x","created_at":"2020-01-01"}'],
    ['anybody’s search', '{"hits":[{"objectID":"abc","name":"x"}],"nbHits":1}'],
    ['a list of numbers', '[1,2,3]'],
    ['a table of anybody’s', 'id,title,url\n1,a,b\n'],
  ])('leaves %s alone', (_, text) => {
    expect(recognise(text)).toBeNull();
  });

  it('refuses accounts, changes and empty searches by name', () => {
    expect(recognise('{"id":"nour","created":1,"karma":2}')).toMatchObject({ refusal: { reason: 'users' } });
    expect(recognise('{"items":[1],"profiles":["nour"]}')).toMatchObject({ refusal: { reason: 'lists' } });
    const empty = recognise('{"hits":[],"nbHits":0,"processingTimeMS":1}');
    expect(empty).toMatchObject({ refusal: { reason: 'empty' }, confidence: 0.5 });
  });

  it('reads comments that a collector put in the place of `kids`', () => {
    const comment = { id: 2, type: 'comment', by: 'b', time: 1_481_655_900, parent: 1, text: 'x' };
    const story = { id: 1, type: 'story', by: 'a', time: 1_481_655_851, title: 't', kids: [comment] };
    const items = hackernews.normalise(Buffer.from(JSON.stringify(story)), {
      format: 'hackernews-api',
      options: { include: [] },
    } as never);
    expect(items.map((item) => isOfPost(item) && item.post)).toEqual([
      'https://news.ycombinator.com/item?id=1',
      'https://news.ycombinator.com/item?id=2',
    ]);
  });
});

describe('hackernews: locate', () => {
  it.each([
    ['https://news.ycombinator.com/item?id=900000000000001', '900000000000001'],
    ['https://news.ycombinator.com/item?p=2&id=900000000000001', '900000000000001'],
    ['https://news.ycombinator.com/item?id=900000000000001#900000000000002', '900000000000002'],
    ['https://hacker-news.firebaseio.com/v0/item/900000000000001.json', '900000000000001'],
    ['https://hn.algolia.com/api/v1/items/900000000000001', '900000000000001'],
  ])('%s', (url, id) => {
    expect(hackernews.locate!(url)).toBe(`https://news.ycombinator.com/item?id=${id}`);
  });

  it.each(['https://news.ycombinator.com/user?id=nour', 'https://news.example/item?id=1'])('not %s', (url) => {
    expect(hackernews.locate!(url)).toBeUndefined();
  });
});
