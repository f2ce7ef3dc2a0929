/**
 * What platforms and workers do to following, seen through the whole product: a killed worker (S1), a rate limit (S2),
 * lists that lie (S3), two workers at one post (S5). One `perdure up`; every account lives on a played server of its own.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { HarvestView, Page, PostHistory, SearchResult, SeedView } from '../../src/read/index.js';
import { startMastodon, type MastodonTape } from '../support/mastodon-tape.js';
import type { Reply, TapeRequest } from '../support/tape-server.js';
import { JOURNEY_MS, startUp, statesOf, until, type Up } from '../support/up.js';

const PAGE = 40;
const YEARS_AGO = Date.UTC(2016, 11, 13);

let servers: MastodonTape[];
let up: Up;

beforeAll(async () => {
  servers = await Promise.all(
    ['killed', 'limited', 'free', 'lying', 'both'].map((name) => startMastodon(`${name}.example`)),
  );
  up = await startUp(Object.fromEntries(servers.map(({ host, tape }) => [host, tape.url])));
}, JOURNEY_MS);
afterAll(async () => {
  await up?.close();
  await Promise.all(servers.map((server) => server.close()));
}, JOURNEY_MS);

const played = (name: string): MastodonTape => servers.find(({ host }) => host === `${name}.example`)!;
const nameOf = ({ host }: MastodonTape): string => `@nour@${host}`;

/** Long ago: no look at them is due, and the list is all that is asked for. */
function write(server: MastodonTape, count: number): string[] {
  return Array.from({ length: count }, (_, n) => server.post(`post ${n}`, new Date(YEARS_AGO + n * 60_000)).uri);
}

const postsIn = async (collection: string): Promise<SearchResult['items']> =>
  (await up.get<SearchResult>(`/posts?collection=${collection}&limit=200`)).items;
const latestHarvests = (seed: SeedView): Promise<Page<HarvestView>> => up.get(`/harvests?seed=${seed.id}`);

let killed: SeedView;
let limited: SeedView;

it(
  'S1: a worker is killed in the middle of a page',
  async () => {
    const server = played('killed');
    write(server, 2 * PAGE + 5);
    // Half of the second page comes, and then nothing.
    const isSecond = ({ query }: TapeRequest): boolean => query.has('max_id');
    server.listing = (request, honest) => (isSecond(request) ? { ...honest(), misbehave: 'stall' } : honest());
    await up.told('follow', nameOf(server), '--collection', 'killed', '--no-now');
    killed = await until('the worker to be in the middle of the second page', async () => {
      if (!server.tape.requests.some(isSecond)) return undefined;
      return up.seed(nameOf(server));
    });
    expect(killed.cursorAt).not.toBeNull(); // the first page is committed
    expect(await up.told('seeds', '--collection', 'killed')).toContain('harvesting');
    expect(await up.told('harvests', killed.running!)).toContain('running: 40 new posts');

    const [victim] = up.harvesters();
    process.kill(victim!, 'SIGKILL');
    server.listing = undefined;
    await until('another worker in its place', () => {
      const [next] = up.harvesters();
      return next !== undefined && next !== victim ? next : undefined;
    });
  },
  JOURNEY_MS,
);

it(
  'S2: 429 with Retry-After: that host waits, and its seed says so; another goes on',
  async () => {
    const [spent, free] = [played('limited'), played('free')];
    write(spent, 1);
    write(free, 1);
    // Shorter waits than these are waited for within the harvest.
    spent.listing = () => ({ status: 429, headers: { 'retry-after': '25' }, body: { error: 'Too many requests' } });
    await up.told('follow', nameOf(spent), nameOf(free), '--collection', 'limits', '--every', '10s', '--no-now');
    limited = await until('the seed to wait for its budget', async () => {
      const seed = await up.seed(nameOf(spent));
      return seed.waitsUntil === null ? undefined : seed;
    });
    spent.listing = undefined;
    expect(limited.problem).toMatch(/^limited\.example: the platform answered 429; not asked before 20/);
    const listed = await up.told('seeds', '--collection', 'limits');
    expect(listed).toMatch(/@nour@limited\.example.* waits \(rate limit\)/);
    const shown = await up.told('seeds', limited.id);
    expect(shown).toMatch(/problem +limited\.example: the platform answered 429; not asked before 20/);
    expect(shown).toMatch(/waits +until 20.*a rate budget is spent/);
    expect(await up.told('coverage', limited.id)).toContain('It has not been harvested yet');
    expect(await up.told('harvests', '--seed', limited.id, '--state', 'waiting')).toContain('waiting');
    expect(await up.told('seeds', nameOf(free))).toMatch(/state +(ok|harvesting)/);
  },
  JOURNEY_MS,
);

describe('S3: a list that is cut, reordered or empty', () => {
  it(
    'infers no deletion, and tells a gap only where it cannot be shown that nothing is missing',
    async () => {
      const server = played('lying');
      const uris = write(server, PAGE + 5);
      await up.told('follow', nameOf(server), '--collection', 'lying');
      const seed = await up.seed(nameOf(server));
      const gaps = async (): Promise<unknown[]> => {
        const told = await up.json<{ intervals: { kind: string; reason: string }[] }>('coverage', seed.id);
        return told.intervals.filter(({ kind }) => kind === 'gap').map(({ reason }) => reason);
      };
      const lies: [string, (honest: () => Reply) => Reply][] = [
        ['fewer', (honest) => ({ body: listOf(honest()).slice(3, 9) })],
        ['reordered', (honest) => ({ body: listOf(honest()).toReversed() })],
        ['empty', () => ({ body: [] })],
      ];
      for (const [lie, tell] of lies) {
        server.listing = ({ query }, honest) => (query.get('pinned') === 'true' ? honest() : tell(honest));
        const { state } = await up.harvest(seed);
        expect({ lie, state }).toEqual({ lie, state: lie === 'empty' ? 'failed' : 'complete' });
      }
      expect(await up.told('seeds', seed.id)).toContain('the account counts 45 posts, and its server lists none');
      server.listing = undefined;
      uris.push(server.post('still here', new Date(YEARS_AGO + 86_400_000)).uri);
      expect(await up.harvest(seed)).toMatchObject({ state: 'complete', newPosts: 1 });
      expect(await gaps()).toEqual([]);

      // Everything that had been seen is off the list, which is shorter than the account's own count.
      const before = new Date().toISOString();
      const known = new Set(uris);
      server.listing = (request, honest) => {
        const { body } = honest();
        return { body: (body as { uri: string }[]).filter(({ uri }) => !known.has(uri)) };
      };
      uris.push(server.post('much later', new Date(YEARS_AGO + 2 * 86_400_000)).uri);
      expect(await up.harvest(seed)).toMatchObject({ state: 'complete', newPosts: 1 });
      expect(await gaps()).toEqual(['ceiling']);
      const answer = await up.told('coverage', seed.id, '--at', before);
      expect(answer).toMatch(/not watched: ceiling: the list ends after 1 posts? of the 47 that the account counts/);
      expect((await up.coverage(seed, before)).at).toMatchObject({ watched: 'no' });
      const watched = (await up.coverage(seed)).intervals.find(({ kind }) => kind === 'watched')!;
      expect((await up.coverage(seed, watched.from)).at).toMatchObject({ watched: 'yes' });

      const posts = await postsIn('lying');
      expect(posts.map(({ uri }) => uri).toSorted()).toEqual(uris.toSorted());
      expect(new Set(posts.map(({ state }) => state))).toEqual(new Set(['present']));
    },
    JOURNEY_MS,
  );
});

const listOf = ({ body }: Reply): object[] => body as object[];

describe('S5: two workers get a post and its edit at once', () => {
  it.each(['the edit first', 'the edit last'])(
    'and out of order, %s: one post, two snapshots, the right order',
    async (order) => {
      const server = played('both');
      await up.told('follow', nameOf(server), '--collection', 'one');
      await up.told('follow', nameOf(server), '--collection', 'two');
      const written = new Date(Date.now() - 120_000);
      const { id, uri } = server.post(`first, ${order}`, written);
      // Both ask before either is answered; one of them is told what stood there before the edit.
      let release: () => void = () => undefined;
      const released = new Promise<void>((resolve) => (release = resolve));
      let asked = 0;
      server.listing = async ({ query }, honest) => {
        if (query.get('pinned') === 'true') return honest();
        const isFirst = asked++ === 0;
        const before = structuredClone(honest());
        if (isFirst) {
          await released;
          return order === 'the edit first' ? before : honest();
        }
        if (asked === 2) server.edit(id, `second, ${order}`, new Date(written.getTime() + 60_000));
        return order === 'the edit first' ? honest() : before;
      };
      const seed = await up.seed(nameOf(server), 'one');
      const worker = up.harvest(seed); // by a worker of `up`
      await until('the worker to ask', () => (asked > 0 ? true : undefined));
      const { harvests } = await up.json<{ harvests: HarvestView[] }>(
        'harvest',
        (await up.seed(nameOf(server), 'two')).id,
      );
      expect(harvests).toMatchObject([{ state: 'complete', newPosts: 1 }]);
      release();
      expect(await worker).toMatchObject({ state: 'complete' });
      server.listing = undefined;

      const told = await up.json<PostHistory>('history', uri);
      expect(statesOf(told)).toEqual([`first, ${order}`, `second, ${order}`]);
      expect(new Set(told.versions.map(({ snapshot }) => snapshot)).size).toBe(2);
      expect(statesOf(await up.history(uri))).toEqual(statesOf(told));
      const found = await up.json<SearchResult>('search', `"${order}"`);
      expect(found.items.filter((item) => item.uri === uri)).toHaveLength(1);
    },
    JOURNEY_MS,
  );
});

it(
  'S1: nothing is lost, nothing is double, the cursor is right',
  async () => {
    const server = played('killed');
    const ended = await until('the harvest to be taken up again by itself', async () => {
      const seed = await up.seed(nameOf(server));
      const { items } = await latestHarvests(seed);
      return seed.running === null && items[0]!.finishedAt !== null ? items : undefined;
    });
    expect(ended.find(({ id }) => id === killed.running)!.state).toMatch(/complete|interrupted/);
    for (const { read, rejected, ...counts } of ended) expect(read).toBe(counts.new + counts.duplicate + rejected);

    const uris = (await postsIn('killed')).map(({ uri }) => uri);
    expect(uris.toSorted()).toEqual(
      Array.from({ length: 2 * PAGE + 5 }, (_, n) => `${server.actor}/statuses/${112_000_000 + n}`).toSorted(),
    );
    const seed = await up.seed(nameOf(server));
    expect(seed).toMatchObject({ gaps: 0, problem: null, backTo: { beginning: true } });
    const asked = server.tape.requests.length;
    expect(await up.harvest(seed)).toMatchObject({ state: 'complete', newPosts: 0, newSnapshots: 0, rejected: 0 });
    const lists = server.tape.requests.slice(asked).filter(({ path }) => path.endsWith('/statuses'));
    expect(lists.filter(({ query }) => query.has('max_id'))).toEqual([]); // from the newest on, and no further
    expect((await up.coverage(seed)).intervals.map(({ kind }) => kind)).toEqual(['watched', 'since']);
  },
  JOURNEY_MS,
);

it(
  'S2: when its time is over, it is asked again by itself',
  async () => {
    await until('the limited host to be asked again', async () => {
      const { lastHarvest, problem } = await up.seed(limited.id);
      return lastHarvest?.state === 'complete' && problem === null ? true : undefined;
    });
    const [{ at: since }, waited] = [limited.lastHarvest!, limited.waitsUntil!];
    const during = ({ startedAt }: HarvestView): boolean => since < startedAt && startedAt < waited;
    const states = async (seed: SeedView): Promise<string[]> =>
      (await latestHarvests(seed)).items.filter(during).map(({ state }) => state);
    expect(await states(limited)).toEqual([]);
    expect(await states(await up.seed(nameOf(played('free'))))).toContain('complete');
    expect((await postsIn('limits')).map(({ state }) => state)).toEqual(['present', 'present']);
    expect((await up.coverage(limited)).intervals.map(({ kind }) => kind)).toEqual(['watched', 'since']);
  },
  JOURNEY_MS,
);
