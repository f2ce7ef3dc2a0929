/**
 * kill -9 of workers at random during 200 harvests: what the platforms listed is there once, with all its versions, and
 * every cursor goes on where it was. On both queue backends, with processes of their own.
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
import { showKey, type Key } from '../../src/core/digest.js';
import { harvestJob } from '../../src/queue/jobs.js';
import { createDatabase } from '../support/databases.js';
import { startMastodon, type MastodonTape } from '../support/mastodon-tape.js';
import { endScripts, runScript, type Script } from '../support/processes.js';
import { startRedis, type TestRedis } from '../support/redis.js';

const ACCOUNTS = 25;
const ROUNDS = 8;
const KILLS = 5;
const PATIENCE_MS = 180_000;
const KILL_EVERY_MS = 700;

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
    for (const server of servers) for (let n = 0; n < 50; n++) server.post(`post ${n} of ${server.host}`);
    const seeds = await followAll(archive, servers);
    await workers.start(2);
    const killing = workers.killNowAndThen();
    const ended: Key[] = [];
    let rounds = 0;
    // On a busy machine workers start slowly, and fewer of them can be killed in the same time.
    for (; rounds < ROUNDS || workers.kills < KILLS; rounds++) {
      write(servers, rounds);
      ended.push(...(await harvestEach(archive, seeds)));
    }
    await killing.stop();
    expect(ended.length).toBeGreaterThanOrEqual(200);
    // Undisturbed once more: what was begun and never finished is found again.
    const last = await harvestEach(archive, seeds);
    await settled(archive);
    await checkWhole(archive, servers, rounds, last);
  } finally {
    await endScripts();
    await reading.close();
    await archive.close();
    await database.drop();
    await Promise.all(servers.map((server) => server.close()));
  }
}

/** New posts, and edits of old ones, while the workers die. */
function write(servers: readonly MastodonTape[], round: number): void {
  for (const server of servers) {
    const { id } = server.post(`round ${round} of ${server.host}`);
    if (round % 3 === 1) server.edit(id, `round ${round} of ${server.host}, edited`);
  }
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

let due = 1_700_000_000_000;

/** One harvest of each seed, queued; resolves when all have ended well. */
async function harvestEach({ queues, pool }: Archive, seeds: readonly Key[]): Promise<Key[]> {
  const jobs = seeds.map((seed) => ({ seedId: seed, kind: 'scheduled', dueMs: due++ }) as const);
  await queues.addBulk(jobs.map(harvestJob));
  const ids = jobs.map(({ seedId, kind, dueMs }) => harvestIdOf(seedId, kind, dueMs));
  for (;;) {
    const { rows } = await pool.query<{ state: string; problem: string | null }>(
      'SELECT state, problem FROM harvest WHERE harvest_id = ANY($1::uuid[])',
      [ids],
    );
    const failed = rows.find(({ state }) => state === 'failed' || state === 'waiting');
    if (failed) throw new Error(`a harvest ${failed.state}: ${failed.problem}`);
    if (rows.filter(({ state }) => state === 'complete').length === ids.length) return ids;
    await sleep(50);
  }
}

async function settled({ pool }: Archive): Promise<void> {
  const pending = `SELECT FROM ingest_range WHERE state <> 'done' LIMIT 1`;
  for (const deadline = Date.now() + 60_000; (await pool.query(pending)).rowCount! > 0; await sleep(100))
    if (Date.now() > deadline) throw new Error('ranges of killed workers were not read within a minute');
}

async function checkWhole(
  { pool }: Archive,
  servers: readonly MastodonTape[],
  rounds: number,
  last: readonly Key[],
): Promise<void> {
  const posts = servers.length * (50 + rounds);
  const one = async <T>(sql: string, values: unknown[] = []): Promise<T> =>
    (await pool.query(sql, values)).rows[0] as T;
  expect(await one('SELECT count(*)::int AS n, count(DISTINCT uri)::int AS uris FROM post')).toEqual({
    n: posts,
    uris: posts,
  });
  // One content each, and those that were edited before anybody saw them have the edited one.
  const edited = await one<{ n: number }>(`SELECT count(*)::int AS n FROM snapshot WHERE content LIKE '%, edited%'`);
  expect(edited.n).toBeGreaterThanOrEqual(ACCOUNTS * 3);
  expect(await one(`SELECT count(*)::int AS n FROM ingest_range WHERE state <> 'done'`)).toEqual({ n: 0 });
  expect(await one('SELECT count(*)::int AS n FROM ingest_range WHERE read <> new + duplicate + rejected')).toEqual({
    n: 0,
  });
  expect(await one('SELECT count(*)::int AS n FROM seed WHERE lease_until IS NOT NULL')).toEqual({ n: 0 });
  expect(await one(`SELECT count(*)::int AS n FROM coverage WHERE kind = 'gap'`)).toEqual({ n: 0 });
  expect(await one(`SELECT count(*)::int AS n FROM observation WHERE outcome <> 'present'`)).toEqual({ n: 0 });
  const fresh = await one<{ n: number }>(
    'SELECT coalesce(sum(new_posts), 0)::int AS n FROM ingest_range WHERE accession_id = ANY($1::uuid[])',
    [last.map(showKey)],
  );
  expect(fresh.n).toBe(0);
}

class Workers {
  kills = 0;
  private running: Script[] = [];

  constructor(private readonly environment: Record<string, string>) {}

  async start(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.startOne()));
  }

  killNowAndThen(): { stop(): Promise<void> } {
    let going = true;
    const done = (async () => {
      while (going) {
        await sleep(KILL_EVERY_MS * (0.5 + Math.random()));
        if (!going) break;
        const [victim] = this.running.splice(Math.floor(Math.random() * this.running.length), 1);
        victim?.kill('SIGKILL');
        this.kills++;
        await this.startOne();
      }
    })();
    return {
      async stop() {
        going = false;
        await done;
      },
    };
  }

  private async startOne(): Promise<void> {
    const worker = runScript('harvest-worker.ts', ['1500', '500'], this.environment);
    await worker.line((line) => (line.includes('ready') ? line : undefined));
    this.running.push(worker);
  }
}
