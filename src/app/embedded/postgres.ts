/**
 * Postgres from an npm package, as a part of the processes that use it: for a machine that has none.
 *
 *   <dataDir>/cluster       what Postgres calls its data directory
 *   <dataDir>/password      of the one role, random, readable by us only
 *   <dataDir>/owner.json    who began what runs now, and how to join it
 *   <dataDir>/port          the last port, taken again if it is free: a URL that somebody noted stays right
 *   <dataDir>/postgres.log  at most 8 MB, and the one before it
 *
 * It runs below a reaper (reaper.mjs), which stops it when the last process that uses it is gone for whatever reason.
 */
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf } from '../../core/errors.js';
import type { Log } from '../../queue/log.js';
import { databaseAccount, type Account } from './account.js';
import { binariesFor } from './binaries.js';
import { Claim } from './claim.js';
import { makeCluster, passwordIn, ROLE } from './cluster.js';
import { AlreadyRunning, EmbeddedPostgresError } from './errors.js';
import type { Home } from './home.js';
import type { Joined } from './lease.js';
import { stopDirectly } from './orphans.js';
import { markOf } from './processes.js';
import { Reaper } from './reaper.js';
import { launch, prepare, STOP_SERVER } from './server.js';

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
  /** Whether it was found running. */
  readonly joined: boolean;
  /**
   * We need it no longer. If nobody else does, it stops, and this waits for the shutdown checkpoint. A second call waits
   * for the first.
   */
  stop(): Promise<void>;
}

/**
 * Starts it, or joins one that runs on this folder: it then lives until the last of its users is gone.
 * @throws EmbeddedPostgresError with what can be done about it
 */
export function usePostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  return open(options);
}

/**
 * For those whose settings it must have.
 * @throws AlreadyRunning if a database runs on this folder
 * @throws EmbeddedPostgresError with what can be done about it
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  let ownerPid = 0;
  const postgres = await open(options, (pid) => (ownerPid = pid));
  if (!postgres.joined) return postgres;
  await postgres.stop();
  throw new AlreadyRunning(resolve(options.dataDir), postgres.url, postgres.port, ownerPid);
}

async function open(options: PostgresOptions, begunBy?: (pid: number) => void): Promise<EmbeddedPostgres> {
  const { durable, log, signal } = options;
  if (process.platform === 'win32')
    throw new EmbeddedPostgresError('there is no embedded Postgres on Windows: use WSL, or set DATABASE_URL');
  signal?.throwIfAborted();
  const dataDir = resolve(options.dataDir);
  const database = options.database ?? ROLE;
  const cluster = join(dataDir, 'cluster');
  mkdirSync(dataDir, { recursive: true });
  const account = databaseAccount(cluster);
  openFolder(dataDir, account);
  const password = passwordIn(dataDir);
  const urlOf = (port: number): string =>
    `postgres://${ROLE}:${password}@127.0.0.1:${port}/${database}?sslmode=disable`;

  const found = await Claim.take({ dataDir, cluster, log, signal });
  if (!(found instanceof Claim)) {
    begunBy?.(found.claim.ownerPid);
    return inUse(found, found.claim, urlOf(found.port), true, options);
  }
  const claim = found;
  let reaper: Reaper | undefined;
  try {
    // Before initdb: from here on nothing runs that would outlive us.
    reaper = await Reaper.start(dataDir);
    claim.guardedBy(reaper.pid, await reaper.share(claim.path, claim.token));
    if (options.ephemeral) reaper.removeAtEnd(dataDir);
    const guard = reaper;
    const abort = (): void => void guard.end();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      const home: Home = { dataDir, cluster, account, binaries: binariesFor(account), durable, reaper, log, signal };
      if (!existsSync(join(cluster, 'PG_VERSION'))) await makeCluster(home, password);
      const { running, port } = await launch(home, options.port ?? null);
      await prepare(urlOf(port).replace(`/${database}?`, '/postgres?'), urlOf(port), database);
      signal?.throwIfAborted();
      reaper.serve(running, port);
      return inUse({ lease: reaper, pid: running.pid, port }, claim, urlOf(port), false, options);
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

function openFolder(dataDir: string, account: Account): void {
  try {
    // As root, Postgres' user must pass through; what is secret in here has its own mode.
    chmodSync(dataDir, account.uid === undefined ? 0o700 : 0o711);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    throw new EmbeddedPostgresError(
      `${dataDir} belongs to another user: run as that user, or set PERDURE_DATA to a folder of your own`,
      { cause: error },
    );
  }
}

/** From ready to left: what happens if it, or its reaper, ends unasked. */
function inUse(
  { lease, pid, port }: Joined,
  claim: Claim,
  url: string,
  joined: boolean,
  { dataDir, log, onLost }: PostgresOptions,
): EmbeddedPostgres {
  let server = { pid, mark: markOf(pid) };
  let stopping: Promise<void> | undefined;
  let isLost = false;
  const lose = (error: Error): void => {
    // The reaper says so, and ends; which would be a loss by itself.
    if (isLost) return;
    isLost = true;
    log.error({ error: messageOf(error) }, 'the embedded database is lost');
    onLost?.(error);
  };
  lease.hear((event) => {
    // Whoever is about to go need not be told.
    if (stopping) return;
    if (event.event === 'serving') server = { pid: event.pid, mark: markOf(event.pid) };
    else if (event.event === 'lost') lose(new EmbeddedPostgresError(event.message));
    else if (event.event === 'log-failed') log.error({ dataDir }, event.message);
    else {
      const { code, signal, tail } = event;
      log.error({ code, signal, tail }, 'Postgres ended unasked; starting it again');
    }
  });
  void lease.lost.then(lose);
  lease.unref();

  return {
    url,
    port,
    get pid() {
      return server.pid;
    },
    joined,
    stop() {
      stopping ??= (async () => {
        if ((await lease.leave()) === 'left') return;
        // Only if the reaper was killed: then nobody else stops it, or clears up.
        if (server.mark) await stopDirectly(server.mark, STOP_SERVER);
        claim.release();
      })();
      return stopping;
    },
  };
}
