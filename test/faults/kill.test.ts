/**
 * kill -9 of workers, again and again, and an emptied queue, in the middle of an import of 20,000: the end state is that
 * of an undisturbed import. On both queue backends, with the worker processes that production runs.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateXArchive } from '../../bench/generate-x-archive.js';
import { openArchive, type Archive } from '../../src/app/archive.js';
import { loadConfig } from '../../src/app/config.js';
import { openLog } from '../../src/app/log.js';
import type { Key } from '../../src/core/digest.js';
import { receivePath } from '../../src/pipeline/receive.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { counts, dump } from '../support/dump.js';
import { startRedis, type TestRedis } from '../support/redis.js';

const TWEETS = 20_000;
/** What FAULTS promises is 60 s for the resumption; the import itself takes some more on a slow machine. */
const PATIENCE_MS = 240_000;

let folder: string;
let archivePath: string;
let undisturbed: Awaited<ReturnType<typeof dump>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perdure-kill-'));
  archivePath = (await generateXArchive(join(folder, 'x'), TWEETS)).path;
  const run = await importWith({}, 'undisturbed');
  undisturbed = run.rows;
}, PATIENCE_MS);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('kill -9 in the middle of an import', () => {
  it(
    'loses nothing and doubles nothing on the Postgres backend',
    async () => {
      const run = await importWith({ disturb: killWorkers }, 'killed');
      expect(run.kills).toBeGreaterThanOrEqual(3);
      expectSame(run);
    },
    PATIENCE_MS,
  );

  it(
    'loses nothing when the queue is emptied and workers are killed on Redis',
    async () => {
      const redis = await startRedis();
      if (!redis) return console.warn('skipped: no redis-server on this machine');
      try {
        const disturb: Disturb = async (context) => {
          await context.until(0.2);
          await redis.flushAll();
          await killWorkers(context);
        };
        const run = await importWith({ disturb, redis }, 'flushed');
        expect(run.kills).toBeGreaterThanOrEqual(3);
        expectSame(run);
      } finally {
        await redis.stop();
      }
    },
    PATIENCE_MS,
  );
});

interface Run {
  readonly rows: Awaited<ReturnType<typeof dump>>;
  readonly sums: Awaited<ReturnType<typeof counts>>;
  readonly kills: number;
}

function expectSame(run: Run): void {
  for (const [table, rows] of Object.entries(undisturbed)) {
    expect({ table, rows: run.rows[table]!.length }).toEqual({ table, rows: rows.length });
    expect(run.rows[table]).toEqual(rows);
  }
  expect(run.sums).toMatchObject({ read: TWEETS, new: TWEETS, duplicate: 0, rejected: 0, new_posts: TWEETS });
}

interface Disturbance {
  /** Kills a random worker and starts another in its place. */
  kill(): void;
  /** Waits until this share of the tweets is in. */
  until(share: number): Promise<void>;
}
type Disturb = (context: Disturbance) => Promise<void>;

async function killWorkers({ kill, until }: Disturbance): Promise<void> {
  for (const share of [0.1, 0.3, 0.5, 0.7]) {
    await until(share);
    kill();
  }
}

async function importWith(options: { disturb?: Disturb; redis?: TestRedis }, name: string): Promise<Run> {
  const database: TestDatabase = await createDatabase();
  const env = {
    ...process.env,
    DATABASE_URL: database.url,
    REDIS_URL: options.redis?.url ?? '',
    PERDURE_DATA: join(folder, name),
    PERDURE_BLOBS: '',
    LOG_LEVEL: 'error',
  };
  const archive = await openArchive(loadConfig(env), openLog('error', name), {
    databaseUrl: database.url,
    name,
    poolSize: 4,
    migrate: true,
  });
  const workers = new Workers(env);
  try {
    workers.start('accession');
    workers.start('ingest');
    workers.start('ingest');
    const id = await receivePath(archive, archivePath, {
      collection: 'default',
      options: { include: [] },
      custody: {},
    });
    const disturbed = options.disturb?.({
      kill: () => workers.killOne(),
      until: (share) => reached(archive, id, share),
    });
    await reached(archive, id, 1);
    await disturbed;
    return { rows: await dump(archive.pool), sums: await counts(archive.pool), kills: workers.kills };
  } finally {
    await workers.stop();
    await archive.close();
    await database.drop();
  }
}

/** Until this share of the tweets is read; at 1, until the accession is complete. */
async function reached({ pool }: Archive, id: Key, share: number): Promise<void> {
  for (;;) {
    const result = await pool.query<{ status: string; problem: string | null; read: string }>(
      `SELECT status, problem, (SELECT coalesce(sum(read), 0) FROM ingest_range r WHERE r.accession_id = a.accession_id) AS read
       FROM accession a WHERE accession_id = $1`,
      [id],
    );
    const { status, problem, read } = result.rows[0]!;
    if (status === 'refused' || status === 'failed') throw new Error(problem ?? status);
    if (status === 'complete' || (share < 1 && Number(read) >= share * TWEETS)) return;
    await sleep(25);
  }
}

class Workers {
  kills = 0;
  private readonly running: { child: ChildProcess; queue: string }[] = [];

  constructor(private readonly env: NodeJS.ProcessEnv) {}

  start(queue: string): void {
    const child = spawn(process.execPath, [`dist/workers/${queue}.js`], {
      env: this.env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    this.running.push({ child, queue });
  }

  killOne(): void {
    const place = Math.floor(Math.random() * this.running.length);
    const [{ child, queue }] = this.running.splice(place, 1) as [(typeof this.running)[number]];
    child.kill('SIGKILL');
    this.kills++;
    this.start(queue);
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.running.map(async ({ child }) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const exited = once(child, 'exit');
        child.kill('SIGTERM');
        await exited;
      }),
    );
  }
}
