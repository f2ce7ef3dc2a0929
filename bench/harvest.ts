/**
 * npm run bench:harvest [-- --seeds 1000] [-- --every 30] [-- --seconds 120]
 *
 * Do a thousand seeds keep their schedule on one machine, and what does that take? A local server with as many accounts,
 * one harvesting worker as `perdure up` starts it, a durable embedded Postgres. A schedule of 15 minutes would take hours to
 * show anything: seeds are asked more often here, and the CPU of a harvest is scaled back. What the worker and Postgres take
 * when nothing is due does not scale, and is added as it is.
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
import { cpuSeconds, ownCpuSeconds, residentMemory } from './measure.js';

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
/** Long enough that a schedule of 5 s evens out. */
const IDLE_SECONDS = 30;
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
    console.log(`… done; measuring for ${seconds} s`);
    await noteLateness(archive);
    const memory = residentMemory(pid);
    const busy = await measure(pid, seconds);
    const told = await tell(archive);
    await archive.pool.query(`UPDATE seed SET next_at = now() + interval '1 day', look_at = NULL`);
    await sleep(5_000);
    const idle = await measure(pid, IDLE_SECONDS);
    report(told, busy, idle, [memory, residentMemory(pid)]);
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

interface Cpu {
  readonly took: number;
  /** CPU seconds. */
  readonly node: number;
  readonly postgres: number;
}

async function measure(pid: number, forSeconds: number): Promise<Cpu> {
  const [at, node, postgres] = [Date.now(), ownCpuSeconds(pid), cpuSeconds(server.pid)];
  await sleep(forSeconds * 1_000);
  return {
    took: (Date.now() - at) / 1_000,
    node: ownCpuSeconds(pid) - node,
    postgres: cpuSeconds(server.pid) - postgres,
  };
}

/** From now on: how late each harvest begins. Nothing that the archive keeps says when it was due. */
async function noteLateness({ pool }: Archive): Promise<void> {
  await pool.query('CREATE TABLE bench_begun (harvest_id uuid, late float8)');
  await pool.query(
    `CREATE FUNCTION bench_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       INSERT INTO bench_begun SELECT NEW.harvest_id, extract(epoch FROM clock_timestamp() - next_at)
       FROM seed WHERE seed_id = NEW.seed_id AND NEW.kind = 'scheduled';
       RETURN NEW; END $$`,
  );
  await pool.query('CREATE TRIGGER bench_note AFTER INSERT ON harvest FOR EACH ROW EXECUTE FUNCTION bench_note()');
}

interface Told {
  readonly done: number;
  readonly other: number;
  readonly requests: number;
  readonly half: number;
  readonly most: number;
  readonly looks: number;
  readonly posts: number;
}

async function tell({ pool }: Archive): Promise<Told> {
  const { rows } = await pool.query<Told>(
    `SELECT count(*)::float8 AS done, (count(*) FILTER (WHERE state NOT IN ('complete', 'running')))::float8 AS other,
       sum(requests)::float8 AS requests, (SELECT count(*)::float8 FROM post) AS posts,
       (SELECT coalesce(sum(looks), 0)::float8 FROM harvest) AS looks,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY late) AS half, percentile_cont(0.99) WITHIN GROUP (ORDER BY late) AS most
     FROM bench_begun JOIN harvest USING (harvest_id)`,
  );
  return rows[0]!;
}

function report(told: Told, busy: Cpu, idle: Cpu, memory: readonly [number, number]): void {
  const each = (of: 'node' | 'postgres'): number => (busy[of] - (idle[of] / idle.took) * busy.took) / told.done;
  const share = (cpuSecondsASecond: number): string => `${((cpuSecondsASecond * 100) / CORES).toFixed(2)} %`;
  const idling = (idle.node + idle.postgres) / idle.took;
  const harvesting = ((each('node') + each('postgres')) * seeds) / MEANT_SECONDS;
  console.table({
    'harvests due': Math.round((busy.took / every) * seeds),
    'harvests done': told.done,
    'not complete': told.other,
    'late p50, s': told.half.toFixed(1),
    'late p99, s': told.most.toFixed(1),
    requests: told.requests,
    'looks at posts': told.looks,
    'posts in the archive': told.posts,
    'CPU of a harvest, Node, ms': (each('node') * 1_000).toFixed(1),
    'CPU of a harvest, Postgres, ms': (each('postgres') * 1_000).toFixed(1),
    'nothing due: of two cores': share(idling),
    'worker, MiB before': Math.round(memory[0]),
    'worker, MiB after': Math.round(memory[1]),
  });
  const total = ((idling + harvesting) * 100) / CORES;
  console.log(`CPU for ${seeds.toLocaleString('en')} seeds every 15 minutes: ${total.toFixed(1)} % of two cores`);
}
