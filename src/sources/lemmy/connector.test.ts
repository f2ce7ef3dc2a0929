/** Following people and communities of Lemmy. */
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
import { lemmyConnector as connector } from './connector.js';
import { lemmy } from './index.js';

const ORIGIN = 'https://lemmy.example';
const NOUR = `${ORIGIN}/u/nour`;
const seed: SeedView = {
  uri: NOUR,
  name: '@nour@lemmy.example',
  settings: { origin: ORIGIN, kind: 'person', name: 'nour' },
  backfill: 200,
};
let tape: Tape;
let test: TestIo;
beforeEach(async () => {
  tape = await startTape();
  test = openTestIo({ hosts: { 'lemmy.example': tape.url } });
});
afterEach(async () => {
  await test.close();
  await tape.close();
});

const creator = { id: 7, name: 'nour', actor_id: NOUR, local: true, banned: false, deleted: false };
const community = { id: 3, name: 'aleppo', title: 'Aleppo', actor_id: `${ORIGIN}/c/aleppo` };
const postView = (id: number, more: object = {}): object => ({
  post: {
    id,
    name: `post ${id}`,
    body: `words ${id}`,
    ap_id: `${ORIGIN}/post/${id}`,
    creator_id: 7,
    community_id: 3,
    published: new Date(Date.UTC(2024, 0, 1) + id * 60_000).toISOString(),
    nsfw: false,
    deleted: false,
    removed: false,
    ...more,
  },
  creator,
  community,
  counts: { score: 1, comments: 0 },
});
const commentView = (id: number): object => ({
  comment: {
    id,
    content: `answer ${id}`,
    path: `0.${id}`,
    ap_id: `${ORIGIN}/comment/${id}`,
    creator_id: 7,
    post_id: 1,
    published: new Date(Date.UTC(2024, 0, 1) + id * 60_000).toISOString(),
    deleted: false,
    removed: false,
  },
  creator,
  post: { id: 1, name: 'post 1', ap_id: `${ORIGIN}/post/1` },
  community,
  counts: { score: 1 },
});
const details =
  (ids: readonly number[]) =>
  ({ query }: TapeRequest): Reply => {
    const page = Number(query.get('page') ?? 1);
    const limit = Number(query.get('limit') ?? 20);
    const sorted = [...ids].sort((a, b) => b - a).slice((page - 1) * limit, page * limit);
    return { body: { person_view: { person: creator }, posts: sorted.map((id) => postView(id)), comments: [] } };
  };
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const harvest = (since: Cursor | null = null): Promise<HarvestStep[]> =>
  stepsOf(connector.harvest(seed, since, test.io));

describe('what is followed', () => {
  it('is found by address or name', async () => {
    tape.on('GET /api/v3/user', details([1]));
    tape.on('GET /api/v3/community', { body: { community_view: { community } } });
    expect(await connector.resolve(NOUR, test.io)).toEqual({
      uri: NOUR,
      name: '@nour@lemmy.example',
      settings: { origin: ORIGIN, kind: 'person', name: 'nour' },
    });
    expect(await connector.resolve('!aleppo@lemmy.example', test.io)).toMatchObject({ uri: `${ORIGIN}/c/aleppo` });
    expect(connector.claims('https://lemmy.example/post/1')).toBe(0);
  });

  it('is left to others where the server has no such API', async () => {
    tape.on('GET /api/v3/user', { headers: { 'content-type': 'text/html' }, body: '<html>' });
    expect(await connector.resolve('@nour@lemmy.example', test.io)).toBeUndefined();
  });
});

describe('a harvest', () => {
  it('hands over the person as the server shows it, posts or none', async () => {
    tape.on('GET /api/v3/user', details([]));
    const profiles = await profilesOf(lemmy, test, NOUR, connector.harvest(seed, null, test.io));
    expect(profiles).toEqual([
      { actor: NOUR, hand: 'first', profile: { handle: 'nour@lemmy.example', status: 'active' } },
    ]);
  });

  it('goes back page by page, and next time to what was known', async () => {
    tape.on('GET /api/v3/user', details(range(1, 120)));
    const first = await harvest();
    expect(captured(first)).toHaveLength(3);
    const read = await readingsOf(lemmy, test, captured(first)[0]!);
    expect(read[0]).toMatchObject({ post: `${ORIGIN}/post/120`, hand: 'first', content: { attributedTo: NOUR } });
    expect(bookmark(first)).toMatchObject({ reach: 'whole', backTo: { beginning: true } });

    tape.on('GET /api/v3/user', details(range(1, 122)));
    const next = await harvest(bookmark(first).cursor);
    expect(captured(next)).toHaveLength(1);
    expect(next.map(({ kind }) => kind)).toEqual(['captured', 'bookmark']);
  });

  it('tells a gap where nothing known is listed any more, and infers no deletion', async () => {
    tape.on('GET /api/v3/user', details(range(1, 10)));
    const { cursor } = bookmark(await harvest());
    tape.on('GET /api/v3/user', details(range(500, 510)));
    const steps = await harvest(cursor);
    expect(steps.map(({ kind }) => kind)).toEqual(['captured', 'gap', 'bookmark']);
  });

  it('goes on for the comments where the posts have come down to what was known', async () => {
    const both =
      (comments: readonly number[]) =>
      ({ query }: TapeRequest): Reply => {
        const page = Number(query.get('page'));
        const ids = [...comments].sort((a, b) => b - a).slice((page - 1) * 50, page * 50);
        const body = {
          person_view: { person: creator },
          posts: page === 1 ? [postView(1)] : [],
          comments: ids.map(commentView),
        };
        return { body };
      };
    tape.on('GET /api/v3/user', both(range(1, 10)));
    const { cursor } = bookmark(await harvest());
    tape.on('GET /api/v3/user', both(range(1, 170)));
    const steps = await harvest(cursor);
    const seen = captured(steps).flatMap(({ posts }) => posts.map(({ ref }) => ref));
    for (const id of range(11, 170)) expect(seen).toContain(`comment ${id}`);
    expect(steps.filter(({ kind }) => kind === 'gap')).toEqual([]);
    const read = await readingsOf(lemmy, test, captured(steps)[1]!);
    expect(read[0]).toMatchObject({ post: `${ORIGIN}/comment/120`, hand: 'first', content: { text: 'answer 120' } });
  });

  it('is not stopped by a known post that a community has pinned to the top', async () => {
    const list =
      (ids: readonly number[]) =>
      ({ query }: TapeRequest): Reply => {
        const page = Number(query.get('page'));
        const rest = [...ids].sort((a, b) => b - a).map((id) => postView(id));
        const all = [postView(1, { featured_community: true }), ...rest];
        return { body: { posts: all.slice((page - 1) * 50, page * 50) } };
      };
    tape.on('GET /api/v3/comment/list', { body: { comments: [] } });
    tape.on('GET /api/v3/post/list', list(range(2, 5)));
    const place = {
      ...seed,
      uri: `${ORIGIN}/c/aleppo`,
      settings: { origin: ORIGIN, kind: 'community', name: 'aleppo' },
    };
    const first = await stepsOf(connector.harvest(place, null, test.io));
    tape.on('GET /api/v3/post/list', list(range(2, 120)));
    const steps = await stepsOf(connector.harvest(place, bookmark(first).cursor, test.io));
    const seen = captured(steps).flatMap(({ posts }) => posts.map(({ ref }) => ref));
    for (const id of range(6, 120)) expect(seen).toContain(`post ${id}`);
    expect(steps.filter(({ kind }) => kind === 'gap')).toEqual([]);
  });

  it('shows continuity although everything known was deleted, by what is older', async () => {
    tape.on('GET /api/v3/user', details(range(1, 60)));
    const { cursor } = bookmark(await harvest());
    tape.on('GET /api/v3/user', details([...range(1, 5), ...range(61, 130)]));
    const steps = await harvest(cursor);
    expect(steps.map(({ kind }) => kind)).toEqual(['captured', 'captured', 'bookmark']);
  });

  it('keeps its place where the list is empty, and moves on where the person counts nothing', async () => {
    tape.on('GET /api/v3/user', details(range(1, 3)));
    const { cursor } = bookmark(await harvest());
    tape.on('GET /api/v3/user', details([]));
    expect(await harvest(cursor)).toMatchObject([{ kind: 'gap', reason: 'platform' }]);
    const counts = { post_count: 0, comment_count: 0 };
    tape.on('GET /api/v3/user', { body: { person_view: { person: creator, counts }, posts: [], comments: [] } });
    expect((await harvest(cursor)).map(({ kind }) => kind)).toEqual(['bookmark']);
  });

  it('notes once that an account is banned, and that it no longer is', async () => {
    const person = (more: object): Reply => ({
      body: { person_view: { person: { ...creator, ...more } }, posts: [postView(1)], comments: [] },
    });
    tape.on('GET /api/v3/user', person({ banned: true }));
    const first = await harvest();
    expect(first[0]).toMatchObject({ kind: 'account', state: 'suspended' });
    const next = await harvest(bookmark(first).cursor);
    expect(next.map(({ kind }) => kind)).toEqual(['captured', 'bookmark']);
    tape.on('GET /api/v3/user', person({}));
    expect((await harvest(bookmark(next).cursor))[0]).toMatchObject({ kind: 'account', state: 'active' });
  });

  it('takes HTML for no answer, and an odd one for nothing about the account', async () => {
    tape.on('GET /api/v3/user', { headers: { 'content-type': 'text/html' }, body: '<html>' });
    await expect(harvest()).rejects.toMatchObject({ problem: 'not-json' });
    tape.on('GET /api/v3/user', { body: { welcome: true } });
    expect(await harvest()).toMatchObject([{ kind: 'gap', reason: 'platform' }]);
  });

  it('stops where the same page comes again', async () => {
    tape.on('GET /api/v3/user', () =>
      details(range(1, 50))({ query: new URLSearchParams('page=1&limit=50') } as TapeRequest),
    );
    const steps = await harvest();
    expect(steps.filter(({ kind }) => kind === 'gap')).toMatchObject([{ reason: 'platform' }]);
    expect(tape.requests.length).toBeLessThan(4);
  });

  it('says that an account is gone, and moves nothing', async () => {
    tape.on('GET /api/v3/user', { status: 404, body: { error: 'couldnt_find_person' } });
    expect(await harvest({ post: { known: [1], newest: 1 } })).toMatchObject([{ kind: 'account', state: 'notFound' }]);
  });
});

describe('a look', () => {
  it('reads the flags of the thing, and calls nothing else deleted', async () => {
    tape.on('GET /api/v3/post?id=1', { body: { post_view: postView(1) } });
    tape.on('GET /api/v3/post?id=2', { body: { post_view: postView(2, { deleted: true, body: '' }) } });
    tape.on('GET /api/v3/post?id=3', { status: 404, body: { error: 'couldnt_find_post' } });
    tape.on('GET /api/v3/post?id=4', { body: { post_view: postView(5) } });
    const posts = [1, 2, 3, 4].map((id) => ({ post: `${ORIGIN}/post/${id}` as never, ref: `post ${id}` }));
    const steps = await stepsOf(connector.look!(seed, posts, test.io));
    const read = await Promise.all(captured(steps).map((step) => readingsOf(lemmy, test, step)));
    expect(read.flat()).toMatchObject([{ outcome: 'present' }, { outcome: 'deleted' }]);
    expect(steps[2]).toMatchObject({ kind: 'absence', outcome: 'notFound' });
    expect(steps[3]).toMatchObject({ kind: 'absence', outcome: 'omitted' });
  });
});
