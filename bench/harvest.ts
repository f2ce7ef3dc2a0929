/**
 * npm run bench:harvest [-- --seeds 1000] [-- --every 30] [-- --seconds 120]
 *
 * Do a thousand seeds keep their schedule on one machine, and what does that take? A local server with as many accounts,
 * one harvesting worker as `perdure up` starts it, a durable embedded Postgres. A schedule of 15 minutes would take hours to
 * show anything: seeds are asked more often here, and the CPU is scaled back by harvests a second.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openArchive, type Archive } from '../src/app/archive.js';
import { startChildren } from '../src/app/children.js';
import { loadConfig } from '../src/app/config.js';
import { startPostgres } from '../src/app/embedded/index.js';
import { openLog } from '../src/app/log.js';
import { follow } from '../src/store/seeds.js';
import { migrate, openDatabase } from '../src/store/data-source.js';
import { cpuSeconds, ownCpuSeconds, peakMemory } from './measure.js';

const { values: args } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    every: { type: 'string', default: '30' },
    seconds: { type: 'string', default: '120' },
  },
});
const [seeds, every, seconds] = [args.seeds, args.every, args.seconds].map(Number) as [number, number, number];
/** What the schedule is meant to be. */
const MEANT_SECONDS = 900;
const CORES = 2;
/** Servers, each with a rate budget of its own, as the fediverse is: all of them are the same process here. */
const HOSTS = Math.ceil(seeds / 4);
const hostOf = (n: number): string => `s${n % HOSTS}.example`;

const log = openLog(process.env['LOG_LEVEL'] ?? 'warn', 'bench');
const folder = await mkdtemp(join(tmpdir(), 'perdure-bench-'));
const server = await startPostgres({ dataDir: join(folder, 'postgres'), durable: true, log });
const platform = spawn(
  process.execPath,
  [fileURLToPath(new URL('./harvest-server.js', import.meta.url)), String(every * 4)],
  {
    stdio: ['pipe', 'pipe', 'inherit'],
  },
);
try {
  const [port] = (await once(platform.stdout, 'data')) as [Buffer];
  await bench(`127.0.0.1:${Number(port.toString())}`);
} finally {
  platform.stdin.end();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}

async function bench(host: string): Promise<void> {
  const { url } = server;
  process.env['PERDURE_HOST_ORIGINS'] = Array.from({ length: HOSTS }, (_, n) => `${hostOf(n)}=http://${host}`).join(
    ',',
  );
  const config = loadConfig({ ...process.env, DATABASE_URL: url, PERDURE_DATA: folder });
  const database = await openDatabase({ url, poolSize: 2, name: 'bench' });
  await migrate(database);
  await database.destroy();
  const archive = await openArchive(config, log, { databaseUrl: url, name: 'bench', poolSize: 4, migrate: true });
  await followAll(archive);
  const children = startChildren(config, log, url, 'harvest', 1);
  try {
    console.log(`${seeds} seeds, every ${every} s; the first harvests go back 60 posts each …`);
    await until(archive, `SELECT count(*) = ${seeds} AS yes FROM seed WHERE cursor IS NOT NULL`);
    const pid = children.pids[0]!;
    const before = {
      at: Date.now(),
      node: ownCpuSeconds(pid),
      postgres: cpuSeconds(server.pid),
      memory: peakMemory(pid),
    };
    console.log(`… done; measuring for ${seconds} s`);
    await sleep(seconds * 1_000);
    const took = (Date.now() - before.at) / 1_000;
    const node = ownCpuSeconds(pid) - before.node;
    const postgres = cpuSeconds(server.pid) - before.postgres;
    await report(archive, {
      since: new Date(before.at),
      took,
      node,
      postgres,
      memory: [before.memory, peakMemory(pid)],
    });
  } finally {
    await children.close();
    await archive.close();
  }
}

async function followAll({ pool, accessions }: Archive): Promise<void> {
  const collection = await accessions.ensureCollection('bench');
  for (let n = 1; n <= seeds; n++) {
    const host = hostOf(n);
    const origin = `http://${host}`;
    const seed = {
      uri: `${origin}/users/a${n}`,
      name: `@a${n}@${host}`,
      settings: { origin, accountId: String(n), acct: `a${n}@${host}` },
      collection,
      connector: 'mastodon',
      source: 'mastodon',
      trusted: [host],
      everySeconds: every,
      adaptive: false,
      backfill: 60,
    };
    await follow(pool, seed, true);
  }
  await pool.query(`UPDATE seed SET next_at = now() + random() * ${every} * interval '1 second'`);
}

async function until({ pool }: Archive, question: string): Promise<void> {
  for (;;) {
    const { rows } = await pool.query<{ yes: boolean }>(question);
    if (rows[0]!.yes) return;
    await sleep(500);
  }
}

interface Measured {
  readonly since: Date;
  readonly took: number;
  readonly node: number;
  readonly postgres: number;
  /** MiB, before and after. */
  readonly memory: readonly [number, number];
}

async function report({ pool }: Archive, { since, took, node, postgres, memory }: Measured): Promise<void> {
  const { rows } = await pool.query<Record<string, number>>(
    `WITH h AS (SELECT seed_id, started_at, state, requests,
        started_at - lag(started_at) OVER (PARTITION BY seed_id ORDER BY started_at) AS gap
      FROM harvest WHERE kind = 'scheduled')
     SELECT count(*)::float8 AS done, (count(*) FILTER (WHERE state <> 'complete' AND state <> 'running'))::float8 AS other,
       sum(requests)::float8 AS requests,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM gap))::float8 AS half,
       percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM gap))::float8 AS most
     FROM h WHERE started_at >= $1`,
    [since],
  );
  const { done, other, requests, half, most } = rows[0]!;
  const perHarvest = { node: node / done!, postgres: postgres / done! };
  const meant = seeds / MEANT_SECONDS;
  const share = ((perHarvest.node + perHarvest.postgres) * meant * 100) / CORES;
  const posts = await pool.query<{ n: number }>('SELECT count(*)::float8 AS n FROM post');
  console.table([
    {
      'harvests due': Math.round((took / every) * seeds),
      done,
      'not complete': other,
      requests,
      'interval p50 s': half!.toFixed(1),
      'interval p99 s': most!.toFixed(1),
      'Node CPU ms each': (perHarvest.node * 1_000).toFixed(1),
      'Postgres CPU ms each': (perHarvest.postgres * 1_000).toFixed(1),
      'worker MiB before': memory[0].toFixed(0),
      'after, peak': memory[1].toFixed(0),
      posts: posts.rows[0]!.n,
    },
  ]);
  console.log(`CPU for ${seeds} seeds every 15 minutes: ${share.toFixed(1)} % of two cores`);
}
