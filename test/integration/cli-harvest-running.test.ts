/** `perdure harvest` of a seed that a worker harvests at this moment: it waits for that one, and says how it ended. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import { harvestIdOf } from '../../src/app/harvesting.js';
import type { Key } from '../../src/core/digest.js';
import type { Claim, Ending, HarvestKind } from '../../src/pipeline/harvest-ports.js';
import { PgHarvestStore } from '../../src/store/harvests.js';
import { openCliArchive, type CliArchive } from '../support/cli-archive.js';
import type { Said } from '../support/cli.js';

let archive: CliArchive;
let pool: Pool;
let store: PgHarvestStore;
let seed: Key;

const perdure = (...argv: string[]): Promise<Said> => archive.perdure(...argv);

beforeAll(async () => {
  archive = await openCliArchive();
  archive.server.post('one');
  const { code } = await perdure('follow', '@nour@social.example');
  expect(code).toBe(0);
  pool = new Pool({ connectionString: archive.databaseUrl });
  store = new PgHarvestStore(pool);
  const { rows } = await pool.query<{ id: Key }>(`SELECT replace(seed_id::text, '-', '') AS id FROM seed`);
  seed = rows[0]!.id;
});
afterAll(async () => {
  await pool.end();
  await archive.close();
});

/** A worker's claim of the seed. */
async function claimed(kind: HarvestKind, leaseMs = 45_000): Promise<Claim> {
  const answer = await store.claim(seed, harvestIdOf(seed, kind, Date.now()), kind, leaseMs);
  if ('refused' in answer) throw new Error(`the seed was not to be had: ${answer.refused}`);
  return answer.claim;
}

const ending = (state: Ending['state'], problem?: string): Ending => ({
  state,
  ...(problem !== undefined && { problem }),
  warnings: [],
  looks: 0,
  missed: [],
});
const harvests = async (): Promise<readonly { kind: string; state: string }[]> =>
  (await pool.query<{ kind: string; state: string }>('SELECT kind, state FROM harvest ORDER BY started_at')).rows;
const ids = (said: Said): readonly string[] =>
  (JSON.parse(said.out) as { harvests: { id: string }[] }).harvests.map(({ id }) => id.replaceAll('-', ''));

it.each<[Ending['state'], string | undefined, number]>([
  ['complete', undefined, 0],
  ['partial', undefined, 0],
  ['waiting', 'the platform answered 429', 0],
  ['failed', 'the server answered 500', 1],
])('waits for one that ends as %s, and exits by that', async (state, problem, code) => {
  const claim = await claimed('scheduled');
  const before = (await harvests()).length;
  const command = perdure('harvest', 'nour@social.example', '--json');
  await sleep(1_500);
  await store.end(claim, ending(state, problem));
  const said = await command;
  expect(said.err).toMatch(/a harvest of it is running, since .*Ctrl-C leaves it running/);
  expect(said.err).toContain(`${state}: `);
  if (problem !== undefined) expect(said.err).toContain(problem);
  expect([said.code, ids(said)]).toEqual([code, [claim.harvest]]);
  // No other one was begun, and none is shown as skipped.
  expect(await harvests()).toHaveLength(before);
  await pool.query('UPDATE seed SET waits_until = NULL');
});

it('waits for looks at known posts, which ask for nothing new, and then harvests', async () => {
  const claim = await claimed('revisit');
  archive.server.post('two');
  const command = perdure('harvest', 'nour@social.example');
  await sleep(1_000);
  await store.end(claim, ending('complete'));
  const { code, err } = await command;
  expect(err).toContain('known posts of it are being looked at');
  expect(err).toContain('complete: 1 new post;');
  expect(code).toBe(0);
});

it('harvests itself where the worker died', async () => {
  await claimed('scheduled', 1_500);
  archive.server.post('three');
  const { code, err } = await perdure('harvest', 'nour@social.example');
  expect(err).toContain('its worker ended without a word');
  expect(err).toContain('complete: 1 new post;');
  expect(code).toBe(0);
  expect((await harvests()).at(-2)).toEqual({ kind: 'scheduled', state: 'interrupted' });
});

it('leaves it alone when it is told to stop waiting', async () => {
  const claim = await claimed('scheduled');
  const command = perdure('harvest', 'nour@social.example');
  // What Ctrl-C does; the command listens as long as it runs.
  while (process.listenerCount('SIGINT') === 0) await sleep(20);
  await sleep(1_500);
  process.emit('SIGINT', 'SIGINT');
  const { code, err } = await command;
  expect([code, err]).toEqual([130, expect.stringContaining('The harvest goes on')]);
  expect(await store.renew(claim, 1_000)).toBe(true);
  await store.end(claim, ending('complete'));
});

it('that was killed while it waited for a limit goes on under its own id; another one waits', async () => {
  const claim = await claimed('scheduled', 50);
  await store.waits(claim, new Date(Date.now() + 60_000).toISOString());
  await sleep(100);
  const other = harvestIdOf(seed, 'scheduled', Date.now() + 1);
  expect(await store.claim(seed, other, 'scheduled', 1_000)).toEqual({ refused: 'waiting' });
  const again = await store.claim(seed, claim.harvest, 'scheduled', 1_000);
  expect(again).toMatchObject({ claim: { harvest: claim.harvest } });
  if ('claim' in again) await store.end(again.claim, ending('complete'));
});
