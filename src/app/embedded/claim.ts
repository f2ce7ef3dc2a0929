/**
 * Who runs the database of a folder. The claim is a file that names the processes and the port; it tells a second start
 * whether to use what runs, to wait for its end, or to clear away what a crash left. It is not what keeps two servers
 * off one cluster: that is Postgres' own postmaster.pid, and a cluster is put in place by one rename.
 */
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../queue/log.js';
import { AlreadyRunning, EmbeddedPostgresError } from './errors.js';
import { isAlive, markOf, parentOf, postgresOf, type ProcessMark } from './processes.js';

interface Entry {
  readonly owner: ProcessMark;
  readonly reaper?: ProcessMark;
  /** Set when it accepts connections. */
  readonly server?: ProcessMark & { readonly port: number };
}

/** How long a second start waits for a first one that is about to be ready, or about to be gone. */
const PATIENCE = 120_000;

export class Claim {
  #entry: Entry;
  private constructor(
    readonly path: string,
    entry: Entry,
  ) {
    this.#entry = entry;
  }

  /**
   * @param urlOf of a server that runs, from its port
   * @throws AlreadyRunning
   */
  static async take(options: {
    dataDir: string;
    cluster: string;
    urlOf: (port: number) => string;
    log: Log;
    signal: AbortSignal | undefined;
  }): Promise<Claim> {
    const { dataDir, cluster, urlOf, log, signal } = options;
    const path = join(dataDir, 'owner.json');
    const owner = markOf(process.pid);
    if (owner === null) throw new EmbeddedPostgresError('cannot see this very process: is /proc mounted?');
    const deadline = Date.now() + PATIENCE;
    let explained = false;
    for (;;) {
      signal?.throwIfAborted();
      if (create(path, { owner })) return new Claim(path, { owner });
      const other = read(path);
      if (other === null) continue; // released between the two looks

      const [theirs, guard] = [isAlive(other.owner), other.reaper !== undefined && isAlive(other.reaper)];
      if (theirs && other.server && isAlive(other.server))
        throw new AlreadyRunning(dataDir, urlOf(other.server.port), other.server.port, other.owner.pid);
      if (!theirs && !guard) {
        await stopOrphans(cluster, log);
        removeIfStill(path, other);
        continue;
      }
      // It starts, or it stops, or its reaper is just clearing up after it.
      if (Date.now() > deadline)
        throw new EmbeddedPostgresError(
          `process ${theirs ? other.owner.pid : other.reaper?.pid} has held ${dataDir} for two minutes without a ` +
            `running database: look at ${join(dataDir, 'postgres.log')}, stop it, and start again`,
        );
      if (!explained)
        log.info({ dataDir, owner: other.owner.pid }, 'waiting for another process to let go of the database');
      explained = true;
      await sleep(50);
    }
  }

  guardedBy(pid: number): void {
    const reaper = markOf(pid);
    if (reaper === null) throw new EmbeddedPostgresError('the reaper ended at once');
    this.#write({ ...this.#entry, reaper });
  }

  serves(pid: number, port: number): void {
    const server = markOf(pid);
    if (server === null) throw new EmbeddedPostgresError('Postgres ended at once');
    this.#write({ ...this.#entry, server: { ...server, port } });
  }

  /** It is about to stop: a second start is to wait for the end, not to be sent to what goes away. */
  leaves(): void {
    const { owner, reaper } = this.#entry;
    this.#write({ owner, ...(reaper && { reaper }) });
  }

  release(): void {
    const entry = read(this.path);
    if (entry?.owner.started === this.#entry.owner.started && entry.owner.pid === process.pid)
      rmSync(this.path, { force: true });
  }

  #write(entry: Entry): void {
    this.#entry = entry;
    const draft = draftOf(this.path, entry);
    renameSync(draft, this.path);
  }
}

function draftOf(path: string, entry: Entry): string {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, JSON.stringify(entry), { mode: 0o600, flag: 'wx' });
  return draft;
}

/** Whole or not at all: a link to a file that is complete fails if the name is taken. */
function create(path: string, entry: Entry): boolean {
  const draft = draftOf(path, entry);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function read(path: string): Entry | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Entry;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new EmbeddedPostgresError(`${path} cannot be read: if no database runs here, delete it`, { cause: error });
  }
}

/** Two starts may both find the same stale claim: the slower must not take away the faster one's new claim. */
function removeIfStill(path: string, stale: Entry): void {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = read(aside);
  if (moved && JSON.stringify(moved) !== JSON.stringify(stale)) {
    try {
      linkSync(aside, path);
    } catch (error) {
      // A third start has claimed in between: then postmaster.pid decides between the two.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  rmSync(aside, { force: true });
}

/** Owner and reaper were both killed: their Postgres has nobody left, and nobody else can know its port. */
async function stopOrphans(cluster: string, log: Log): Promise<void> {
  // Fast shutdown, immediate shutdown, and what cannot be refused; each with its patience in milliseconds.
  for (const [signal, patience] of [
    ['SIGINT', 45_000],
    ['SIGQUIT', 10_000],
    ['SIGKILL', 5_000],
  ] as const) {
    const orphans = postgresOf(cluster);
    if (orphans.length === 0) return;
    log.warn({ cluster, pids: orphans, signal }, 'stopping a Postgres whose owner was killed');
    // The postmaster ends its children. Those of a postmaster that was killed end by themselves, and SIGINT, which only
    // cancels their queries, does no harm.
    const heads = orphans.filter((pid) => !orphans.includes(parentOf(pid) ?? -1));
    for (const pid of signal === 'SIGKILL' ? orphans : heads) kill(pid, signal);
    const deadline = Date.now() + patience;
    while (postgresOf(cluster).length > 0 && Date.now() < deadline) await sleep(50);
  }
  const left = postgresOf(cluster);
  if (left.length > 0) throw new EmbeddedPostgresError(`processes ${left.join(', ')} use ${cluster} and do not end`);
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
