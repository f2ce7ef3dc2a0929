/**
 * kill -9 of workers at random during 200 harvests: what the platforms listed is there once, with all its versions, and
 * every cursor goes on where it was. On both queue backends, with processes of their own.
 *
 * One worker dies in each round, at a random point of its harvests and not of the clock: on a busy machine the rounds take
 * longer, but there are no more of them, which would spend the budgets of the servers played.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { openArchive, type Archive } from '../../src/app/archive.js';
import { loadConfig } from '../../src/app/config.js';
import { followText } from '../../src/app/following.js';
import { harvestIdOf } from '../../src/app/harvesting.js';
import { openLog } from '../../src/app/log.js';
import { startProcessing } from '../../src/app/processing.js';
import { openNetwork } from '../../src/app/network.js';
import type { Json } from '../../src/core/canonical.js';
import { showKey, type Key } from '../../src/core/digest.js';
import { history, locatorsOf } from '../../src/read/index.js';
import { SOURCES } from '../../src/sources/index.js';
import { markOf, placeOf, WINDOW } from '../../src/sources/mastodon/harvest-place.js';
import { harvestJob } from '../../src/queue/jobs.js';
import { createDatabase } from '../support/databases.js';
import { startMastodon, type MastodonTape } from '../support/mastodon-tape.js';
import { endScripts, runScript, type Script } from '../support/processes.js';
import { startRedis, type TestRedis } from '../support/redis.js';

const ACCOUNTS = 25;
const ROUNDS = 8;
const PATIENCE_MS = 180_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perdure-harvest-kill-'));
});
afterEach(() => endScripts());
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('kill -9 of workers during 200 harvests', () => {
  it(
    'loses nothing and doubles nothing on the Postgres backend',
    () => harvestDisturbed('postgres', null),
    PATIENCE_MS,
  );

  it(
    'loses nothing and doubles nothing on Redis',
    async () => {
      const redis = await startRedis();
      if (!redis) return console.warn('skipped: no redis-server on this machine');
      try {
        await harvestDisturbed('redis', redis);
      } finally {
        await redis.stop();
      }
    },
    PATIENCE_MS,
  );
});

async function harvestDisturbed(name: string, redis: TestRedis | null): Promise<void> {
  const servers = await Promise.all(Array.from({ length: ACCOUNTS }, (_, n) => startMastodon(`s${n}.example`)));
  const database = await createDatabase();
  const environment = {
    DATABASE_URL: database.url,
    REDIS_URL: redis?.url ?? '',
    PERDURE_DATA: join(folder, name),
    PERDURE_PRIVATE_HOSTS: '127.0.0.1',
    PERDURE_HOST_ORIGINS: servers.map(({ host, tape }) => `${host}=${tape.url}`).join(','),
  };
  const config = loadConfig({ ...process.env, PERDURE_BLOBS: '', ...environment });
  const open = { databaseUrl: database.url, name, poolSize: 4, migrate: true };
  const archive = await openArchive(config, openLog('error', name), open);
  const workers = new Workers(environment);
  // What a killed worker had captured and not read is queued again, and read by others.
  const reading = await startProcessing(archive, { queues: ['ingest'], reconciles: true, reconcileEveryMs: 1_000 });
  try {
    const accounts = servers.map((server): Account => ({ server, written: [] }));
    for (const account of accounts) for (let n = 0; n < 50; n++) write(account, `post ${n}`, 3_600_000 - n * 1_000);
    const seeds = await followAll(archive, servers);
    await workers.start(2);
    const ended: Key[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await writeRound(archive, accounts, round);
      const victimAfter = Math.floor(Math.random() * ACCOUNTS);
      ended.push(...(await harvestEach(archive, seeds, { after: victimAfter, kill: () => workers.killOne() })));
    }
    expect([ended.length, workers.kills]).toEqual([ROUNDS * ACCOUNTS, ROUNDS]);
    // Undisturbed once more: what was begun and never finished is found again.
    const last = await harvestEach(archive, seeds);
    await settled(archive);
    await checkWhole(archive, accounts, last);
  } finally {
    await endScripts();
    await reading.close();
    await archive.close();
    await database.drop();
    await Promise.all(servers.map((server) => server.close()));
  }
}

/** What a server showed of one account, in its order. */
interface Account {
  readonly server: MastodonTape;
  readonly written: { readonly id: string; readonly uri: string; readonly versions: string[] }[];
}

function write({ server, written }: Account, text: string, agoMs: number): void {
  written.push({ ...server.post(text, new Date(Date.now() - agoMs)), versions: [text] });
}

function edit({ server }: Account, { id, versions }: Account['written'][number], agoMs: number): void {
  versions.push(`${versions[0]}, edited ${versions.length}`);
  server.edit(id, versions.at(-1)!, new Date(Date.now() - agoMs));
}

/** While the workers die: new posts, some edited before anybody sees them, and edits of old ones, which a look finds. */
async function writeRound({ pool }: Archive, accounts: readonly Account[], round: number): Promise<void> {
  for (const account of accounts) {
    write(account, `round ${round}`, 60_000);
    if (round % 3 === 1) edit(account, account.written.at(-1)!, 30_000);
    if (round % 3 === 2) edit(account, account.written.at(-2)!, 0);
  }
  if (round % 3 !== 2) return;
  const edited = accounts.map(({ written }) => written.at(-2)!.uri);
  await pool.query('UPDATE revisit SET due_at = now() WHERE uri = ANY($1)', [edited]);
}

async function followAll(archive: Archive, servers: readonly MastodonTape[]): Promise<Key[]> {
  const none = (): Promise<undefined> => Promise.resolve(undefined);
  const network = openNetwork(archive, none);
  const options = { signal: new AbortController().signal, warn: () => undefined };
  const seeds: Key[] = [];
  for (const { host } of servers) {
    const request = { text: `@nour@${host}`, collection: 'default', every: 3_600 };
    seeds.push((await followText(archive, network, none, request, options)).id);
  }
  await network.close();
  return seeds;
}

/** Each harvest has a time of its own at which it was due, not long ago: what is long overdue was missed many times. */
let due = Date.now() - 300_000;

/** One worker is killed as soon as so many of a round's harvests are complete, and the others are not. */
interface Killing {
  readonly after: number;
  kill(): Promise<void>;
}

/** One harvest of each seed, queued; resolves when all have ended well. */
async function harvestEach({ queues, pool }: Archive, seeds: readonly Key[], killing?: Killing): Promise<Key[]> {
  const jobs = seeds.map((seed) => ({ seedId: seed, kind: 'scheduled', dueMs: due++ }) as const);
  await queues.addBulk(jobs.map(harvestJob));
  const ids = jobs.map(({ seedId, kind, dueMs }) => harvestIdOf(seedId, kind, dueMs));
  let killed: Promise<void> | undefined;
  for (;;) {
    const { rows } = await pool.query<{ state: string; problem: string | null }>(
      'SELECT state, problem FROM harvest WHERE harvest_id = ANY($1::uuid[])',
      [ids],
    );
    const failed = rows.find(({ state }) => state === 'failed' || state === 'waiting');
    if (failed) throw new Error(`a harvest ${failed.state}: ${failed.problem}`);
    const complete = rows.filter(({ state }) => state === 'complete').length;
    // All may end between two looks; the one that dies then was idle.
    if (killing && rows.length > 0 && complete >= killing.after) killed ??= killing.kill();
    if (complete === ids.length) break;
    await sleep(10);
  }
  await killed;
  return ids;
}

async function settled({ pool }: Archive): Promise<void> {
  const pending = `SELECT FROM ingest_range WHERE state <> 'done' LIMIT 1`;
  for (const deadline = Date.now() + 60_000; (await pool.query(pending)).rowCount! > 0; await sleep(100))
    if (Date.now() > deadline) throw new Error('ranges of killed workers were not read within a minute');
}

async function checkWhole({ pool }: Archive, accounts: readonly Account[], last: readonly Key[]): Promise<void> {
  const rows = async <T>(sql: string, values: unknown[] = []): Promise<T[]> =>
    (await pool.query(sql, values)).rows as T[];
  const written = accounts.flatMap((account) => account.written);
  const known = await rows<{ uri: string }>('SELECT uri FROM post');
  expect(known.map(({ uri }) => uri).toSorted()).toEqual(written.map(({ uri }) => uri).toSorted());
  const edited = written.filter(({ versions }) => versions.length > 1);
  expect(Math.max(...edited.map(({ versions }) => versions.length))).toBe(3);
  for (const { uri, versions } of [...edited, written[0]!, written.at(-1)!]) {
    const seen = await history(pool, locatorsOf(SOURCES), uri);
    expect(seen!.versions.map(({ outcome, text }) => (outcome === 'present' ? text : outcome))).toEqual(versions);
  }
  const unread = `state <> 'done' OR read <> new + duplicate + rejected OR rejected > 0`;
  expect(await rows(`SELECT * FROM ingest_range WHERE ${unread}`)).toEqual([]);
  expect(await rows(`SELECT * FROM observation WHERE outcome <> 'present'`)).toEqual([]);
  expect(await rows('SELECT * FROM seed WHERE lease_until IS NOT NULL OR harvest_id IS NOT NULL')).toEqual([]);
  expect(await rows(`SELECT * FROM harvest WHERE state NOT IN ('complete', 'interrupted')`)).toEqual([]);
  // Watched without a break by everyone, and the cursor stands at the newest posts.
  const coverage = await rows<{ kind: string }>('SELECT kind FROM coverage');
  expect(coverage).toEqual(accounts.map(() => ({ kind: 'watched' })));
  const cursors = await rows<{ uri: string; cursor: Json }>('SELECT uri, cursor FROM seed');
  for (const { server, written: of } of accounts) {
    const { cursor } = cursors.find(({ uri }) => uri === server.actor)!;
    const marks = placeOf(cursor).known.map(([mark]) => mark);
    expect(marks.toSorted()).toEqual(
      of
        .slice(-WINDOW)
        .map(({ uri }) => markOf(uri))
        .toSorted(),
    );
    expect(placeOf(cursor).walk).toBeUndefined();
  }
  const fresh = 'SELECT sum(new_posts)::int AS posts FROM ingest_range WHERE accession_id = ANY($1::uuid[])';
  expect(await rows(fresh, [last.map(showKey)])).toEqual([{ posts: 0 }]);
}

class Workers {
  kills = 0;
  private running: Script[] = [];

  constructor(private readonly environment: Record<string, string>) {}

  async start(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.startOne()));
  }

  /** Resolves when another runs in its place. */
  async killOne(): Promise<void> {
    const [victim] = this.running.splice(Math.floor(Math.random() * this.running.length), 1);
    victim!.kill('SIGKILL');
    this.kills++;
    await this.startOne();
  }

  private async startOne(): Promise<void> {
    const worker = runScript('harvest-worker.ts', ['1500', '500'], this.environment);
    await worker.line((line) => (line.includes('ready') ? line : undefined));
    this.running.push(worker);
  }
}
