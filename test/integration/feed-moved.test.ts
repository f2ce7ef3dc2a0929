/** A feed that has moved for good: visible on its seed and its harvest, asked at its new address, found by either. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Key } from '../../src/core/digest.js';
import { findSeeds } from '../../src/store/readers/seeds.js';
import { openHarvestRig, type HarvestRig } from '../support/harvest-rig.js';
import { startTape, type Tape } from '../support/tape-server.js';

const OLD = 'https://east.example/feed.xml';
const NEW = 'https://east.example/new.xml';
const THIRD = 'https://east.example/third.xml';
const FEED =
  '<?xml version="1.0"?><rss version="2.0"><channel><title>East</title><item><guid>https://east.example/1</guid><title>one</title></item></channel></rss>';

const PACED = {
  headers: { 'content-type': 'application/rss+xml' },
  body: FEED.replace('<title>East', '<ttl>120</ttl><title>East'),
};

let tape: Tape;
let rig: HarvestRig;
let seed: Key;
beforeAll(async () => {
  const feed = { headers: { 'content-type': 'application/rss+xml' }, body: FEED };
  tape = await startTape({ 'GET /feed.xml': feed, 'GET /new.xml': feed });
  rig = await openHarvestRig({ 'east.example': tape.url });
  seed = (await rig.follow(OLD)).id;
});
afterAll(async () => {
  await rig.close();
  await tape.close();
});

interface Row {
  settings: { url: string; was?: string[] };
  uri: string;
  state: string | null;
  detail: string | null;
}
const row = (): Promise<Row> =>
  rig.row('SELECT settings, uri, account_state AS state, account_detail AS detail FROM seed WHERE seed_id = $1', seed);
const warnings = async (harvest: Key): Promise<readonly string[]> =>
  (await rig.row<{ warnings: string[] }>('SELECT warnings FROM harvest WHERE harvest_id = $1', harvest)).warnings;

const seeds = async (): Promise<number> => (await rig.row<{ n: number }>('SELECT count(*)::int AS n FROM seed')).n;

it('is told at once, and asked elsewhere only after a day', async () => {
  await rig.harvest(seed);
  tape.on('GET /feed.xml', { status: 301, headers: { location: NEW } });
  const told = await rig.harvest(seed);
  expect(await row()).toMatchObject({ state: 'moved', settings: { url: OLD }, detail: expect.stringContaining(NEW) });
  expect(await warnings(told)).toEqual([expect.stringContaining(`${OLD} says that it is at ${NEW} for good`)]);
  expect(await warnings(await rig.harvest(seed))).toEqual([]);

  await rig.archive.pool.query(
    `UPDATE seed SET cursor = jsonb_set(cursor, '{moving,since}', to_jsonb((cursor #>> '{moving,since}')::bigint - 86400000))
     WHERE seed_id = $1`,
    [seed],
  );
  expect(await warnings(await rig.harvest(seed))).toEqual([expect.stringContaining(`asked at ${NEW} from now on`)]);
  expect(await row()).toMatchObject({ uri: OLD, state: 'moved', settings: { url: NEW, was: [OLD] } });

  const before = tape.requests.length;
  await rig.harvest(seed);
  const asked = tape.requests.slice(before).map(({ path }) => path);
  expect(asked.filter((path) => path !== '/robots.txt')).toEqual(['/new.xml']);
});

it('is asked as seldom as it says, unless people said how often', async () => {
  tape.on('GET /new.xml', PACED);
  const wait = async (): Promise<number> =>
    (
      await rig.row<{ s: number }>(
        'SELECT extract(epoch FROM next_at - now())::float8 AS s FROM seed WHERE seed_id = $1',
        seed,
      )
    ).s;
  await rig.harvest(seed);
  expect(Math.round((await wait()) / 60)).toBe(120);
  await rig.archive.pool.query('UPDATE seed SET every_seconds = 300, interval_seconds = 300, adaptive = false');
  await rig.harvest(seed);
  expect(Math.round((await wait()) / 60)).toBe(5);
});

it.each([OLD, NEW, 'East'])('is found as %s', async (name) => {
  expect((await findSeeds(rig.archive.pool, name, null, 5)).map(({ id }) => id)).toEqual([seed]);
});

it.each([OLD, NEW])('followed once more as %s is the same seed, and stays where it is', async (address) => {
  expect(await rig.follow(address)).toMatchObject({ id: seed, added: false });
  expect(await row()).toMatchObject({ uri: OLD, settings: { url: NEW, was: [OLD] } });
  expect(await seeds()).toBe(1);
});

it('says what it is known by, where it was named by another address', async () => {
  expect((await rig.follow(NEW)).as).toBe(OLD);
});

it('of another collection is another seed', async () => {
  expect((await rig.follow(NEW, { collection: 'other' })).added).toBe(true);
  await rig.archive.pool.query('DELETE FROM seed WHERE seed_id <> $1', [seed]);
});

it('told to move, and followed there by hand, is asked there from now on', async () => {
  tape.on('GET /new.xml', { status: 301, headers: { location: THIRD } });
  tape.on('GET /third.xml', PACED);
  await rig.harvest(seed);
  expect(await row()).toMatchObject({ settings: { url: NEW } });
  expect(await rig.follow(THIRD)).toMatchObject({ id: seed, added: false, as: OLD });
  expect(await row()).toMatchObject({ uri: OLD, settings: { url: THIRD, was: [OLD, NEW] } });
  const before = tape.requests.length;
  await rig.harvest(seed);
  expect(tape.requests.slice(before).map(({ path }) => path)).toContain('/third.xml');
});

it('whose old address answers by itself again, and is named again, is asked there', async () => {
  tape.on('GET /feed.xml', PACED);
  expect(await rig.follow(OLD)).toMatchObject({ id: seed, added: false });
  expect(await row()).toMatchObject({ settings: { url: OLD, was: [OLD, NEW, THIRD] } });
  expect(await seeds()).toBe(1);
});
