/** Whose process may do what: the user that Postgres runs as, and whether that user can walk to a path. */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';

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
  // 65534 is nobody in every distribution; an image without a list of users (scratch, distroless) still has the number.
  return users.get('postgres') ?? users.get('nobody') ?? { uid: 65534, gid: 65534 };
}

/** Asks the system itself, as that user: mode bits alone do not tell (access lists, mount options, security modules). */
export function canReach(path: string, account: Account, how: '-x' | '-r' = '-x'): boolean {
  if (account.uid === undefined) return true;
  const test = spawnSync('/bin/sh', ['-c', 'test "$1" "$2"', 'sh', how, path], { ...account, cwd: '/', stdio: 'ignore' });
  return test.status === 0;
}
