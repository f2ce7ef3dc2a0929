/**
 * Real servers for tests, each in a folder of its own below test/servers: installed once, apart from the project's own
 * packages, because what they bring compiles for a minute or two.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const INSTALL_MS = 600_000;

function isInstalled(folder: string): boolean {
  const built = join(folder, 'node_modules', 'better-sqlite3', 'build', 'Release', 'better_sqlite3.node');
  return existsSync(built) && existsSync(join(folder, 'node_modules', '.package-lock.json'));
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
    if (status === 0 && isInstalled(folder)) return undefined;
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
