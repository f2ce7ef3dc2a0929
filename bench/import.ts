/**
 * npm run bench:import [-- --tweets 100000] [-- --million]
 *
 * How long does an X archive take from the file to committed, indexed, searchable rows, with two ingest workers, against
 * one COPY a table of the very same final rows into the same indexed tables on one connection? Both in this run, each on a
 * durable Postgres that was just made: on one server, what comes second finds the WAL files that the first had to make
 * (16 MB each, filled with zeros and synced), a twentieth of the COPY's time. COPY on the import's own server, which
 * finds them, is timed as well: which of the two is the fair one is for the reader to say (ADR 5). Ratios are what counts:
 * machines differ, and are noisy.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { openArchive, type Archive } from '../src/app/archive.js';
import { startChildren } from '../src/app/children.js';
import { loadConfig, type Config } from '../src/app/config.js';
import { startPostgres, type EmbeddedPostgres } from '../src/app/embedded/index.js';
import { openLog } from '../src/app/log.js';
import { startProcessing } from '../src/app/processing.js';
import type { Key } from '../src/core/digest.js';
import { receivePath } from '../src/pipeline/receive.js';
import { migrate, openDatabase } from '../src/store/data-source.js';
import { generateXArchive } from './generate-x-archive.js';
import { cpuSeconds, ownCpuSeconds, peakMemory } from './measure.js';

const TABLES = [
  'actor',
  'profile',
  'profile_observation',
  'post',
  'post_alias',
  'snapshot',
  'observation',
  'reference',
  'identity_link',
  'post_media',
];
const WORKERS = 2;

interface Run {
  readonly what: string;
  readonly seconds: number;
  readonly posts: number;
  readonly nodeCpu: number;
  readonly postgresCpu: number;
  /** MiB, of the largest Node process. */
  readonly peak: number;
  readonly wal: Wal;
}

/** What Postgres logged meanwhile. Whole pages are logged after a checkpoint: many of them are a sign of too many of these. */
interface Wal {
  readonly megabytes: number;
  readonly wholePages: number;
  readonly checkpoints: number;
}

const { values: args } = parseArgs({
  options: { tweets: { type: 'string', default: '100000' }, million: { type: 'boolean', default: false } },
});
const tweets = Number(args.tweets);
const log = openLog(process.env['LOG_LEVEL'] ?? 'warn', 'bench');
const folder = await mkdtemp(join(tmpdir(), 'perdure-bench-'));
try {
  await bench();
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function bench(): Promise<void> {
  const small = await generate(tweets);
  const { first, again, rows, readied } = await withServer('pipeline', (place) =>
    withArchive(place, async (archive, importing) => {
      const first = await importing(`import ${tweets}`, small.path);
      await printServer(archive);
      const before = await rowCounts(archive);
      const again = await importing(`import ${tweets} again`, small.path);
      const after = await rowCounts(archive);
      const added = TABLES.filter((table) => before[table] !== after[table]);
      if (added.length > 0) throw new Error(`the second import added rows to ${added.join(', ')}`);
      const rows = await copyOut(archive);
      await archive.pool.query('CREATE DATABASE copied');
      const url = new URL(place.server.url);
      url.pathname = '/copied';
      const readied = await copyIn('COPY, WAL files ready', { url: url.href, pid: place.server.pid }, rows);
      return { first, again, rows, readied };
    }),
  );
  const copied = await withServer('copied', ({ server }) => copyIn('COPY of the same rows', server, rows));
  const runs = [first, copied, readied, again];
  if (args.million) {
    const large = await generate(tweets * 10);
    const what = `import ${tweets * 10}`;
    runs.push(
      await withServer('million', (place) => withArchive(place, (_, importing) => importing(what, large.path))),
    );
  }
  print(runs);
  const ratio = (a: number, b: number): string => (a / b).toFixed(2);
  console.log(`ratio to COPY: ${ratio(first.seconds, copied.seconds)}`);
  console.log(`ratio to COPY that finds the import's WAL files: ${ratio(first.seconds, readied.seconds)}`);
  console.log(`again to first: ${ratio(again.seconds, first.seconds)}, rows added: 0`);
  if (args.million) console.log(`ten times as many: ${ratio(runs.at(-1)!.seconds, first.seconds)} times the time`);
}

/** A Postgres that was just made, and the folder that it is in. */
interface Place {
  readonly data: string;
  readonly server: EmbeddedPostgres;
}

async function withServer<T>(name: string, work: (place: Place) => Promise<T>): Promise<T> {
  const data = join(folder, name);
  const server = await startPostgres({ dataDir: join(data, 'postgres'), durable: true, log });
  try {
    return await work({ data, server });
  } finally {
    await server.stop();
    // What comes next finds as much disk, and as much of the page cache, as this one did.
    await rm(data, { recursive: true, force: true });
  }
}

async function generate(count: number): Promise<{ path: string; bytes: number }> {
  const made = await generateXArchive(join(folder, `x-${count}`), count);
  console.log(`generated ${count} tweets, ${(made.bytes / 1e6).toFixed(0)} MB`);
  await flush(join(made.path, 'data'));
  return made;
}

/** To the disk, as what people hand in is: or the system writes it out while something is timed. */
async function flush(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = await open(join(folder, name), 'r+');
    await file.sync();
    await file.close();
  }
}

// ── the pipeline ────────────────────────────────────────────────────────────────────────────────────────────────────

type Importing = (what: string, path: string) => Promise<Run>;

async function withArchive<T>(
  { data, server }: Place,
  work: (archive: Archive, importing: Importing) => Promise<T>,
): Promise<T> {
  const { url } = server;
  const config: Config = loadConfig({ ...process.env, PERDURE_DATA: data, DATABASE_URL: url });
  const archive = await openArchive(config, log, { databaseUrl: url, name: 'bench', poolSize: 6, migrate: true });
  const children = startChildren(config, log, url, 'ingest', WORKERS);
  const processing = await startProcessing(archive, { queues: ['accession'], reconciles: true });
  try {
    await sleep(3_000); // `perdure up` has its workers running as well
    return await work(archive, (what, path) => timeImport(server, archive, children.pids, what, path));
  } finally {
    await processing.close();
    await children.close();
    await archive.close();
  }
}

async function timeImport(
  server: EmbeddedPostgres,
  archive: Archive,
  workers: readonly number[],
  what: string,
  path: string,
): Promise<Run> {
  await archive.pool.query('CHECKPOINT');
  const nodes = [process.pid, ...workers];
  const wal = await walOf(archive.pool);
  const cpu = { node: sum(nodes.map(ownCpuSeconds)), postgres: cpuSeconds(server.pid) };
  const started = performance.now();
  const request = { collection: 'bench', options: { include: [] }, custody: {} };
  const id = await receivePath(archive, path, request);
  const posts = await completed(archive, id);
  return {
    what,
    seconds: (performance.now() - started) / 1000,
    posts,
    nodeCpu: sum(nodes.map(ownCpuSeconds)) - cpu.node,
    postgresCpu: cpuSeconds(server.pid) - cpu.postgres,
    peak: Math.max(...nodes.map(peakMemory)),
    wal: since(wal, await walOf(archive.pool)),
  };
}

async function completed({ pool }: Archive, id: Key): Promise<number> {
  for (;;) {
    const result = await pool.query<{ status: string; problem: string | null }>(
      'SELECT status, problem FROM accession WHERE accession_id = $1',
      [id],
    );
    const { status, problem } = result.rows[0]!;
    if (status === 'refused' || status === 'failed') throw new Error(problem ?? status);
    if (status === 'complete') break;
    // Each look takes some half a millisecond of the two cores: every 10 ms, that were a fortieth of what is measured.
    await sleep(25);
  }
  const result = await pool.query<{ read: string; rejected: string }>(
    'SELECT sum(read) AS read, sum(rejected) AS rejected FROM ingest_range WHERE accession_id = $1',
    [id],
  );
  const { read, rejected } = result.rows[0]!;
  if (rejected !== '0') throw new Error(`${rejected} records were rejected`);
  return Number(read);
}

async function walOf(client: Pick<pg.Client, 'query'>): Promise<Wal> {
  const result = await client.query<{ bytes: string; pages: string; checkpoints: string }>(
    `SELECT wal_bytes AS bytes, wal_fpi AS pages, num_timed + num_requested AS checkpoints
     FROM pg_stat_wal, pg_stat_checkpointer`,
  );
  const { bytes, pages, checkpoints } = result.rows[0]!;
  return { megabytes: Number(bytes) / 1e6, wholePages: Number(pages), checkpoints: Number(checkpoints) };
}

function since(before: Wal, after: Wal): Wal {
  return {
    megabytes: after.megabytes - before.megabytes,
    wholePages: after.wholePages - before.wholePages,
    checkpoints: after.checkpoints - before.checkpoints,
  };
}

async function rowCounts({ pool }: Archive): Promise<Record<string, string>> {
  const counts: Record<string, string> = {};
  for (const table of TABLES) {
    counts[table] = (await pool.query<{ count: string }>(`SELECT count(*) FROM ${table}`)).rows[0]!.count;
  }
  return counts;
}

async function printServer({ pool }: Archive): Promise<void> {
  const version = await pool.query<{ v: string }>('SELECT version() AS v');
  const settings = await pool.query<{ name: string; setting: string }>(
    `SELECT name, current_setting(name) AS setting FROM pg_settings WHERE name IN
     ('fsync','synchronous_commit','full_page_writes','shared_buffers','max_wal_size','wal_compression','checkpoint_timeout')`,
  );
  console.log(version.rows[0]!.v);
  console.log(settings.rows.map((row) => `${row.name}=${row.setting}`).join(' '));
  const indexes = await pool.query<{ indexdef: string }>(
    `SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY($1) ORDER BY tablename, indexname`,
    [TABLES],
  );
  for (const row of indexes.rows) console.log('  ' + row.indexdef.replace('CREATE ', '').replace(' public.', ' '));
}

// ── the bound: COPY of the same rows ────────────────────────────────────────────────────────────────────────────────

/** The rows of each table, in files, on the disk. */
async function copyOut({ pool }: Archive): Promise<ReadonlyMap<string, string>> {
  const copies = join(folder, 'copies');
  await mkdir(copies);
  const files = new Map(TABLES.map((table) => [table, join(copies, `${table}.copy`)]));
  const source = await pool.connect();
  try {
    for (const [table, file] of files) {
      await pipeline(source.query(copyTo(`COPY ${table} TO STDOUT`)), createWriteStream(file));
    }
  } finally {
    source.release();
  }
  await flush(copies);
  return files;
}

async function copyIn(
  what: string,
  server: Pick<EmbeddedPostgres, 'url' | 'pid'>,
  files: ReadonlyMap<string, string>,
): Promise<Run> {
  const schema = await openDatabase({ url: server.url, poolSize: 1, name: 'perdure-bench' });
  await migrate(schema);
  await schema.destroy();
  const target = new pg.Client({ connectionString: server.url });
  await target.connect();
  await target.query('CHECKPOINT');
  const wal = await walOf(target);
  const cpu = { node: ownCpuSeconds(process.pid), postgres: cpuSeconds(server.pid) };
  const started = performance.now();
  for (const [table, file] of files) {
    await pipeline(
      createReadStream(file, { highWaterMark: 1 << 20 }),
      target.query(copyFrom(`COPY ${table} FROM STDIN`)),
    );
  }
  const seconds = (performance.now() - started) / 1000;
  const posts = Number((await target.query<{ count: string }>('SELECT count(*) FROM post')).rows[0]!.count);
  const run: Run = {
    what,
    seconds,
    posts,
    nodeCpu: ownCpuSeconds(process.pid) - cpu.node,
    postgresCpu: cpuSeconds(server.pid) - cpu.postgres,
    peak: 0,
    wal: since(wal, await walOf(target)),
  };
  await target.end();
  return run;
}

// ── odds and ends ───────────────────────────────────────────────────────────────────────────────────────────────────

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}

function print(runs: readonly Run[]): void {
  const per = (run: Run, seconds: number): string => ((seconds / run.posts) * 100_000).toFixed(1);
  console.table(
    runs.map((run) => ({
      run: run.what,
      seconds: run.seconds.toFixed(1),
      'posts/s': Math.round(run.posts / run.seconds),
      'Node CPU s / 100k': per(run, run.nodeCpu),
      'Postgres CPU s / 100k': per(run, run.postgresCpu),
      'peak MiB a process': run.peak === 0 ? '' : Math.round(run.peak),
      'WAL MB': Math.round(run.wal.megabytes),
      'whole pages': run.wal.wholePages,
      checkpoints: run.wal.checkpoints,
    })),
  );
}
