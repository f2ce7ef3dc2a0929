/** A backfill that was raised: the harvest goes further back, and knows afterwards what it knew before. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Key } from '../../src/core/digest.js';
import { coverageOf } from '../support/coverage.js';
import { openHarvestRig, type HarvestRig } from '../support/harvest-rig.js';
import { startMastodon, type MastodonTape } from '../support/mastodon-tape.js';
import { startTape, type Tape } from '../support/tape-server.js';

let server: MastodonTape;
let news: Tape;
let rig: HarvestRig;
beforeAll(async () => {
  server = await startMastodon();
  news = await startTape();
  rig = await openHarvestRig({ [server.host]: server.tape.url, 'hacker-news.firebaseio.com': news.url });
  for (let n = 0; n < 150; n++) server.post(`post ${n}`, new Date(Date.UTC(2016, 11, 13, 0, n)));
});
afterAll(async () => {
  await rig.close();
  await server.close();
  await news.close();
});

const posts = async (like: string): Promise<number> =>
  (await rig.row<{ n: number }>('SELECT count(*)::int AS n FROM post WHERE uri LIKE $1', like)).n;
interface Row {
  backfilled: number | null;
  state: string;
}
const row = (seed: Key, harvest: Key): Promise<Row> =>
  rig.row(
    'SELECT s.backfilled, h.state FROM seed s JOIN harvest h USING (seed_id) WHERE s.seed_id = $1 AND h.harvest_id = $2',
    seed,
    harvest,
  );

describe('where the place is known at which the first harvest ended', () => {
  const OURS = 'https://social.example/%';
  let seed: Key;
  /** Pages of the list that were asked for, by where they begin. */
  const pages = (from: number): (string | null)[] =>
    server.tape.requests
      .slice(from)
      .filter(({ path, query }) => path.endsWith('/statuses') && query.get('pinned') === null)
      .map(({ query }) => query.get('max_id'));

  it('it goes on from there', async () => {
    seed = (await rig.follow('@nour@social.example', { backfill: 40 })).id;
    await rig.harvest(seed);
    expect(await posts(OURS)).toBe(40);
    // The default, and less than before, are no news.
    expect((await rig.follow('@nour@social.example', { backfill: 20 })).deeper).toBeUndefined();

    expect((await rig.follow('@nour@social.example', { backfill: 100 })).deeper).toEqual({
      had: 40,
      wanted: 100,
      fromBeginning: false,
    });
    const from = server.tape.requests.length;
    const harvest = await rig.harvest(seed);
    expect(await row(seed, harvest)).toEqual({ backfilled: 100, state: 'complete' });
    expect(await posts(OURS)).toBe(120); // whole pages
    const [newest, ...older] = pages(from);
    expect(newest).toBeNull();
    // Of the forty that were had, none is asked for again on the way down.
    expect(Math.max(...older.filter((id) => id !== null).map(Number))).toBe(112_000_110);
  });

  it('nothing is missed that came meanwhile, and a quiet account has no gap', async () => {
    server.post('meanwhile');
    const harvest = await rig.harvest(seed);
    expect(await row(seed, harvest)).toEqual({ backfilled: 100, state: 'complete' });
    expect(await posts(OURS)).toBe(121);
    expect(await coverageOf(rig, seed)).toEqual([{ kind: 'watched', reason: null }]);
  });

  it('it comes to the beginning, and is then asked no more', async () => {
    await rig.follow('@nour@social.example', { backfill: 500 });
    await rig.harvest(seed);
    expect(await posts(OURS)).toBe(151);
    const { deeper } = await rig.follow('@nour@social.example', { backfill: 1_000 });
    expect(deeper).toMatchObject({ fromBeginning: true });
    const from = server.tape.requests.length;
    await rig.harvest(seed);
    expect(pages(from).filter((id) => id !== null)).toEqual([]);
  });
});

it('where it is not known, the first harvest is done once more', async () => {
  const ids = Array.from({ length: 12 }, (_, i) => 900 + i);
  news.on('GET /v0/user/nour.json', { body: { id: 'nour', created: 1_481_000_000, karma: 1, submitted: ids } });
  for (const id of ids)
    news.on(`GET /v0/item/${id}.json`, {
      body: { id, by: 'nour', type: 'comment', parent: 1, text: 'x', time: 1_481_655_851 },
    });
  const { id: seed } = await rig.follow('hn:nour', { backfill: 5 });
  await rig.harvest(seed);
  expect(await posts('https://news.ycombinator.com/%')).toBe(5);
  await rig.follow('hn:nour', { backfill: 9 });
  const harvest = await rig.harvest(seed);
  expect(await row(seed, harvest)).toEqual({ backfilled: 9, state: 'complete' });
  expect(await posts('https://news.ycombinator.com/%')).toBe(9);
});
