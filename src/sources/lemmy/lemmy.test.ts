import { describe, expect, it } from '@jest/globals';
import { describeSource, load } from '../../../test/contract/describe-source.js';
import { isOfPost, type Reading } from '../../core/reading.js';
import { disagreements } from '../../core/rendering.js';
import { mastodon } from '../mastodon/index.js';
import { lemmy } from './index.js';

const FIXTURES = 'src/sources/lemmy/fixtures';

describeSource(lemmy, {
  folder: FIXTURES,
  accounts: [
    { path: 'accounts/person.json', format: 'lemmy-api' },
    { path: 'accounts/banned.json', format: 'lemmy-api' },
  ],
  fixtures: [
    { path: 'posts.json', format: 'lemmy-api', records: 1, read: 9, rejected: 2 },
    { path: 'comments.json', format: 'lemmy-api', records: 1, read: 6, rejected: 0 },
    { path: 'answers.jsonl', format: 'lemmy-api', records: 11, read: 14, rejected: 5 },
    { path: 'mbin.json', format: 'lemmy-api', records: 1, read: 4, rejected: 0 },
    { path: 'people.json', format: 'lemmy-api', records: 1, read: 1, rejected: 1 },
    { path: 'messages.json', format: 'lemmy-api', records: 1, read: 1, rejected: 0, options: { include: ['direct'] } },
    {
      path: 'settings.json',
      format: 'lemmy-settings',
      records: 1,
      read: 3,
      rejected: 1,
      options: { include: ['likes'] },
    },
  ],
});

const recognise = (text: string) => {
  const head = Buffer.from(text).subarray(0, 65_536);
  return lemmy.recognise({ path: 'file.bin', size: head.length, head, paths: ['file.bin'] });
};

describe('lemmy: what is told from what', () => {
  it.each([
    ['a page of Lemmy as ActivityPub', '{"@context":"x","type":"Page","id":"https://a.example/post/1","name":"x"}'],
    ['a listing of Reddit', '{"kind":"Listing","data":{"children":[{"kind":"t3","data":{"id":"a","title":"x"}}]}}'],
    ['a status of Mastodon', '{"id":"1","uri":"https://a.example/1","content":"x","account":{},"visibility":"public"}'],
    ['anybody’s post', '{"post":{"id":1,"title":"x","body":"y"}}'],
    ['anybody’s comments', '{"comments":[{"id":1,"body":"y","post_id":2}]}'],
    ['anybody’s error', '{"error":"x"}'],
  ])('leaves %s alone', (_, text) => {
    expect(recognise(text)).toBeNull();
  });

  it.each([
    ['messages.json', 'sealed', 'direct'],
    ['settings.json', 'sealed', 'likes'],
    ['people.json', 'refused', undefined],
    ['posts.json', 'records', undefined],
  ])('%s is %s', (path, role, opensWith) => {
    const [member] = load(`${FIXTURES}/${path}`);
    expect(recognise(member!.bytes.toString('utf8'))).toMatchObject({ role, ...(opensWith && { opensWith }) });
  });

  it('copies no private message and no setting unasked', () => {
    for (const path of ['answers.jsonl', 'settings.json']) {
      const [member] = load(`${FIXTURES}/${path}`);
      for (const line of member!.bytes.toString('utf8').trim().split('\n')) {
        const items = lemmy.normalise(Buffer.from(line), { format: 'lemmy-api', options: { include: [] } } as never);
        expect(JSON.stringify(items)).not.toMatch(/SECRET|nour@perdure/);
      }
    }
  });
});

describe('lemmy: the same post as ActivityPub', () => {
  it('has the same URI, and agrees', () => {
    const note = {
      '@context': 'https://www.w3.org/ns/activitystreams',
      type: 'Note',
      id: 'https://lemmy.example/comment/12',
      attributedTo: 'https://lemmy.example/u/nour',
      to: ['https://www.w3.org/ns/activitystreams#Public'],
      content: '<p>نعم</p>\n',
      inReplyTo: 'https://elsewhere.example/comment/11',
      published: '2023-06-20T12:00:00Z',
      updated: '2023-06-20T13:00:00Z',
    };
    const context = { path: 'x.json', format: 'activitypub', options: { include: [] } } as never;
    const [theirs] = mastodon.normalise(Buffer.from(JSON.stringify(note)), context) as Reading[];
    const [member] = load(`${FIXTURES}/comments.json`);
    const items = lemmy.normalise(member!.bytes, { format: 'lemmy-api', options: { include: [] } } as never);
    const ours = items.find((item): item is Reading => isOfPost(item) && item.post === theirs!.post);
    expect(ours).toMatchObject({ edition: theirs!.edition, content: { attributedTo: theirs!.content!.attributedTo } });
    expect(disagreements(ours!.content!, theirs!.content!)).toEqual([]);
  });
});

describe('lemmy: what a comment answers', () => {
  it('is known where the answer explains the number, and said to be lost where not', () => {
    const [member] = load(`${FIXTURES}/comments.json`);
    const items = lemmy.normalise(member!.bytes, { format: 'lemmy-api', options: { include: [] } } as never);
    const answered = items.flatMap((item) =>
      isOfPost(item) ? [[item.content!.inReplyTo, item.losses?.[0]?.slice(0, 30)]] : [],
    );
    expect(answered.slice(0, 4)).toEqual([
      ['https://lemmy.example/post/900001', undefined],
      // The post itself, as the answer carries it.
      [undefined, undefined],
      ['https://elsewhere.example/comment/11', undefined],
      [undefined, 'inReplyTo: answers the comment'],
    ]);
  });
});
