/** Following people and subreddits of Reddit. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openTestIo, readingsOf, stepsOf, type TestIo } from '../../../test/support/harvest-io.js';
import { startTape, type Reply, type Tape, type TapeRequest } from '../../../test/support/tape-server.js';
import type { Bookmark, Captured, Cursor, HarvestStep, SeedView } from '../harvest.js';
import { redditConnector as connector } from './connector.js';
import { reddit } from './index.js';
import { postOf } from './uri.js';

const seed: SeedView = {
  uri: 'https://www.reddit.com/user/nour_test',
  name: 'u/Nour_test',
  settings: { kind: 'user', name: 'Nour_test' },
  backfill: 1_000,
};
const LIST = 'GET /user/Nour_test.json';
let tape: Tape;
let test: TestIo;
beforeEach(async () => {
  tape = await startTape();
  test = openTestIo({ hosts: { 'www.reddit.com': tape.url } });
});
afterEach(async () => {
  await test.close();
  await tape.close();
});

const comment = (n: number, more: object = {}): object => ({
  kind: 't1',
  data: {
    name: `t1_c${n}`,
    id: `c${n}`,
    link_id: 't3_0aleppo',
    parent_id: 't3_0aleppo',
    author: 'Nour_test',
    author_fullname: 't2_0nour',
    body: `1 &lt; 2, and ${n}`,
    created_utc: 1_481_655_900 + n,
    edited: false,
    subreddit: 'syria',
    subreddit_type: 'public',
    score: 1,
    ...more,
  },
});
const listing = (children: readonly object[], after: string | null = null): Reply => ({
  body: { kind: 'Listing', data: { after, before: null, children } },
});
const pages =
  (ns: readonly number[]) =>
  ({ query }: TapeRequest): Reply => {
    const sorted = [...ns].sort((a, b) => b - a);
    const after = query.get('after');
    const from = after === null ? 0 : sorted.findIndex((n) => `t1_c${n}` === after) + 1;
    const page = sorted.slice(from, from + Number(query.get('limit')));
    const last = from + page.length < sorted.length ? `t1_c${page.at(-1)!}` : null;
    return listing(
      page.map((n) => comment(n)),
      last,
    );
  };
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const captured = (steps: readonly HarvestStep[]): Captured[] =>
  steps.filter((step): step is Captured => step.kind === 'captured');
const harvest = (since: Cursor | null = null): Promise<HarvestStep[]> =>
  stepsOf(connector.harvest(seed, since, test.io));
const bookmark = (steps: readonly HarvestStep[]): Bookmark => steps.at(-1) as Bookmark;

describe('what is followed', () => {
  it('is found by name', async () => {
    tape.on('GET /user/nour_test/about.json', { body: { kind: 't2', data: { name: 'Nour_test' } } });
    tape.on('GET /r/syria/about.json', { body: { kind: 't5', data: { display_name: 'syria' } } });
    expect(await connector.resolve('u/nour_test', test.io)).toEqual({
      uri: seed.uri,
      name: seed.name,
      settings: seed.settings,
    });
    expect(await connector.resolve('https://old.reddit.com/r/syria/', test.io)).toMatchObject({ name: 'r/syria' });
    expect(connector.claims('https://www.reddit.com/r/syria/comments/abc/title/')).toBe(0);
  });

  it('is asked as an application where there is a key, which is kept nowhere', async () => {
    const credential = { name: 'app', kind: 'client', user: 'id0', secret: 'sesame-open' } as const;
    const hosts = { 'www.reddit.com': tape.url, 'oauth.reddit.com': tape.url };
    const own = openTestIo({ hosts, credential });
    tape.on('POST /api/v1/access_token', { body: { access_token: 'tok-en-of-an-hour', expires_in: 3_600 } });
    tape.on('GET /user/nour_test/about', { body: { kind: 't2', data: { name: 'Nour_test' } } });
    await connector.resolve('u/nour_test', own.io);
    await connector.resolve('u/nour_test', own.io);
    expect(tape.requests.map(({ path }) => path)).toEqual([
      '/api/v1/access_token',
      '/user/nour_test/about',
      '/user/nour_test/about',
    ]);
    expect(tape.requests[1]!.headers['authorization']).toBe('Bearer tok-en-of-an-hour');
    expect(JSON.stringify(own.exchanges)).not.toMatch(/sesame|tok-en/);
    await own.close();
  });

  it('is told as what it is when it is not there', async () => {
    tape.on('GET /r/closed/about.json', { status: 403, body: { reason: 'private', message: 'Forbidden', error: 403 } });
    await expect(connector.resolve('r/closed', test.io)).rejects.toThrow('private');
  });
});

describe('a harvest', () => {
  it('goes back page by page, and next time to what was known', async () => {
    tape.on(LIST, pages(range(1, 250)));
    const first = await harvest();
    expect(captured(first)).toHaveLength(3);
    expect((await readingsOf(reddit, test, captured(first)[0]!))[0]).toMatchObject({
      post: postOf('t1_c250'),
      hand: 'first',
      content: { attributedTo: seed.uri, text: '1 < 2, and 250' },
    });
    tape.on(LIST, pages([...range(1, 249), 251]));
    const next = await harvest(bookmark(first).cursor);
    expect(next.map(({ kind }) => kind)).toEqual(['captured', 'bookmark']);
  });

  it('tells a gap where 1,000 things hold nothing that was known', async () => {
    tape.on(LIST, pages(range(2_000, 2_100)));
    const steps = await harvest({ known: ['t1_c1'] });
    expect(steps.map(({ kind }) => kind)).toEqual(['captured', 'captured', 'gap', 'bookmark']);
    expect(steps[2]).toMatchObject({ reason: 'ceiling' });
  });

  it('keeps its place where the listing is empty, HTML, or refused', async () => {
    tape.on(LIST, listing([]));
    expect(await harvest({ known: ['t1_c1'] })).toMatchObject([{ kind: 'gap' }]);
    tape.on(LIST, { headers: { 'content-type': 'text/html' }, body: '<html>whoa there</html>' });
    expect(await harvest({ known: ['t1_c1'] })).toMatchObject([{ kind: 'account', state: 'forbidden' }]);
    tape.on(LIST, { status: 404, body: { message: 'Not Found', error: 404 } });
    expect(await harvest({ known: ['t1_c1'] })).toMatchObject([{ kind: 'account', state: 'notFound' }]);
  });

  it('stops where the pages do not go on', async () => {
    tape.on(LIST, listing([comment(1)], 't1_c1'));
    expect((await harvest()).filter(({ kind }) => kind === 'gap')).toHaveLength(1);
    expect(tape.requests.length).toBeLessThan(4);
  });
});

it('looks at a hundred at once, and takes only the thing’s own word for its deletion', async () => {
  tape.on('GET /api/info.json', listing([comment(1), comment(2, { author: '[deleted]', body: '[deleted]' })]));
  const posts = ['t1_c1', 't1_c2', 't1_c3'].map((ref) => ({ post: postOf(ref), ref }));
  const steps = await stepsOf(connector.look!(seed, posts, test.io));
  expect(tape.requests[0]!.query.get('id')).toBe('t1_c1,t1_c2,t1_c3');
  expect(steps).toHaveLength(1);
  expect(await readingsOf(reddit, test, captured(steps)[0]!)).toMatchObject([
    { outcome: 'present' },
    { outcome: 'deleted' },
  ]);
});
