/**
 * npm run bench:jetstream [-- --seconds 30]
 *
 * How many posts a second of a stream are archived: kept, read, committed, indexed. Once a stream of everybody, as fast as it
 * is taken; once 2,000 events a second of a thousand followed accounts, which must be kept up with. A local server in a process
 * of its own; durable embedded Postgres.
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
import { loadConfig } from '../src/app/config.js';
import { startPostgres } from '../src/app/embedded/index.js';
import { followText, startHarvest } from '../src/app/following.js';
import { openLog } from '../src/app/log.js';
import { openNetwork } from '../src/app/network.js';
import { follow } from '../src/store/seeds.js';
import { cpuSeconds, ownCpuSeconds } from './measure.js';

const { values: args } = parseArgs({ options: { seconds: { type: 'string', default: '30' } } });
const seconds = Number(args.seconds);
const log = openLog(process.env['LOG_LEVEL'] ?? 'warn', 'bench');
const folder = await mkdtemp(join(tmpdir(), 'perdure-bench-'));
const server = await startPostgres({ dataDir: join(folder, 'postgres'), durable: true, log });
try {
  const config = loadConfig({ ...process.env, DATABASE_URL: server.url, PERDURE_DATA: folder });
  const archive = await openArchive(config, log, {
    databaseUrl: server.url,
    name: 'bench',
    poolSize: 6,
    migrate: true,
  });
  try {
    console.table([await measure(archive, 'everybody', 0), await measure(archive, 'followed', 2_000)]);
  } finally {
    await archive.close();
  }
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}

async function measure(archive: Archive, collection: string, rate: number): Promise<object> {
  const script = fileURLToPath(new URL('./jetstream-server.js', import.meta.url));
  const platform = spawn(process.execPath, [script, String(rate)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [port] = (await once(platform.stdout, 'data')) as [Buffer];
  const none = (): Promise<undefined> => Promise.resolve(undefined);
  const network = openNetwork(archive, none);
  const stopping = new AbortController();
  const text = `ws://127.0.0.1:${Number(port.toString())}/subscribe${rate === 0 ? '?all=true' : ''}`;
  try {
    if (rate > 0) await followThousand(archive, collection);
    const options = { signal: stopping.signal, warn: () => undefined };
    const { id } = await followText(archive, network, none, { text, collection }, options);
    const { ended } = startHarvest(archive, network, id, stopping.signal);
    await sleep(5_000); // the first segments: code is compiled, tables are begun
    const before = {
      posts: await posts(archive),
      at: Date.now(),
      node: ownCpuSeconds(process.pid),
      postgres: cpuSeconds(server.pid),
    };
    await sleep(seconds * 1_000);
    const took = (Date.now() - before.at) / 1_000;
    const archived = (await posts(archive)) - before.posts;
    const behind = await archive.pool.query<{ s: number }>(
      `SELECT extract(epoch FROM now() - max(observed_at))::float8 AS s FROM observation`,
    );
    const row = {
      stream: rate === 0 ? 'everybody, as fast as it is taken' : `${rate} events a second of 1,000 followed accounts`,
      'posts archived a second': Math.round(archived / took),
      'behind, s': behind.rows[0]!.s.toFixed(1),
      'Node CPU %': (((ownCpuSeconds(process.pid) - before.node) / took) * 100).toFixed(0),
      'Postgres CPU %': (((cpuSeconds(server.pid) - before.postgres) / took) * 100).toFixed(0),
    };
    stopping.abort(new Error('measured'));
    await ended.catch(() => undefined);
    return row;
  } finally {
    await network.close();
    platform.stdin.end();
  }
}

async function posts({ pool }: Archive): Promise<number> {
  const { rows } = await pool.query<{ n: number }>('SELECT coalesce(sum(new_posts), 0)::float8 AS n FROM ingest_range');
  return rows[0]!.n;
}

async function followThousand({ pool, accessions }: Archive, collection: string): Promise<void> {
  const id = await accessions.ensureCollection(collection);
  for (let n = 0; n < 1_000; n++) {
    const did = `did:plc:${String(n).padStart(24, 'b')}`;
    const settings = { did, pds: 'https://pds.example' };
    const common = {
      collection: id,
      connector: 'bluesky',
      source: 'bluesky',
      trusted: [],
      adaptive: false,
      backfill: 0,
    };
    await follow(pool, { ...common, uri: did, name: did, settings, everySeconds: 900 }, true);
  }
}
