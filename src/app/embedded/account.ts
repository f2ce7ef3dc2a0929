/** Whose process may do what: the user that Postgres runs as, and whether that user can walk to a path. */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { EmbeddedPostgresError } from './errors.js';

/** Absent ids: Postgres runs as whoever runs us. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * Postgres refuses to run as root. As root, the user is the one who owns the cluster already, or `postgres` where the
 * system has it, or `nobody`.
 */
export function databaseAccount(cluster: string): Account {
  if (process.getuid?.() !== 0) return {};
  const owner = statSync(cluster, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const users = new Map<string, Account>();
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name && uid && gid) users.set(name, { uid: Number(uid), gid: Number(gid) });
  }
  const found = users.get('postgres') ?? users.get('nobody');
  if (!found)
    throw new EmbeddedPostgresError(
      'Postgres does not run as root, and /etc/passwd has neither a user postgres nor nobody: add one, or run as an ' +
        'ordinary user, or set DATABASE_URL',
    );
  return found;
}

/** Asks the system itself, as that user: mode bits alone do not tell (access lists, mount options, security modules). */
export function canReach(path: string, account: Account, how: '-x' | '-r' = '-x'): boolean {
  if (account.uid === undefined) return true;
  const test = spawnSync('/bin/sh', ['-c', 'test "$1" "$2"', 'sh', how, path], {
    ...account,
    cwd: '/',
    stdio: 'ignore',
  });
  return test.status === 0;
}
