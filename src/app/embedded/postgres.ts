/**
 * Postgres from an npm package, as a part of this process: for a machine that has none.
 *
 *   <dataDir>/cluster       what Postgres calls its data directory
 *   <dataDir>/password      of the one role, random, readable by us only
 *   <dataDir>/owner.json    who runs it now, and on which port
 *   <dataDir>/port          the last port, taken again if it is free: a URL that somebody noted stays right
 *   <dataDir>/postgres.log  at most 8 MB, and the one before it
 *
 * It runs below a reaper (reaper.mjs), which stops it when this process is gone for whatever reason.
 */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { messageOf } from '../../core/errors.js';
import type { Log } from '../../queue/log.js';
import { canReach, databaseAccount, type Account } from './account.js';
import { binariesFor, type Binaries } from './binaries.js';
import { Claim } from './claim.js';
import { EmbeddedPostgresError } from './errors.js';
import { isAlive, markOf, postgresOf, type ProcessMark } from './processes.js';
import { Reaper, type Exit, type Running, type StopPlan } from './reaper.js';
import { settingsFor } from './settings.js';

export interface PostgresOptions {
  /** A folder of its own; made if it is not there. */
  readonly dataDir: string;
  /** `false`: faster; kill -9 of Postgres loses the last second, a crash of the machine everything. For tests. */
  readonly durable: boolean;
  /** This port or none. Without it: the port of last time, or any free one. */
  readonly port?: number;
  /** Created when it is not there. */
  readonly database?: string;
  /** The data folder is removed at the end, even if this process is killed. For tests. */
  readonly ephemeral?: boolean;
  /** Gives up a start that is under way, and leaves nothing running. Afterwards it does nothing: call `stop`. */
  readonly signal?: AbortSignal;
  readonly log: Log;
  /** It ended, could not be started again, and the database is gone for good: the process should end too. */
  readonly onLost?: (error: Error) => void;
}

export interface EmbeddedPostgres {
  /** Of the database named in the options; the password is in it. */
  readonly url: string;
  readonly port: number;
  /** Of the server that runs now: one that was killed is started again on the same port. */
  readonly pid: number;
  /** Waits for the shutdown checkpoint. A second call waits for the first. */
  stop(): Promise<void>;
}

const ROLE = 'perdure';
/** Fast shutdown: connections end, a checkpoint is written. If that takes too long: as in a crash, which is safe, only slower next time. */
const STOP_SERVER: StopPlan = [
  ['SIGINT', 45_000],
  ['SIGQUIT', 15_000],
  ['SIGKILL', 5_000],
];
const STOP_INITDB: StopPlan = [
  ['SIGTERM', 2_000],
  ['SIGKILL', 2_000],
];
/** Recovery replays at most `max_wal_size`, twice in the worst case; on a slow disk that takes minutes. */
const START_LIMIT = 15 * 60_000;
/** So many restarts in so many milliseconds, then it is lost. */
const RESTARTS = { limit: 5, within: 300_000 };

/**
 * @throws AlreadyRunning if another process runs a database on this folder
 * @throws EmbeddedPostgresError with what can be done about it
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const { durable, log, signal } = options;
  if (process.platform === 'win32')
    throw new EmbeddedPostgresError('there is no embedded Postgres on Windows: use WSL, or set DATABASE_URL');
  signal?.throwIfAborted();
  const dataDir = resolve(options.dataDir);
  const database = options.database ?? ROLE;
  const cluster = join(dataDir, 'cluster');
  mkdirSync(dataDir, { recursive: true });
  const account = databaseAccount(cluster);
  // As root, Postgres' user must pass through; what is secret in here has its own mode.
  chmodSync(dataDir, account.uid === undefined ? 0o700 : 0o711);
  const password = passwordIn(dataDir);
  const urlOf = (port: number): string =>
    `postgres://${ROLE}:${password}@127.0.0.1:${port}/${database}?sslmode=disable`;

  const claim = await Claim.take({ dataDir, cluster, urlOf, log, signal });
  let reaper: Reaper | undefined;
  try {
    // Before initdb: from here on nothing runs that would outlive us.
    reaper = await Reaper.start(dataDir, (message) => log.error({ dataDir }, message));
    claim.guardedBy(reaper.pid);
    if (options.ephemeral) reaper.removeAtEnd(dataDir);
    const guard = reaper;
    const abort = (): void => void guard.end();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      const home: Home = { dataDir, cluster, account, binaries: binariesFor(account), durable, reaper, log, signal };
      if (!existsSync(join(cluster, 'PG_VERSION'))) await makeCluster(home, password);
      const first = await launch(home, options.port ?? null);
      await prepare(urlOf(first.port).replace(`/${database}?`, '/postgres?'), urlOf(first.port), database);
      signal?.throwIfAborted();
      claim.serves(first.pid, first.port);
      return guarded(home, first, claim, urlOf(first.port), options.onLost);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  } catch (error) {
    await reaper?.end();
    claim.release();
    // Whatever failed because we stopped it: the reason is that we were asked to.
    signal?.throwIfAborted();
    throw error;
  }
}

interface Home {
  readonly dataDir: string;
  readonly cluster: string;
  readonly account: Account;
  readonly binaries: Binaries;
  readonly durable: boolean;
  readonly reaper: Reaper;
  readonly log: Log;
  readonly signal: AbortSignal | undefined;
}

interface Server extends Running {
  readonly port: number;
  readonly mark: ProcessMark | null;
}

/** Nothing is inherited: PGDATA, PGPORT, PGOPTIONS, LC_ALL of the user's shell are about other servers. */
const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/**
 * How Postgres is told its own folder. As root it runs as somebody who may not be allowed to walk there (a clone below
 * root's home, which is closed to others). It need not walk: it is put into the folder before it changes its user, and
 * /proc/self/cwd is where it stands. So the data stay where the user wanted them.
 */
function seenFromInside(folder: string, account: Account): string {
  if (canReach(folder, account)) return folder;
  if (existsSync('/proc/self/cwd')) return '/proc/self/cwd';
  throw new EmbeddedPostgresError(
    `user ${account.uid}, as whom Postgres would run, cannot reach ${folder}: set PERDURE_DATA to a folder whose ` +
      'parents every user may enter, or run as an ordinary user',
  );
}

// ---------------------------------------------------------------------------------------------------- the cluster

/**
 * pg_trgm and full-text search ask the C library what a letter is: with LC_CTYPE=C they see no Arabic, no Cyrillic, no
 * Chinese, and ICU or Postgres' own provider change nothing about that (tried on 18). Order stays that of code points,
 * the same on every machine. `C.utf8` is in every glibc since 2.35, in Debian's and Fedora's before; then the names
 * under which others have a UTF-8 LC_CTYPE.
 */
const LOCALES: readonly (readonly string[])[] = [
  ['--locale=C.utf8'],
  ['--locale=C.UTF-8'],
  ['--locale=C', '--lc-ctype=en_US.UTF-8'],
  ['--locale=C', '--lc-ctype=en_US.utf8'],
  ['--locale=C', '--lc-ctype=UTF-8'],
];

/** Made under another name and put in place by a rename: a start that is killed half way leaves no half of a cluster. */
async function makeCluster(home: Home, password: string): Promise<void> {
  const { dataDir, cluster, account, binaries, durable, reaper, log, signal } = home;
  for (const name of readdirSync(dataDir))
    if (name.startsWith('cluster.')) rmSync(join(dataDir, name), { recursive: true, force: true });
  const draft = mkdtempSync(join(dataDir, 'cluster.'));
  const secret = `${draft}.secret`;
  writeFileSync(secret, `${password}\n`, { mode: 0o600, flag: 'wx' });
  for (const path of [draft, secret]) give(path, account);

  const started = Date.now();
  let exit: Exit | undefined;
  for (const locale of LOCALES) {
    signal?.throwIfAborted();
    const initdb = await reaper.run({
      file: binaries.initdb,
      cwd: draft,
      // The secret is found from where initdb stands, for the same reason as the folder itself.
      args: [
        '-D',
        seenFromInside(draft, account),
        '--username',
        ROLE,
        '--pwfile',
        `../${secret.slice(dataDir.length + 1)}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        ...locale,
        '--no-instructions',
        ...(durable ? [] : ['--no-sync']),
      ],
      env: ENVIRONMENT,
      ...account,
      log: join(dataDir, 'postgres.log'),
      stop: STOP_INITDB,
    });
    exit = await initdb.exited;
    signal?.throwIfAborted();
    if (exit.code === 0) break;
    if (!exit.tail.some((line) => /invalid locale|locale name/i.test(line))) break;
    log.debug({ locale }, 'this machine does not have the locale');
  }
  rmSync(secret, { force: true });
  if (exit?.code !== 0) {
    rmSync(draft, { recursive: true, force: true });
    if (exit?.tail.some((line) => line.includes('could not look up effective user ID')))
      throw new EmbeddedPostgresError(
        `Postgres runs only for a user with a name, and user ${process.getuid?.()} has none in /etc/passwd (a container ` +
          'started with a bare number?): add a line there, run as a user who is in it, or set DATABASE_URL',
      );
    throw new EmbeddedPostgresError(`initdb failed (${exit?.signal ?? exit?.code}):\n${exit?.tail.join('\n')}`);
  }
  renameSync(draft, cluster);
  if (durable) syncFolder(dataDir);
  log.info({ dataDir, milliseconds: Date.now() - started }, 'made a new database cluster');
}

function give(path: string, { uid, gid }: Account): void {
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}

function syncFolder(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function passwordIn(dataDir: string): string {
  const path = join(dataDir, 'password');
  try {
    // Two first starts at once: the one that comes second reads what the first wrote.
    if (!existsSync(path)) {
      if (existsSync(join(dataDir, 'cluster')))
        throw new EmbeddedPostgresError(
          `${path} is gone, and the database in ${dataDir} opens with it only: restore it`,
        );
      writeFileSync(path, randomBytes(24).toString('hex'), { mode: 0o600, flag: 'wx' });
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(path, 'utf8').trim();
}

// ----------------------------------------------------------------------------------------------------- the server

/** @param fixed this port or none; null: the last one, or any */
async function launch(home: Home, fixed: number | null): Promise<Server> {
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
      stop: STOP_SERVER,
    });
    const exit = await readyOrExit(home, running, deadline);
    if (exit === null) {
      writeFileSync(join(dataDir, 'port'), `${port}\n`);
      return { ...running, port, mark: markOf(running.pid) };
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
  let exit: Exit | undefined;
  void running.exited.then((value) => (exit = value));
  const started = Date.now();
  let told = started;
  // The same that pg_ctl looks at: the first line is the process, the eighth its state.
  const status = join(home.cluster, 'postmaster.pid');
  while (Date.now() < deadline) {
    if (exit) return exit;
    const lines = textOf(status).split('\n');
    if (Number(lines[0]) === running.pid && lines[7]?.startsWith('ready')) return null;
    if (Date.now() - told > 10_000) {
      told = Date.now();
      home.log.info({ seconds: Math.round((told - started) / 1000) }, 'Postgres recovers from a crash');
    }
    await sleep(15);
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
async function prepare(adminUrl: string, url: string, database: string): Promise<void> {
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

/** From ready to stopped: what happens if it, or its reaper, ends unasked. */
function guarded(
  home: Home,
  first: Server,
  claim: Claim,
  url: string,
  onLost: ((error: Error) => void) | undefined,
): EmbeddedPostgres {
  const { reaper, log } = home;
  let server = first;
  let stopping: Promise<void> | undefined;
  const restarts: number[] = [];
  const lose = (error: Error): void => {
    log.error({ error: messageOf(error) }, 'the embedded database is lost');
    onLost?.(error);
  };

  const watch = (): void => {
    void server.exited.then(async ({ code, signal, tail }) => {
      if (stopping) return;
      log.error({ code, signal, tail: tail.slice(-5) }, 'Postgres ended unasked; starting it again');
      const now = Date.now();
      restarts.push(now);
      try {
        if (restarts.filter((time) => now - time < RESTARTS.within).length > RESTARTS.limit)
          throw new EmbeddedPostgresError(
            `Postgres ended ${restarts.length} times: see ${join(home.dataDir, 'postgres.log')}`,
          );
        server = await launch({ ...home, signal: undefined }, server.port);
        claim.serves(server.pid, server.port);
        watch();
      } catch (error) {
        // While we stop, the reaper refuses to start anything: that is no loss.
        if (!stopping) lose(error as Error);
      }
    });
  };
  watch();
  void reaper.lost.then((error) => lose(error));
  reaper.unref();

  return {
    url,
    port: first.port,
    get pid() {
      return server.pid;
    },
    stop() {
      stopping ??= (async () => {
        claim.leaves();
        await reaper.end();
        // Only if the reaper was killed: then nobody else stops it.
        if (server.mark) await stopDirectly(server.mark);
        claim.release();
      })();
      return stopping;
    },
  };
}

async function stopDirectly(mark: ProcessMark): Promise<void> {
  for (const [signal, patience] of STOP_SERVER) {
    if (!isAlive(mark)) return;
    process.kill(mark.pid, signal);
    for (const deadline = Date.now() + patience; Date.now() < deadline && isAlive(mark);) await sleep(50);
  }
  if (isAlive(mark)) throw new EmbeddedPostgresError(`Postgres (process ${mark.pid}) does not end`);
}
