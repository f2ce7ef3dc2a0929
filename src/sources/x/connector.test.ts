/** Following accounts over X's API v2. */
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
import { xConnector as connector } from './connector.js';
import { x } from './index.js';
import { postOf } from './uri.js';

const seed: SeedView = {
  uri: 'https://x.com/i/user/900000000000000001',
  name: '@nour_test on X',
  settings: { id: '900000000000000001', handle: 'nour_test' },
  backfill: 3_200,
};
const LIST = 'GET /2/users/900000000000000001/tweets';
let tape: Tape;
let test: TestIo;
beforeEach(async () => {
  tape = await startTape();
  test = openTestIo({
    hosts: { 'api.x.com': tape.url },
    credential: { name: 'x', kind: 'bearer', secret: 'sesame-open' },
  });
});
afterEach(async () => {
  await test.close();
  await tape.close();
});

const id = (n: number): string => String(1_700_000_000_000_000_000n + BigInt(n) * 1_000n);
const user = (username = 'nour_test'): object => ({ id: '900000000000000001', username, name: 'نور' });
const tweet = (n: number, more: object = {}): object => ({
  id: id(n),
  text: `post ${n}`,
  author_id: '900000000000000001',
  created_at: new Date(Date.UTC(2024, 0, 1) + n * 60_000).toISOString(),
  edit_history_tweet_ids: [id(n)],
  ...more,
});
const timeline =
  (ns: readonly number[], username = 'nour_test') =>
  ({ query }: TapeRequest): Reply => {
    const from = Number(query.get('pagination_token') ?? 0);
    const size = Number(query.get('max_results'));
    const until = query.get('until_id');
    const listed = ns.filter((n) => until === null || BigInt(id(n)) < BigInt(until)).sort((a, b) => b - a);
    const page = listed.slice(from, from + size);
    const next = from + size < listed.length ? { next_token: String(from + size) } : {};
    if (page.length === 0) return { body: { meta: { result_count: 0 } } };
    return {
      body: {
        data: page.map((n) => tweet(n)),
        includes: { users: [user(username)] },
        meta: { result_count: page.length, ...next },
      },
    };
  };
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const harvest = (since: Cursor | null = null): Promise<HarvestStep[]> =>
  stepsOf(connector.harvest(seed, since, test.io));

describe('an account', () => {
  it('is found by its handle, and known by its number', async () => {
    tape.on('GET /2/users/by/username/nour_test', { body: { data: user() } });
    expect(await connector.resolve('https://twitter.com/nour_test', test.io)).toEqual({
      uri: seed.uri,
      name: seed.name,
      settings: seed.settings,
    });
    expect(tape.requests[0]!.headers['authorization']).toBe('Bearer sesame-open');
    expect(JSON.stringify(test.exchanges)).not.toContain('sesame');
    expect(connector.claims('https://x.com/nour_test/status/1')).toBe(0);
    expect(connector.claims('https://x.com/home')).toBe(0);
  });

  it('cannot be followed without a token, and the message says what to do', async () => {
    const without = openTestIo({ hosts: { 'api.x.com': tape.url } });
    await expect(connector.resolve('https://x.com/nour_test', without.io)).rejects.toThrow('perdure credentials add');
    await without.close();
  });
});

describe('a harvest', () => {
  it('goes back page by page, and next time to what was known', async () => {
    tape.on(LIST, timeline(range(1, 250)));
    const first = await harvest();
    expect(captured(first)).toHaveLength(3);
    expect((await readingsOf(x, test, captured(first)[0]!))[0]).toMatchObject({
      post: postOf(id(250)),
      hand: 'first',
      outcome: 'present',
      content: { attributedTo: seed.uri, text: 'post 250' },
    });
    expect(bookmark(first)).toMatchObject({ reach: 'whole', backTo: { beginning: true } });
    tape.on(LIST, timeline(range(1, 251)));
    const next = await harvest(bookmark(first).cursor);
    expect(next.map(({ kind }) => kind)).toEqual(['captured', 'bookmark']);
  });

  it('goes further back from where it ended, and knows afterwards what it knew', async () => {
    tape.on(LIST, timeline(range(1, 350)));
    const ids = (steps: readonly HarvestStep[]) => captured(steps).flatMap(({ posts }) => posts.map(({ ref }) => ref));
    const first = await stepsOf(connector.harvest({ ...seed, backfill: 100 }, null, test.io));
    expect(ids(first)).toEqual(range(251, 350).reverse().map(id));
    const next = await harvest(bookmark(first).cursor);
    const start = connector.deeper!(bookmark(next).cursor, { had: 100, wanted: 200 })!;
    const more = await stepsOf(connector.harvest({ ...seed, backfill: 200 }, start, test.io));
    expect(ids(more)).toEqual(range(151, 250).reverse().map(id));
    expect(bookmark(more)).toMatchObject({ reach: 'partial', backTo: { beginning: false } });
    expect((await harvest(bookmark(more).cursor)).map(({ kind }) => kind)).toEqual(['captured', 'bookmark']);
    const rest = connector.deeper!(bookmark(more).cursor, { had: 200, wanted: 900 })!;
    const last = await stepsOf(connector.harvest({ ...seed, backfill: 900 }, rest, test.io));
    expect(ids(last)).toEqual(range(1, 150).reverse().map(id));
    expect(connector.deeper!(bookmark(last).cursor, { had: 900, wanted: 1_000 })).toBeUndefined();
  });

  it('shows continuity although the newest known post was deleted', async () => {
    tape.on(LIST, timeline(range(1, 30)));
    const { cursor } = bookmark(await harvest());
    tape.on(LIST, timeline(range(1, 29)));
    expect((await harvest(cursor)).map(({ kind }) => kind)).toEqual(['captured', 'bookmark']);
  });

  it('shows continuity although every known post was deleted, by one that is older', async () => {
    tape.on(LIST, timeline(range(1, 20)));
    const steps = await harvest({ known: [id(15)], handle: 'nour_test' });
    expect(steps.map(({ kind }) => kind)).toEqual(['captured', 'bookmark']);
    tape.on(LIST, timeline([...range(1, 3), ...range(100, 220)]));
    const gone = await harvest({ known: range(10, 59).map(id), handle: 'nour_test' });
    expect(gone.filter(({ kind }) => kind === 'gap')).toEqual([]);
    expect(gone.at(-1)).toMatchObject({ kind: 'bookmark', reach: 'whole' });
  });

  it('takes a walk up where it was broken off, and pays for no page twice', async () => {
    tape.on(LIST, timeline(range(1, 250)));
    let place: Cursor | null = null;
    for await (const step of connector.harvest(seed, null, test.io)) {
      if (step.kind !== 'bookmark') continue;
      expect(step).toMatchObject({ reach: 'partial', backTo: { beginning: false } });
      place = step.cursor;
      break;
    }
    expect(JSON.stringify(place).length).toBeLessThan(4_096);
    tape.on(LIST, timeline(range(1, 253)));
    const rest = await harvest(place);
    expect(captured(rest).flatMap(({ posts }) => posts.map(({ ref }) => ref))).toEqual(range(1, 150).reverse().map(id));
    expect(bookmark(rest)).toMatchObject({ reach: 'partial', backTo: { beginning: true } });
    const last = await harvest(bookmark(rest).cursor);
    expect(
      captured(last)[0]!
        .posts.slice(0, 4)
        .map(({ ref }) => ref),
    ).toEqual([253, 252, 251, 250].map(id));
    expect(last.map(({ kind }) => kind)).toEqual(['captured', 'bookmark']);
    expect(bookmark(last).reach).toBe('whole');
  });

  it('tells a gap, with its times, where 3,200 posts hold nothing that was known', async () => {
    tape.on(LIST, timeline(range(1_000, 4_100)));
    const steps = await harvest({ known: [id(1)], handle: 'nour_test' });
    const gaps = steps.filter(({ kind }) => kind === 'gap');
    expect(gaps).toMatchObject([{ reason: 'ceiling', from: expect.stringMatching(/^2023/) }]);
    expect(bookmark(steps).reach).toBe('whole');
  });

  it('keeps its place where the list is empty and the account counts posts, and moves on where it counts none', async () => {
    tape.on(LIST, timeline([]));
    tape.on('GET /2/users/900000000000000001', { body: { data: { ...user(), public_metrics: { tweet_count: 7 } } } });
    const place = { known: [id(1)], handle: 'nour_test' };
    expect(await harvest(place)).toMatchObject([{ kind: 'gap', reason: 'platform' }]);
    expect(await profilesOf(x, test, seed.uri, connector.harvest(seed, place, test.io))).toMatchObject([
      { actor: seed.uri, profile: { handle: 'nour_test' }, metrics: { posts: 7 } },
    ]);
    tape.on('GET /2/users/900000000000000001', { body: { data: { ...user(), public_metrics: { tweet_count: 0 } } } });
    expect(await harvest(place)).toMatchObject([{ kind: 'bookmark', cursor: place, reach: 'whole' }]);
  });

  it('takes HTML for no answer, and an answer that is no page for nothing about the account', async () => {
    tape.on(LIST, { headers: { 'content-type': 'text/html' }, body: '<html>Just a moment</html>' });
    await expect(harvest({ known: [id(1)] })).rejects.toMatchObject({ problem: 'not-json' });
    tape.on(LIST, { status: 400, body: { title: 'Invalid Request', detail: 'One or more parameters' } });
    expect(await harvest({ known: [id(1)] })).toMatchObject([{ kind: 'gap', reason: 'platform' }]);
    tape.on(LIST, { status: 402, body: { title: 'CreditsDepleted', detail: 'no credits' } });
    expect(await harvest({ known: [id(1)] })).toMatchObject([{ kind: 'gap', reason: 'rate-limit' }]);
  });

  it('tells a renamed account, a suspended one, and a token that is refused', async () => {
    tape.on(LIST, timeline([1], 'nour_two'));
    expect((await harvest({ known: [id(1)], handle: 'nour_test' }))[0]).toMatchObject({
      kind: 'account',
      state: 'renamed',
      name: '@nour_two on X',
    });
    tape.on(LIST, {
      body: { errors: [{ title: 'Forbidden', detail: 'User has been suspended: [1].', resource_type: 'user' }] },
    });
    expect(await harvest({ known: [id(1)] })).toMatchObject([{ kind: 'account', state: 'suspended' }]);
    tape.on(LIST, { status: 401, body: { title: 'Unauthorized', detail: 'Unauthorized' } });
    expect(await harvest({ known: [id(1)] })).toMatchObject([{ kind: 'account', state: 'forbidden' }]);
  });

  it('stops where the pages do not go on', async () => {
    tape.on(LIST, { body: { data: [tweet(1)], meta: { next_token: 'again' } } });
    expect((await harvest()).filter(({ kind }) => kind === 'gap')).toHaveLength(1);
    expect(tape.requests.length).toBeLessThan(4);
  });
});

describe('a look', () => {
  it('asks for a hundred at once; absences are what the platform says of each', async () => {
    tape.on('GET /2/tweets', ({ query }) => ({
      body: {
        data: [tweet(1)],
        includes: { users: [user()] },
        errors: [
          {
            value: id(2),
            title: 'Not Found Error',
            resource_type: 'tweet',
            resource_id: id(2),
            detail: `Could not find tweet with ids: [${id(2)}].`,
            type: 'https://api.twitter.com/2/problems/resource-not-found',
          },
        ],
        asked: query.get('ids'),
      },
    }));
    const posts = [1, 2, 3].map((n) => ({ post: postOf(id(n)), ref: id(n) }));
    const steps = await stepsOf(connector.look!(seed, posts, test.io));
    expect(tape.requests).toHaveLength(1);
    expect(await readingsOf(x, test, captured(steps)[0]!)).toMatchObject([
      { post: postOf(id(1)), outcome: 'present' },
      { post: postOf(id(2)), outcome: 'notFound' },
    ]);
  });

  it('fetches the edits that a post names', async () => {
    tape.on('GET /2/tweets', ({ query }) => ({
      body:
        query.get('ids') === id(1)
          ? { data: [tweet(1, { edit_history_tweet_ids: [id(1), id(9)] })] }
          : { data: [tweet(9, { edit_history_tweet_ids: [id(1), id(9)], text: 'edited' })] },
    }));
    const steps = await stepsOf(connector.look!(seed, [{ post: postOf(id(1)), ref: id(1) }], test.io));
    expect(captured(steps)).toHaveLength(2);
  });
});
