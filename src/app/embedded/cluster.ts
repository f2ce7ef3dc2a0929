/** Making what Postgres calls its data directory, and the password that opens it. */
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Account } from './account.js';
import { EmbeddedPostgresError } from './errors.js';
import { ENVIRONMENT, seenFromInside, type Home } from './home.js';
import type { Exit, StopPlan } from './reaper.js';

/** Postgres' superuser, and the one that connects. */
export const ROLE = 'perdure';
const STOP_INITDB: StopPlan = [
  ['SIGTERM', 2_000],
  ['SIGKILL', 2_000],
];

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
export async function makeCluster(home: Home, password: string): Promise<void> {
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

export function passwordIn(dataDir: string): string {
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
