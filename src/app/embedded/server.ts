/** Starting the server on a cluster, on a port that is free, and the database in it. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { EmbeddedPostgresError } from './errors.js';
import { ENVIRONMENT, seenFromInside, type Home } from './home.js';
import { markOf, postgresOf } from './processes.js';
import type { Exit, Running, StopPlan } from './reaper.js';
import { settingsFor } from './settings.js';

/** Fast shutdown: connections end, a checkpoint is written. If that takes too long: as in a crash, which is safe, only slower next time. */
export const STOP_SERVER: StopPlan = [
  ['SIGINT', 45_000],
  ['SIGQUIT', 15_000],
  ['SIGKILL', 5_000],
];
/** Recovery replays at most `max_wal_size`, twice in the worst case; on a slow disk that takes minutes. */
const START_LIMIT = 15 * 60_000;

export interface Launched {
  readonly running: Running;
  readonly port: number;
}

/** @param fixed this port or none; null: the last one, or any */
export async function launch(home: Home, fixed: number | null): Promise<Launched> {
  const { dataDir, cluster, account, binaries, durable, reaper, signal } = home;
  const deadline = Date.now() + START_LIMIT;
  let port = fixed ?? (await portToTry(dataDir));
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    clearForeignPid(cluster);
    const running = await reaper.run({
      file: binaries.postgres,
      cwd: cluster,
      args: ['-D', seenFromInside(cluster, account), ...settingsFor(durable, port)],
      env: ENVIRONMENT,
      ...account,
      log: join(dataDir, 'postgres.log'),
      status: join(cluster, 'postmaster.pid'),
      stop: STOP_SERVER,
    });
    const exit = await readyOrExit(home, running, deadline);
    if (exit === null) {
      writeFileSync(join(dataDir, 'port'), `${port}\n`);
      return { running, port };
    }
    signal?.throwIfAborted();
    const said = exit.tail.join('\n');
    const taken = /could not bind|Address already in use/.test(said);
    // The backends of a postmaster that was killed need a moment to notice.
    const lingering = /pre-existing shared memory block|lock file ".*" already exists/.test(said);
    if (taken && fixed === null && attempt < 20) port = await freePort();
    else if (attempt < (lingering ? 50 : taken ? 10 : 0)) await sleep(200, undefined, signal ? { signal } : {});
    else {
      const why = taken ? `port ${port} is taken` : `it ended (${exit.signal ?? exit.code})`;
      throw new EmbeddedPostgresError(
        `Postgres does not start, ${why}; its log ${join(dataDir, 'postgres.log')} says:\n${said}`,
      );
    }
  }
}

/** @returns null when it accepts connections, its end when it ended instead */
async function readyOrExit(home: Home, running: Running, deadline: number): Promise<Exit | null> {
  const started = Date.now();
  const told = setInterval(() => {
    const seconds = Math.round((Date.now() - started) / 1000);
    home.log.info({ seconds }, 'Postgres recovers from a crash');
  }, 10_000);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), deadline - Date.now())));
  try {
    const lost = home.reaper.lost.then((error) => Promise.reject(error));
    const outcome = await Promise.race([running.ready.then(() => null), running.exited, late, lost]);
    if (outcome !== 'late') return outcome;
  } finally {
    clearInterval(told);
    clearTimeout(timer);
  }
  running.stop();
  throw new EmbeddedPostgresError(
    `Postgres was not ready after ${START_LIMIT / 60_000} minutes: see ${join(home.dataDir, 'postgres.log')}`,
  );
}

/** Empty when the file is not there: Postgres makes and removes it while we look. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/**
 * After a crash, postmaster.pid names a process that is gone, and Postgres clears it away by itself. Unless the number
 * has been given to another process of ours, as it happens when a container restarts: Postgres then takes that one for
 * the server and never starts. We can tell, because a server stands in its cluster.
 */
function clearForeignPid(cluster: string): void {
  const path = join(cluster, 'postmaster.pid');
  const pid = Number.parseInt(textOf(path), 10);
  if (Number.isInteger(pid) && markOf(pid) !== null && postgresOf(cluster).length === 0) rmSync(path, { force: true });
}

async function portToTry(dataDir: string): Promise<number> {
  const path = join(dataDir, 'port');
  const last = Number.parseInt(textOf(path), 10);
  return last > 0 && last < 65_536 ? last : freePort();
}

/** Free now; whoever takes it before Postgres does makes `launch` ask again. */
function freePort(): Promise<number> {
  return new Promise((settle, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (typeof address === 'object' && address) settle(address.port);
        else reject(new EmbeddedPostgresError('the system names no port'));
      });
    });
  });
}

/** The database, and the proof that it knows letters. */
export async function prepare(adminUrl: string, url: string, database: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
  });
  await withClient(url, async (client) => {
    await client.query('CREATE EXTENSION IF NOT EXISTS pg_trgm');
    const { rows } = await client.query<{ count: number }>(`SELECT cardinality(show_trgm('كتاب')) AS count`);
    if (!rows[0]?.count)
      throw new EmbeddedPostgresError(
        'this database does not know Arabic letters, so search would miss what is there: its LC_CTYPE is no UTF-8 ' +
          'locale. Install one (C.utf8), export what the archive holds, and let a new data folder be made',
      );
  });
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 30_000 });
  // Without a listener, a connection that breaks between two queries would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
