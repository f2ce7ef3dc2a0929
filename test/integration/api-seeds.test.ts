/** Following over HTTP: what is followed, how it went, and what was watched. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EXCHANGES, HARVEST, HARVESTS } from '../../src/api/harvests/schemas.js';
import { COVERAGE, SEED, SEEDS } from '../../src/api/seeds/schemas.js';
import { parseKey, type Key } from '../../src/core/digest.js';
import { PgHarvestStore } from '../../src/store/harvests.js';
import { inTransaction } from '../../src/store/transaction.js';
import { noteGap } from '../../src/store/coverage.js';
import { startFollowingApi, type FollowingApi } from '../support/following-api.js';

const NOWHERE = '00000000-0000-4000-8000-000000000000';
const MINUTE = 60_000;

let rig: FollowingApi;
let id: string;
let key: Key;

beforeAll(async () => {
  rig = await startFollowingApi();
  for (let n = 0; n < 3; n++) rig.server.post(`حلب ${n}`, new Date(Date.now() - (10 - n) * MINUTE));
});
afterAll(() => rig.close());

describe('following over HTTP', () => {
  it('follows what was typed, and answers with the seed', async () => {
    const { status, body, location } = await rig.send('POST', '/api/v1/seeds', {
      follow: '@nour@social.example',
      collection: 'aleppo',
      authority: 'the family asked for it',
    });
    expect(status).toBe(201);
    const made = SEED.strict().parse(body);
    expect(made).toMatchObject({
      collection: 'aleppo',
      connector: 'mastodon',
      uri: rig.server.actor,
      name: '@nour@social.example',
      state: 'active',
      adaptive: true,
      every: 900,
      authority: 'the family asked for it',
      lastHarvest: null,
      watched: null,
      gaps: 0,
    });
    expect(location).toBe(`/api/v1/seeds/${made.id}`);
    [id, key] = [made.id, parseKey(made.id)!];
    expect(SEED.strict().parse(await rig.get(location!))).toEqual(made);
  });

  it('again is harmless, and says that it was followed already', async () => {
    const { status, body } = await rig.send('POST', '/api/v1/seeds', {
      follow: 'https://social.example/@nour',
      collection: 'aleppo',
    });
    expect([status, body.id]).toEqual([200, id]);
    const page = SEEDS.strict().parse(await rig.get('/api/v1/seeds?collection=aleppo'));
    expect(page.items.map((seed) => seed.id)).toEqual([id]);
  });

  it.each([
    ['nothing that can be followed', { follow: 'nothing at all' }, 'nothing that can be followed'],
    ['nobody there', { follow: '@nobody@social.example' }, 'could not be followed'],
    ['a connector that is none', { follow: '@nour@social.example', connector: 'carrier-pigeon' }, 'carrier-pigeon'],
    ['a credential that is none', { follow: '@nour@social.example', credential: 'mine' }, 'mine'],
    ['too often', { follow: '@nour@social.example', every: 1 }, 'every'],
    ['a field that is not known', { follow: '@nour@social.example', often: true }, 'often'],
  ])('refuses %s with a problem document', async (_, body, detail) => {
    const answer = await rig.send('POST', '/api/v1/seeds', body);
    expect(answer.status).toBe(400);
    expect(answer.body.type).toBe('urn:perdure:problem:invalid');
    expect(JSON.stringify(answer.body)).toContain(detail);
  });

  it('harvests on request, and shows every request of it', async () => {
    const { status, body, location } = await rig.send('POST', `/api/v1/seeds/${id}/harvest`);
    expect(status).toBe(202);
    expect(location).toBe(`/api/v1/harvests/${body.harvest}`);
    const harvest = HARVEST.strict().parse(await rig.get(location!));
    expect(harvest).toMatchObject({
      id: body.harvest,
      seed: id,
      kind: 'asked',
      state: 'complete',
      newPosts: 3,
      new: 3,
      collection: 'aleppo',
      authority: 'the family asked for it',
      cursorBefore: null,
    });
    expect(harvest.read).toBe(harvest.new + harvest.duplicate + harvest.rejected);
    expect(harvest.cursorAfter).not.toBeNull();
    const exchanges = EXCHANGES.strict().parse(await rig.get(`${location}/exchanges`));
    expect(exchanges.items).toHaveLength(harvest.requests);
    expect(exchanges.items.map(({ seq }) => seq)).toEqual(exchanges.items.map((_, n) => n));
    expect(exchanges.items.some(({ digest }) => digest?.startsWith('sha256:') === true)).toBe(true);
    const first = EXCHANGES.parse(await rig.get(`${location}/exchanges?limit=1`));
    const rest = EXCHANGES.parse(await rig.get(`${location}/exchanges?cursor=${first.next}`));
    expect([...first.items, ...rest.items]).toEqual(exchanges.items);

    const seed = SEED.parse(await rig.get(`/api/v1/seeds/${id}`));
    expect(seed.lastHarvest).toMatchObject({ id: body.harvest, state: 'complete', newPosts: 3, problem: null });
    expect(seed.watched).not.toBeNull();
    expect(Date.parse(seed.lastNewAt!)).toBeGreaterThan(Date.now() - MINUTE);
    expect(seed.postsToLookAt).toBe(3);
  });

  it('does not count harvests as accessions, and shows each under its id', async () => {
    expect(await rig.get('/api/v1/accessions')).toEqual({ items: [], next: null });
    expect(await rig.get('/api/v1/collections/aleppo')).toMatchObject({ accessions: 0, posts: 3 });
    const { items } = await rig.get<{ items: { id: string }[] }>('/api/v1/harvests?limit=1');
    expect(await rig.get(`/api/v1/accessions/${items[0]!.id}`)).toMatchObject({ status: 'complete', newPosts: 3 });
    const metrics = await (await fetch(`${rig.url}/metrics`)).text();
    expect(metrics).not.toMatch(/perdure_accessions\{status="complete"\} [1-9]/);
  });

  it('lists harvests, latest first, page by page', async () => {
    for (let n = 0; n < 4; n++) await rig.harvest(key);
    const all = HARVESTS.strict().parse(await rig.get(`/api/v1/harvests?seed=${id}`)).items;
    expect(all).toHaveLength(5);
    expect(all.map(({ startedAt }) => startedAt)).toEqual(
      all
        .map(({ startedAt }) => startedAt)
        .sort()
        .reverse(),
    );
    const paged: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query = cursor === '' ? '' : `&cursor=${cursor}`;
      const page: { items: unknown[]; next: string | null } = await rig.get(
        `/api/v1/harvests?collection=aleppo&state=complete&limit=2${query}`,
      );
      paged.push(...page.items);
      cursor = page.next;
    }
    expect(paged).toEqual(all);
    expect(await rig.get('/api/v1/harvests?state=failed')).toEqual({ items: [], next: null });
  });

  it('pauses, resumes, and changes how often', async () => {
    const change = (body: object) => rig.send('PATCH', `/api/v1/seeds/${id}`, body);
    expect((await change({ state: 'paused' })).body).toMatchObject({ state: 'paused' });
    expect((await rig.get('/api/v1/seeds?state=paused')).items).toHaveLength(1);
    expect((await change({ state: 'active', every: 120 })).body).toMatchObject({
      state: 'active',
      every: 120,
      interval: 120,
      adaptive: false,
    });
    expect((await change({})).status).toBe(400);
    expect((await change({ state: 'ended' })).status).toBe(400);
  });

  it.each([
    ['GET', `/api/v1/seeds/${NOWHERE}`, undefined],
    ['PATCH', `/api/v1/seeds/${NOWHERE}`, { state: 'paused' }],
    ['DELETE', `/api/v1/seeds/${NOWHERE}`, undefined],
    ['POST', `/api/v1/seeds/${NOWHERE}/harvest`, undefined],
    ['GET', `/api/v1/seeds/${NOWHERE}/coverage`, undefined],
    ['GET', `/api/v1/seeds/${NOWHERE}/events`, undefined],
    ['GET', `/api/v1/harvests/${NOWHERE}`, undefined],
    ['GET', `/api/v1/harvests/${NOWHERE}/exchanges`, undefined],
  ])('%s %s is a problem document', async (method, path, body) => {
    const answer = await rig.send(method, path, body);
    expect([answer.status, answer.body.type]).toEqual([404, 'urn:perdure:problem:not-found']);
  });
});

describe('coverage', () => {
  const coverage = async (query = '') => COVERAGE.strict().parse(await rig.get(`/api/v1/seeds/${id}/coverage${query}`));

  it('says what was watched, and that the time since is not known yet', async () => {
    const { intervals, ceilings, seed } = await coverage();
    expect(intervals.map(({ kind }) => kind)).toEqual(['watched', 'since']);
    expect(intervals[1]).toMatchObject({ from: intervals[0]!.to, reason: 'due', harvest: null });
    expect(ceilings.length).toBeGreaterThan(0);
    expect(seed.id).toBe(id);
  });

  it('answers for a time', async () => {
    const { intervals } = await coverage();
    const at = async (time: string) => (await coverage(`?at=${time}`)).at;
    const middle = new Date((Date.parse(intervals[0]!.from) + Date.parse(intervals[0]!.to)) / 2).toISOString();
    expect(await at(middle)).toMatchObject({ watched: 'yes', time: middle });
    expect(await at('2011-01-01T00:00:00Z')).toMatchObject({ watched: 'no', time: '2011-01-01T00:00:00.000Z' });
    expect((await at('2999-01-01T00:00:00Z'))?.watched).toBe('unknown');
    expect((await rig.send('GET', `/api/v1/seeds/${id}/coverage?at=yesterday`)).status).toBe(400);
  });

  it('names a gap, why, and only for the time that it lasted', async () => {
    const before = (await coverage()).intervals[0]!;
    const { pool } = rig.api.archive;
    const [from, to] = [new Date(Date.parse(before.to) + 1000), new Date(Date.parse(before.to) + 3_600_000)];
    const moment = { seed: key, harvest: key, at: to.toISOString() };
    await inTransaction(pool, (client) =>
      noteGap(client, moment, {
        kind: 'gap',
        reason: 'outage',
        detail: 'the server was away',
        from: from.toISOString(),
      }),
    );
    const { intervals, seed } = await coverage();
    expect(intervals.map(({ kind }) => kind)).toEqual(['watched', 'gap']);
    expect(intervals[1]).toMatchObject({ reason: 'outage', detail: 'the server was away', to: to.toISOString() });
    expect(seed.gaps).toBe(1);
    const during = new Date(from.getTime() + MINUTE).toISOString();
    expect((await coverage(`?at=${during}`)).at).toMatchObject({
      watched: 'no',
      why: expect.stringContaining('the server was away'),
    });
    const between = new Date(from.getTime() - 500).toISOString();
    expect((await coverage(`?at=${between}`)).at).toMatchObject({ watched: 'unknown' });
    expect((await coverage(`?to=${before.to}`)).intervals).toEqual([before]);
    expect((await coverage(`?from=${from.toISOString()}`)).intervals).toEqual([intervals[1]]);
    await pool.query(`DELETE FROM coverage WHERE kind = 'gap'`);
  });
});

describe('what runs, and what is over', () => {
  it('shows a harvest that runs', async () => {
    const store = new PgHarvestStore(rig.api.archive.pool);
    const harvest = parseKey('5eed0000-0000-4000-8000-000000000001')!;
    const answer = await store.claim(key, harvest, 'asked', 60_000);
    if (!('claim' in answer)) throw new Error(answer.refused);
    expect(await rig.get(`/api/v1/seeds/${id}`)).toMatchObject({ running: '5eed0000-0000-4000-8000-000000000001' });
    await store.end(answer.claim, {
      state: 'failed',
      problem: 'the server said no',
      warnings: ['slow'],
      looks: 0,
      missed: [],
    });
    const seed = SEED.parse(await rig.get(`/api/v1/seeds/${id}`));
    expect(seed).toMatchObject({ running: null, failures: 1, problem: 'the server said no' });
    expect(seed.lastHarvest).toMatchObject({ state: 'failed', problem: 'the server said no', newPosts: 0 });
    expect(COVERAGE.parse(await rig.get(`/api/v1/seeds/${id}/coverage`)).intervals.at(-1)).toMatchObject({
      kind: 'since',
      reason: 'outage',
      detail: 'the server said no',
    });
  });

  it('unfollows, and keeps all that was archived', async () => {
    expect((await rig.send('DELETE', `/api/v1/seeds/${id}`)).status).toBe(204);
    expect((await rig.send('DELETE', `/api/v1/seeds/${id}`)).status).toBe(204);
    expect((await rig.get('/api/v1/seeds?collection=aleppo')).items).toEqual([]);
    expect((await rig.get('/api/v1/seeds?state=ended')).items).toHaveLength(1);
    expect(await rig.get(`/api/v1/seeds/${id}`)).toMatchObject({ state: 'ended' });
    expect(await rig.get('/api/v1/collections/aleppo')).toMatchObject({ posts: 3 });
    const { status, body } = await rig.send('POST', `/api/v1/seeds/${id}/harvest`);
    expect([status, body.type]).toEqual([409, 'urn:perdure:problem:conflict']);
  });

  it('a process that follows nothing says so', async () => {
    const answer = await fetch(`${rig.api.url}/api/v1/seeds`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"follow":"@nour@social.example"}',
    });
    expect(answer.status).toBe(501);
    expect(await answer.json()).toMatchObject({ type: 'urn:perdure:problem:not-here' });
  });
});
