/**
 * Real servers for tests, each in a folder of its own below test/servers: installed once, apart from the project's own
 * packages, because what they bring compiles for a minute or two.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const INSTALL_MS = 600_000;

/** What is compiled for one version of Node does not load in the next. */
const ABI = process.versions.modules;

function isInstalled(folder: string): boolean {
  const built = join(folder, 'node_modules', 'better-sqlite3', 'build', 'Release', 'better_sqlite3.node');
  if (!existsSync(built) || !existsSync(join(folder, 'node_modules', '.package-lock.json'))) return false;
  const note = noteOf(folder);
  return existsSync(note) && readFileSync(note, 'utf8') === ABI;
}

function noteOf(folder: string): string {
  return join(folder, 'node_modules', '.compiled-for');
}

/** @returns what went wrong; undefined where the server is there now */
export function installServer(folder: string): string | undefined {
  if (isInstalled(folder)) return undefined;
  const lock = join(folder, '.install.lock');
  const deadline = Date.now() + INSTALL_MS;
  while (!tryLock(lock)) {
    if (Date.now() > deadline) return `${lock} is held by another process`;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  }
  try {
    if (isInstalled(folder)) return undefined;
    const { status, stderr, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
      cwd: folder,
      encoding: 'utf8',
      timeout: INSTALL_MS,
    });
    if (status === 0) {
      writeFileSync(noteOf(folder), ABI);
      if (isInstalled(folder)) return undefined;
    }
    return error?.message ?? stderr.trim().slice(-500);
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** A lock that is older than any installation was left by a process that died. */
function tryLock(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > INSTALL_MS) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}
