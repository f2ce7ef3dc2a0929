/** S6: were we looking? What the harvests of an account say of every time, through outages, lost places and pauses. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { harvestIdOf } from '../../src/app/harvesting.js';
import { showKey, type Key } from '../../src/core/digest.js';
import { harvestSeed } from '../../src/pipeline/harvest.js';
import { coverage, seed as readSeed, type CoverageView } from '../../src/read/index.js';
import { setSeedState } from '../../src/store/seeds.js';
import { openHarvestRig, type HarvestRig } from '../support/harvest-rig.js';
import { startMastodon, type MastodonTape, type Written } from '../support/mastodon-tape.js';
import type { Reply } from '../support/tape-server.js';

const HOUR = 3_600_000;
/** Three days ago: the hours of these tests are past, for the server's posts too. */
const START = Math.floor(Date.now() / HOUR) * HOUR - 72 * HOUR;
const hour = (n: number): Date => new Date(START + n * HOUR);
const iso = (n: number): string => hour(n).toISOString();

const ACCOUNTS = 16;
let servers: MastodonTape[];
let rig: HarvestRig;
let used = 0;
let server: MastodonTape;
let seed: Key;
let posts: Written[];

beforeAll(async () => {
  servers = await Promise.all(Array.from({ length: ACCOUNTS }, (_, n) => startMastodon(`s${n}.example`)));
  rig = await openHarvestRig(Object.fromEntries(servers.map(({ host, tape }) => [host, tape.url])));
});
afterAll(async () => {
  await rig.close();
  await Promise.all(servers.map((each) => each.close()));
});

/** Everyone is watched from hour 1 to hour 2, with ten posts of hour 0. */
beforeEach(async () => {
  server = servers[used++]!;
  posts = [];
  seed = (await rig.follow(`@nour@${server.host}`)).id;
  write(10, 0);
  await harvest(1);
  await harvest(2);
});

/** So many posts, a second apart, from this hour on. */
function write(count: number, from: number): void {
  for (let n = 0; n < count; n++) {
    const at = new Date(hour(from).getTime() + n * 1_000);
    posts.push(server.post(`post ${posts.length}`, at));
  }
}

/** @returns its state */
async function harvest(at: number, signal = new AbortController().signal): Promise<string> {
  const ms = hour(at).getTime();
  const id = harvestIdOf(seed, 'scheduled', ms);
  const order = { seed, harvest: id, kind: 'scheduled', dueMs: ms } as const;
  await harvestSeed({ ...rig.deps, now: () => ms }, order, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return (await rig.row<{ state: string }>('SELECT state FROM harvest WHERE harvest_id = $1', id)).state;
}

const view = async (now: number, at?: number): Promise<CoverageView> =>
  coverage(
    rig.archive.pool,
    (await readSeed(rig.archive.pool, showKey(seed)))!,
    at === undefined ? undefined : iso(at),
    hour(now),
  );

/** `[kind, from, to, reason]`, times in hours. */
async function intervals(now: number): Promise<unknown[]> {
  const hours = (time: string): number => (Date.parse(time) - START) / HOUR;
  return (await view(now)).intervals.map(({ kind, from, to, reason }) => [
    kind,
    hours(from),
    hours(to),
    ...(reason === null ? [] : [reason]),
  ]);
}

const HTML: Reply = { headers: { 'content-type': 'text/html' }, body: '<html>we will be back soon</html>' };
/** As if its server had been set up anew: what was known is not listed any more, and the account counts more than that. */
const forgetAll = (): void => posts.forEach(({ id }) => server.delete(id));

describe('a time', () => {
  it('before anybody watched is not covered, and one that has not come is not known', async () => {
    const fresh = (await rig.follow(`@nour@${server.host}`, { collection: 'other' })).id;
    const unwatched = await coverage(rig.archive.pool, (await readSeed(rig.archive.pool, showKey(fresh)))!, iso(1));
    expect(unwatched).toMatchObject({ intervals: [], at: { watched: 'no', why: 'it has not been harvested yet' } });
    expect((await view(2.5, 0.5)).at).toMatchObject({ watched: 'no', why: expect.stringContaining('first harvest') });
    expect((await view(2.5, 3)).at).toMatchObject({ watched: 'unknown', why: 'it lies in the future' });
  });

  it('between two harvests that met is covered; since the last one it is not known yet', async () => {
    expect(await intervals(2.5)).toEqual([
      ['watched', 1, 2],
      ['since', 2, 2.5, 'due'],
    ]);
    expect((await view(2.5, 1.5)).at).toMatchObject({ watched: 'yes' });
    expect((await view(2.5, 2.2)).at).toMatchObject({ watched: 'unknown', why: expect.stringContaining('due') });
  });
});

describe('an outage', () => {
  it('is no gap where the list still leads to what was known', async () => {
    server.listing = () => HTML;
    write(3, 2.5);
    expect(await harvest(3)).toBe('failed');
    expect(await harvest(4)).toBe('failed');
    expect(await intervals(4.5)).toEqual([
      ['watched', 1, 2],
      ['since', 2, 4.5, 'outage'],
    ]);
    expect((await view(4.5, 3)).at).toMatchObject({ watched: 'unknown', why: expect.stringContaining('outage') });
    server.listing = undefined;
    write(3, 4.5);
    expect(await harvest(5)).toBe('complete');
    expect(await intervals(5)).toEqual([['watched', 1, 5]]);
    expect((await view(5, 3)).at).toMatchObject({ watched: 'yes' });
  });

  it('is no gap either where the account was quiet', async () => {
    server.listing = () => HTML;
    await harvest(3);
    server.listing = undefined;
    expect(await harvest(4)).toBe('complete');
    expect(await intervals(4)).toEqual([['watched', 1, 4]]);
  });

  it('that shows an empty list moves nothing, and is told by its harvest alone', async () => {
    server.listing = () => ({ body: [] });
    expect(await harvest(3)).toBe('failed');
    expect((await intervals(3)).slice(0, 1)).toEqual([['watched', 1, 2]]);
    server.listing = undefined;
    write(1, 3);
    await harvest(4);
    expect(await intervals(4)).toEqual([['watched', 1, 4]]);
  });
});

describe('a place that is lost', () => {
  it('is one gap, with its reason, for the time that it lasted; several are several', async () => {
    forgetAll();
    write(3, 4);
    expect(await harvest(5)).toBe('complete');
    expect(await intervals(5)).toEqual([
      ['watched', 1, 2],
      ['gap', 2, 5, 'ceiling'],
      ['watched', 5, 5],
    ]);
    await harvest(6);
    // A list whose second page is the first one again.
    write(50, 6.5);
    server.listing = ({ query }, honest) => {
      query.delete('max_id');
      query.delete('since_id');
      return honest();
    };
    await harvest(7);
    server.listing = undefined;
    write(1, 7.5);
    expect(await harvest(8)).toBe('complete');
    expect(await intervals(8)).toEqual([
      ['watched', 1, 2],
      ['gap', 2, 5, 'ceiling'],
      ['watched', 5, 6],
      ['gap', 6, 7, 'platform'],
      ['watched', 7, 8],
    ]);
    for (const [at, watched] of [
      [1.5, 'yes'],
      [3, 'no'],
      [5.5, 'yes'],
      [6.5, 'no'],
      [7.5, 'yes'],
    ] as const)
      expect([at, (await view(8, at)).at?.watched]).toEqual([at, watched]);
    expect((await view(8, 3)).at?.why).toContain('before any that had been seen');
    const by = (await view(8)).intervals.map(({ harvest: each }) => each);
    const at = (n: number): string => showKey(harvestIdOf(seed, 'scheduled', hour(n).getTime()));
    // What was watched is said by the harvest that reached furthest, a gap by the one that met it.
    expect(by).toEqual([2, 5, 6, 7, 8].map(at));
  });

  it('in the middle of a list is a gap, though the top of it is seen', async () => {
    write(90, 2.5);
    const stop = new AbortController();
    const honestly = server.tape.requests.length;
    server.listing = (_, honest) => {
      // The worker is stopped while it asks for the second page.
      if (server.tape.requests.length - honestly >= 2) stop.abort(new Error('the worker is stopping'));
      return honest();
    };
    expect(await harvest(3, stop.signal)).toBe('interrupted');
    expect(await intervals(3)).toEqual([
      ['watched', 1, 2],
      ['since', 2, 3, 'outage'],
    ]);
    server.listing = ({ query }, honest) =>
      query.has('max_id') ? { status: 400, body: { error: 'no such place' } } : honest();
    await harvest(4);
    expect(await intervals(4)).toEqual([
      ['watched', 1, 2],
      ['gap', 2, 4, 'cursor-reset'],
      ['watched', 4, 4],
    ]);
  });
});

describe('a seed that is not asked', () => {
  it('says so while it is paused, and nothing is missing afterwards where the list says so', async () => {
    await setSeedState(rig.archive.pool, seed, 'paused');
    write(3, 3);
    expect(await intervals(4)).toEqual([
      ['watched', 1, 2],
      ['since', 2, 4, 'paused'],
    ]);
    expect((await view(4, 3)).at).toMatchObject({ watched: 'unknown', why: expect.stringContaining('paused') });
    await setSeedState(rig.archive.pool, seed, 'active');
    await harvest(5);
    expect(await intervals(5)).toEqual([['watched', 1, 5]]);
  });

  it('has a gap afterwards where the list does not reach back', async () => {
    await setSeedState(rig.archive.pool, seed, 'paused');
    forgetAll();
    write(3, 4);
    await setSeedState(rig.archive.pool, seed, 'active');
    await harvest(5);
    expect(await intervals(5)).toEqual([
      ['watched', 1, 2],
      ['gap', 2, 5, 'ceiling'],
      ['watched', 5, 5],
    ]);
  });

  it('says that it waits for its budget, or that nobody follows it any more', async () => {
    server.listing = () => ({ status: 429, headers: { 'retry-after': '600' } });
    expect(await harvest(3)).toBe('waiting');
    expect((await intervals(3.5)).at(-1)).toEqual(['since', 2, 3.5, 'rate-limit']);
    await setSeedState(rig.archive.pool, seed, 'ended');
    expect((await intervals(3.5)).at(-1)).toEqual(['since', 2, 3.5, 'unfollowed']);
  });

  it('shows the times of its schedule that passed, and does not blame a harvest for those before it', async () => {
    await rig.rows('UPDATE seed SET every_seconds = 3600, interval_seconds = 3600 WHERE seed_id = $1', seed);
    const [now, minute] = [Date.now(), 60_000];
    const dueMs = now - 90 * minute;
    const order = { seed, harvest: harvestIdOf(seed, 'scheduled', dueMs), kind: 'scheduled', dueMs } as const;
    // It was due an hour and a half ago, and takes as long.
    await harvestSeed({ ...rig.deps, now: () => now + 91 * minute }, order, new AbortController().signal);
    const skipped = await rig.rows<{ at: Date; problem: string }>(
      `SELECT started_at AS at, problem FROM harvest WHERE seed_id = $1 AND state = 'skipped' ORDER BY started_at`,
      seed,
    );
    expect(skipped.map(({ at, problem }) => [(at.getTime() - now) / minute, problem])).toEqual([
      [-30, expect.stringContaining('away, or busy')],
      [30, expect.stringContaining('still running')],
      [90, expect.stringContaining('still running')],
    ]);
  });
});
