/**
 * Who runs the database of a folder. The claim is a file that names the process that began it, and the reaper, with
 * which whoever comes later joins; it tells them whether to join, to wait for the end, or to clear away what a crash
 * left. It is not what keeps two servers off one cluster: that is Postgres' own postmaster.pid, and a cluster is put in
 * place by one rename. Nor does it say who uses the database: the reaper knows that (reaper-users.mjs).
 */
import { randomBytes } from 'node:crypto';
import { chownSync, linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join as pathOf } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../queue/log.js';
import { EmbeddedPostgresError } from './errors.js';
import { join, type Joined } from './lease.js';
import { stopOrphans } from './orphans.js';
import { isAlive, markOf, type ProcessMark } from './processes.js';

interface Entry {
  /** The process that began it. It may have left long ago. */
  readonly owner: ProcessMark;
  /** Tells this claim from any other, and opens the reaper's door. */
  readonly token: string;
  readonly reaper?: ProcessMark & { readonly port: number };
}

export interface Found extends Joined {
  readonly claim: Claim;
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

  /** @returns the claim, where nobody has one; else what runs, which has been joined */
  static async take(options: {
    dataDir: string;
    cluster: string;
    log: Log;
    signal: AbortSignal | undefined;
  }): Promise<Claim | Found> {
    const { dataDir, cluster, log, signal } = options;
    const path = pathOf(dataDir, 'owner.json');
    const owner = markOf(process.pid);
    if (owner === null) throw new EmbeddedPostgresError('cannot see this very process: is /proc mounted?');
    const entry: Entry = { owner, token: randomBytes(24).toString('hex') };
    const deadline = Date.now() + PATIENCE;
    let explained = false;
    for (;;) {
      signal?.throwIfAborted();
      if (create(path, entry)) return new Claim(path, entry);
      const other = read(path);
      if (other === null) continue; // released between the two looks

      const guard = other.reaper !== undefined && isAlive(other.reaper);
      if (guard) {
        const joined = await join({ ...other.reaper, token: other.token }, deadline - Date.now(), signal);
        if (joined) return { ...joined, claim: new Claim(path, other) };
      }
      const theirs = isAlive(other.owner);
      if (!theirs && !guard) {
        await stopOrphans(cluster, log);
        removeIfStill(path, other);
        continue;
      }
      // It starts, or it stops, or its reaper is just clearing up after it.
      if (Date.now() > deadline)
        throw new EmbeddedPostgresError(
          `process ${guard ? other.reaper.pid : other.owner.pid} has held ${dataDir} for two minutes without a ` +
            `running database: look at ${pathOf(dataDir, 'postgres.log')}, stop it, and start again`,
        );
      if (!explained)
        log.info({ dataDir, owner: other.owner.pid }, 'waiting for another process to let go of the database');
      explained = true;
      await sleep(50);
    }
  }

  get ownerPid(): number {
    return this.#entry.owner.pid;
  }

  get token(): string {
    return this.#entry.token;
  }

  guardedBy(pid: number, port: number): void {
    const reaper = markOf(pid);
    if (reaper === null) throw new EmbeddedPostgresError('the reaper ended at once');
    this.#entry = { ...this.#entry, reaper: { ...reaper, port } };
    renameSync(draftOf(this.path, this.#entry), this.path);
  }

  /** For when there is no reaper to do it. What others have claimed since stays theirs. */
  release(): void {
    if (read(this.path)?.token === this.#entry.token) rmSync(this.path, { force: true });
  }
}

function draftOf(path: string, entry: Entry): string {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, JSON.stringify(entry), { mode: 0o600, flag: 'wx' });
  // Root may begin it in somebody's folder: that user joins, too.
  if (process.getuid?.() === 0) {
    const { uid, gid } = statSync(dirname(path));
    chownSync(draft, uid, gid);
  }
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
