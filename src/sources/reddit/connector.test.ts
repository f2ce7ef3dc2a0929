/** Following people and subreddits of Reddit. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  bookmark,
  captured,
  openTestIo,
  profilesOf,
  readingsOf,
  stepsOf,
  type TestIo,
} from '../../../test/support/harvest-io.js';
import { startTape, type Reply, type Tape, type TapeRequest } from '../../../test/support/tape-server.js';
import type { Cursor, HarvestStep, SeedView } from '../harvest.js';
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
const harvest = (since: Cursor | null = null): Promise<HarvestStep[]> =>
  stepsOf(connector.harvest(seed, since, test.io));

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
    // What was asked for by POST stands with the exchange; its answer, a token, does not.
    const [post, get] = own.exchanges;
    expect(own.body(post!.requestDigest!).toString()).toBe('grant_type=client_credentials');
    expect([post!.digest, get!.requestDigest]).toEqual([undefined, undefined]);
    await own.close();
  });

  it('is asked with a new token where the old one was taken back', async () => {
    const credential = { name: 'app', kind: 'client', user: 'id1', secret: 'sesame-open' } as const;
    const own = openTestIo({ hosts: { 'www.reddit.com': tape.url, 'oauth.reddit.com': tape.url }, credential });
    tape.on('POST /api/v1/access_token', [{ body: { access_token: 'first' } }, { body: { access_token: 'second' } }]);
    tape.on('GET /user/nour_test/about', ({ headers }) =>
      headers['authorization'] === 'Bearer second'
        ? { body: { kind: 't2', data: { name: 'Nour_test' } } }
        : { status: 401, body: { message: 'Unauthorized', error: 401 } },
    );
    expect(await connector.resolve('u/nour_test', own.io)).toMatchObject({ uri: seed.uri });
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

  it('goes further back from where it ended, and knows afterwards what it knew', async () => {
    tape.on(LIST, pages(range(1, 350)));
    const ids = (steps: readonly HarvestStep[]) => captured(steps).flatMap(({ posts }) => posts.map(({ ref }) => ref));
    const first = await stepsOf(connector.harvest({ ...seed, backfill: 100 }, null, test.io));
    expect(ids(first)).toEqual(
      range(251, 350)
        .reverse()
        .map((n) => `t1_c${n}`),
    );
    const next = await harvest(bookmark(first).cursor);
    const start = connector.deeper!(bookmark(next).cursor, { had: 100, wanted: 200 })!;
    const more = await stepsOf(connector.harvest({ ...seed, backfill: 200 }, start, test.io));
    expect(ids(more)).toEqual(
      range(151, 250)
        .reverse()
        .map((n) => `t1_c${n}`),
    );
    expect(bookmark(more)).toMatchObject({ reach: 'partial', backTo: { beginning: false } });
    expect((await harvest(bookmark(more).cursor)).map(({ kind }) => kind)).toEqual(['captured', 'bookmark']);
    const rest = connector.deeper!(bookmark(more).cursor, { had: 200, wanted: 900 })!;
    const last = await stepsOf(connector.harvest({ ...seed, backfill: 900 }, rest, test.io));
    expect(ids(last)).toEqual(
      range(1, 150)
        .reverse()
        .map((n) => `t1_c${n}`),
    );
    expect(connector.deeper!(bookmark(last).cursor, { had: 900, wanted: 1_000 })).toBeUndefined();
  });

  it('tells a gap where 1,000 things hold nothing that was known', async () => {
    tape.on(LIST, pages(range(2_000, 2_100)));
    const short = await harvest({ known: ['t1_c1'] });
    expect(short.filter(({ kind }) => kind === 'gap')).toMatchObject([{ reason: 'platform' }]);
    tape.on(LIST, pages(range(2_000, 2_999)));
    const steps = await harvest({ known: ['t1_c1'], newest: 1_481_655_901 });
    expect(steps.filter(({ kind }) => kind === 'gap')).toMatchObject([
      { reason: 'ceiling', from: '2016-12-13T19:05:01.000Z', to: expect.stringMatching(/^2016-12-13T19:38/) },
    ]);
    expect(bookmark(steps)).toMatchObject({ kind: 'bookmark', reach: 'whole' });
  });

  it('keeps its place where the listing is empty, HTML, or refused', async () => {
    tape.on(LIST, listing([]));
    expect(await harvest({ known: ['t1_c1'] })).toMatchObject([{ kind: 'gap' }]);
    for (const status of [200, 403]) {
      tape.on(LIST, { status, headers: { 'content-type': 'text/html' }, body: '<html>whoa there</html>' });
      await expect(harvest({ known: ['t1_c1'] })).rejects.toMatchObject({ problem: 'not-json' });
    }
    tape.on(LIST, { status: 400, body: { message: 'Bad Request', error: 400 } });
    expect(await harvest({ known: ['t1_c1'] })).toMatchObject([{ kind: 'gap', reason: 'platform' }]);
    tape.on(LIST, { status: 404, body: { message: 'Not Found', error: 404 } });
    expect(await harvest({ known: ['t1_c1'] })).toMatchObject([{ kind: 'account', state: 'notFound' }]);
  });

  it('tells a person who is suspended from one who is not there', async () => {
    tape.on(LIST, { status: 404, body: { message: 'Not Found', error: 404 } });
    tape.on('GET /user/Nour_test/about.json', {
      body: { kind: 't2', data: { name: 'Nour_test', is_suspended: true } },
    });
    expect(await harvest()).toMatchObject([{ kind: 'account', state: 'suspended' }]);
    expect(await profilesOf(reddit, test, seed.uri, connector.harvest(seed, null, test.io))).toEqual([
      { actor: seed.uri, hand: 'first', profile: { handle: 'Nour_test', status: 'suspended' } },
    ]);
  });

  it('shows continuity although everything known was deleted, by what is older', async () => {
    tape.on(LIST, pages([...range(1, 3), ...range(100, 230)]));
    const steps = await harvest({ known: ['t1_c50', 't1_c51'], newest: 1_481_655_951 });
    expect(steps.map(({ kind }) => kind)).toEqual(['captured', 'bookmark', 'captured', 'bookmark']);
    expect(bookmark(steps).reach).toBe('whole');
  });

  it('is not stopped by a known thing that is pinned to the top', async () => {
    const fresh = range(100, 198).reverse();
    tape.on(LIST, ({ query }) =>
      query.get('after') === null
        ? listing([comment(5, { stickied: true }), ...fresh.map((n) => comment(n))], 't1_c100')
        : listing([comment(99), comment(5), comment(4)]),
    );
    const steps = await harvest({ known: ['t1_c5'], newest: 1_481_655_905 });
    expect(captured(steps).flatMap(({ posts }) => posts.map(({ ref }) => ref))).toContain('t1_c99');
    expect(steps.filter(({ kind }) => kind === 'gap')).toEqual([]);
  });

  describe('that was broken off', () => {
    const brokenOff = async (): Promise<Cursor> => {
      for await (const step of connector.harvest(seed, null, test.io))
        if (step.kind === 'bookmark') {
          expect(step).toMatchObject({ reach: 'partial', backTo: { beginning: false } });
          return step.cursor;
        }
      throw new Error('there was no bookmark');
    };

    it('goes on where it was, and then sees what came meanwhile', async () => {
      tape.on(LIST, pages(range(1, 250)));
      const place = await brokenOff();
      tape.on(LIST, pages(range(1, 253)));
      const rest = await harvest(place);
      const refs = captured(rest).flatMap(({ posts }) => posts.map(({ ref }) => ref));
      expect(refs).toEqual(
        range(1, 150)
          .reverse()
          .map((n) => `t1_c${n}`),
      );
      expect(bookmark(rest)).toMatchObject({ reach: 'partial', backTo: { beginning: true } });
      const last = await harvest(bookmark(rest).cursor);
      expect(last.map(({ kind }) => kind)).toEqual(['captured', 'bookmark']);
      expect(bookmark(last).reach).toBe('whole');
    });

    it('begins again where the thing that it rested at is gone', async () => {
      tape.on(LIST, pages(range(1, 250)));
      const place = await brokenOff();
      const listed = pages(range(1, 250).filter((n) => n !== 151));
      tape.on(LIST, (request) => (request.query.get('after') === 't1_c151' ? listing([]) : listed(request)));
      const rest = await harvest(place);
      expect(captured(rest).flatMap(({ posts }) => posts)).toHaveLength(249);
      expect(bookmark(rest)).toMatchObject({ reach: 'whole', backTo: { beginning: true } });
    });
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
