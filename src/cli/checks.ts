/** What `perdure doctor` looks at. Each check says what it found and, when something is wrong, what to do about it. */
import { accessSync, constants, existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { Redis } from 'ioredis';
import { openBlobs, type BlobPlace } from '../app/blobs.js';
import type { Config } from '../app/config.js';
import { provideDatabase } from '../app/database.js';
import { databaseAccount } from '../app/embedded/account.js';
import { binariesFor } from '../app/embedded/binaries.js';
import type { Logger } from '../app/log.js';
import { findRunning } from '../app/running.js';
import { messageOf } from '../core/errors.js';
import { isLoopback } from '../core/loopback.js';
import { listApiKeys, type ApiKeyView } from '../store/api-keys.js';
import { openDatabase, pendingMigrations, poolOf } from '../store/data-source.js';
import { bytesText, plural } from './print.js';

export type Verdict = 'ok' | 'warn' | 'fail';

export interface Finding {
  readonly name: string;
  readonly verdict: Verdict;
  readonly found: string;
  /** What to do; only where something is. */
  readonly advice?: string;
}

const ok = (name: string, found: string): Finding => ({ name, verdict: 'ok', found });
const warn = (name: string, found: string, advice: string): Finding => ({ name, verdict: 'warn', found, advice });
const fail = (name: string, found: string, advice: string): Finding => ({ name, verdict: 'fail', found, advice });

/** Whatever a check throws is a finding, not the end of the doctor's visit. */
export async function guarded(
  name: string,
  advice: string,
  check: () => Finding[] | Promise<Finding[]>,
): Promise<Finding[]> {
  try {
    return await check();
  } catch (error) {
    return [fail(name, messageOf(error), advice)];
  }
}

// ── this machine ─────────────────────────────────────────────────────────────────────────────────────────────────────

const SUPPORTED = [20, 22, 24];

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 20)) return fail('Node', version, 'install Node 20.20 or newer');
  if (!SUPPORTED.includes(major)) return warn('Node', version, `${SUPPORTED.join(', ')} are tested; this one is not`);
  return ok('Node', version);
}

/** Platforms block what they cannot ask to slow down. */
export function checkContact({ contact }: Config): Finding {
  return contact === undefined
    ? ok('contact', 'none is set: before following accounts, give platforms one with PERDURE_CONTACT')
    : ok('contact', contact);
}

/** Compares what npm installed with the lockfile. */
export function checkInstall(script: string): Finding {
  const root = projectOf(script);
  if (root === undefined)
    return warn('packages', 'the project’s folder was not found', 'run perdure from its own checkout');
  const wanted = packagesIn(join(root, 'package-lock.json'));
  const present = packagesIn(join(root, 'node_modules', '.package-lock.json'));
  if (!wanted) return fail('packages', 'package-lock.json is missing or unreadable', 'restore it from the repository');
  if (!present) return fail('packages', 'nothing is installed', 'run npm ci');
  const stale = Object.entries(wanted).filter(([path, { version, optional, dev }]) => {
    const there = present[path];
    return path !== '' && (there ? there.version !== version : !optional && !dev);
  });
  const names = stale.slice(0, 3).map(([path]) => path.replace(/^.*node_modules\//, ''));
  return stale.length === 0
    ? ok('packages', `${Object.keys(present).length} installed, as the lockfile says`)
    : fail(
        'packages',
        `${plural(stale.length, 'package')} missing or of another version: ${names.join(', ')}`,
        'run npm ci',
      );
}

interface Installed {
  readonly version?: string;
  readonly optional?: boolean;
  readonly dev?: boolean;
}

function packagesIn(path: string): Readonly<Record<string, Installed>> | undefined {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { packages?: Record<string, Installed> }).packages;
  } catch {
    return undefined; // missing or half written: the same advice
  }
}

function projectOf(script: string): string | undefined {
  for (let folder = dirname(realpathSync(script)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package-lock.json'))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** The folder itself, or the nearest one above it that exists. */
function existing(folder: string): string {
  let at = folder;
  while (!existsSync(at) && at !== dirname(at)) at = dirname(at);
  return at;
}

export function checkFolder(name: string, folder: string, variable: string): Finding {
  const advice = `give this user the right to write there, or set ${variable} to another folder`;
  const at = existing(folder);
  try {
    if (at !== folder) {
      accessSync(at, constants.W_OK | constants.X_OK);
      return ok(name, `${folder} (made when it is needed)`);
    }
    const probe = join(folder, `.doctor-${process.pid}`);
    writeFileSync(probe, 'perdure doctor', { flush: true });
    rmSync(probe);
    return ok(name, folder);
  } catch (error) {
    return fail(name, `${folder}: ${messageOf(error)}`, advice);
  }
}

export async function checkBlobs(place: BlobPlace): Promise<Finding[]> {
  if (place.kind === 'folder') {
    const { path } = place;
    const folder = checkFolder('blobs', path, 'PERDURE_BLOBS');
    return [
      folder,
      ...(await guarded('disk', 'check PERDURE_BLOBS', async () => [await checkDisk(path, DISK_OF_BLOBS)])),
    ];
  }
  const { spool } = place.s3;
  const advice =
    'check PERDURE_BLOBS, S3_ENDPOINT and the AWS variables; OPERATIONS.md says what the key must be allowed to';
  const bucket = await guarded('blobs', advice, async () => {
    const blobs = await openBlobs(place);
    try {
      const problem = await blobs.problem();
      return [
        problem === undefined ? ok('blobs', `${blobs.place}, reached and written to`) : fail('blobs', problem, advice),
      ];
    } finally {
      await blobs.close();
    }
  });
  return [
    ...bucket,
    ...(await guarded('disk', 'check PERDURE_DATA', async () => [await checkDisk(spool, DISK_OF_SPOOL)])),
  ];
}

const DISK_OF_BLOBS = {
  what: 'for blobs',
  advice: 'an import keeps the whole file and what is in it: make room, or set PERDURE_BLOBS to a larger disk',
};
const DISK_OF_SPOOL = {
  what: 'for what is on its way to the bucket',
  advice: 'the largest file of an import must find room there: make some, or set PERDURE_DATA to a larger disk',
};
const TIGHT_BYTES = 5e9;
const FULL_BYTES = 5e8;

async function checkDisk(folder: string, { what, advice }: typeof DISK_OF_BLOBS): Promise<Finding> {
  const { bavail, bsize } = await statfs(existing(folder));
  const free = bavail * bsize;
  const found = `${bytesText(free)} free ${what}`;
  return free < FULL_BYTES
    ? fail('disk', found, advice)
    : free < TIGHT_BYTES
      ? warn('disk', found, advice)
      : ok('disk', found);
}

export async function checkPort(config: Config): Promise<Finding> {
  const running = findRunning(config.data);
  if (running) return ok('port', `perdure is up at ${running.url} (process ${running.pid})`);
  const { host, port } = config;
  const problem = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
  if (!problem) return ok('port', `${host}:${port} is free`);
  if (problem.code === 'EADDRINUSE') {
    return warn(
      'port',
      `${host}:${port} is taken by another program`,
      'choose another with PORT=…, or stop that program',
    );
  }
  return fail('port', `${host}:${port}: ${problem.message}`, 'check HOST and PORT');
}

// ── database and queues ──────────────────────────────────────────────────────────────────────────────────────────────

export async function checkDatabase(config: Config, log: Logger): Promise<Finding[]> {
  if (config.databaseUrl !== undefined) {
    return guarded('database', 'check DATABASE_URL, and that Postgres runs and lets this user in', () =>
      look(config, config.databaseUrl!, whereOf(config.databaseUrl!), true),
    );
  }
  const cluster = join(config.data, 'postgres', 'cluster');
  const programs = await guarded(
    'Postgres programs',
    'run npm ci, or set DATABASE_URL to a Postgres of your own',
    () => [ok('Postgres programs', binariesFor(databaseAccount(cluster)).postgres)],
  );
  if (programs.some(({ verdict }) => verdict === 'fail')) return programs;
  if (!existsSync(join(cluster, 'PG_VERSION'))) {
    return [...programs, ok('database', 'embedded; made by the first perdure up or import')];
  }
  const advice = `see ${join(config.data, 'postgres', 'postgres.log')}`;
  const findings = await guarded('database', advice, async () => {
    const provided = await provideDatabase(config, log);
    try {
      return await look(config, provided.url, provided.kind, false);
    } finally {
      await provided.stop();
    }
  });
  return [...programs, ...findings];
}

/** Without the password. */
function whereOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}${port === '' ? '' : `:${port}`}${pathname}`;
}

/** BullMQ's tables need it. */
const LEAST_POSTGRES = 130_000;
const WORD = 'كتاب';

async function look(config: Config, url: string, where: string, isConfigured: boolean): Promise<Finding[]> {
  const database = await openDatabase({ url, poolSize: 1, name: 'perdure-doctor' });
  try {
    const pool = poolOf(database);
    const { rows } = await pool.query<{ version: string; number: number; encoding: string }>(
      `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
         current_setting('server_encoding') AS encoding`,
    );
    const { version, number, encoding } = rows[0]!;
    const server = `Postgres ${version}, ${where}`;
    if (number < LEAST_POSTGRES) return [fail('database', server, 'Postgres 13 or newer is needed')];
    if (encoding !== 'UTF8') {
      return [
        fail(
          'database',
          `${server}: encoding ${encoding}`,
          `make a database with ENCODING 'UTF8': posts hold every script`,
        ),
      ];
    }
    const isOld = await pendingMigrations(database);
    const schema = isOld
      ? isConfigured
        ? fail('schema', 'older than this version', 'run perdure migrate')
        : warn('schema', 'older than this version', 'the next perdure up brings it up to date; nothing to do')
      : ok('schema', 'up to date');
    const keys = isOld ? [] : [checkKeys(config, await listApiKeys(pool))];
    return [ok('database', server), schema, await checkTrigrams(pool), ...keys];
  } finally {
    await database.destroy();
  }
}

/** Whether the service will start, and who is let in. */
export function checkKeys({ host, apiKey }: Pick<Config, 'host' | 'apiKey'>, keys: readonly ApiKeyView[]): Finding {
  const active = keys.filter(({ state }) => state === 'active').length + (apiKey === undefined ? 0 : 1);
  const isClosed = keys.some(({ state }) => state === 'expired');
  const advice = 'make one: perdure keys add NAME --role administrator';
  if (active > 0) return ok('API keys', `${plural(active, 'key')}; every request needs one`);
  if (!isLoopback(host))
    return fail('API keys', `none that opens, and HOST=${host} is reached from elsewhere: it does not start`, advice);
  return isClosed
    ? warn('API keys', 'all have expired: every request is refused', advice)
    : ok('API keys', 'none: the service answers on this machine only, everybody on it');
}

/** With lc_ctype=C, pg_trgm takes Arabic letters for punctuation, and finds no name. */
async function checkTrigrams(pool: ReturnType<typeof poolOf>): Promise<Finding> {
  const name = 'Arabic search';
  const { rowCount } = await pool.query(`SELECT FROM pg_extension WHERE extname = 'pg_trgm'`);
  if (rowCount === 0)
    return warn(
      name,
      'the extension pg_trgm is not there yet',
      'perdure migrate makes it; Debian has it in postgresql-contrib',
    );
  const { rows } = await pool.query<{ trigrams: number }>(`SELECT cardinality(show_trgm($1)) AS trigrams`, [WORD]);
  return rows[0]!.trigrams > 0
    ? ok(name, `names in Arabic are indexed (${rows[0]!.trigrams} trigrams of a word)`)
    : fail(
        name,
        'the database’s locale (lc_ctype=C) hides Arabic letters',
        `make the database with LOCALE 'C.UTF-8' and import again`,
      );
}

const REDIS_WAIT_MS = 3_000;

export async function checkQueues({ redisUrl }: Config): Promise<Finding[]> {
  if (redisUrl === undefined) return [ok('queues', 'in Postgres (REDIS_URL is not set)')];
  const advice = 'check REDIS_URL and that Redis runs; without REDIS_URL the queues live in Postgres';
  return guarded('queues', advice, async () => {
    const redis = new Redis(redisUrl, {
      lazyConnect: true,
      connectTimeout: REDIS_WAIT_MS,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
    let problem: Error | undefined;
    // Says why, where the command itself only says that the connection is closed.
    redis.on('error', (error: Error) => (problem = error));
    try {
      await redis.connect();
      const info = await redis.info();
      const version = /^redis_version:(\S+)/m.exec(info)?.[1] ?? 'of unknown version';
      const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1] ?? 'noeviction';
      if (policy === 'noeviction') return [ok('queues', `Redis ${version}`)];
      return [
        warn(
          'queues',
          `Redis ${version}, maxmemory-policy ${policy}`,
          'set maxmemory-policy noeviction: jobs must not be evicted',
        ),
      ];
    } catch (error) {
      throw problem ?? error;
    } finally {
      redis.disconnect();
    }
  });
}
