/** Where a database lives, as whom it runs, and what runs it. */
import { existsSync } from 'node:fs';
import type { Log } from '../../queue/log.js';
import { canReach, type Account } from './account.js';
import type { Binaries } from './binaries.js';
import { EmbeddedPostgresError } from './errors.js';
import type { Reaper } from './reaper.js';

export interface Home {
  readonly dataDir: string;
  readonly cluster: string;
  readonly account: Account;
  readonly binaries: Binaries;
  readonly durable: boolean;
  readonly reaper: Reaper;
  readonly log: Log;
  readonly signal: AbortSignal | undefined;
}

/** Nothing is inherited: PGDATA, PGPORT, PGOPTIONS, LC_ALL of the user's shell are about other servers. */
export const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/**
 * How Postgres is told its own folder. As root it runs as somebody who may not be allowed to walk there (a clone below
 * root's home, which is closed to others). It need not walk: it is put into the folder before it changes its user, and
 * /proc/self/cwd is where it stands. So the data stay where the user wanted them.
 */
export function seenFromInside(folder: string, account: Account): string {
  if (canReach(folder, account)) return folder;
  if (existsSync('/proc/self/cwd')) return '/proc/self/cwd';
  throw new EmbeddedPostgresError(
    `user ${account.uid}, as whom Postgres would run, cannot reach ${folder}: set PERDURE_DATA to a folder whose ` +
      'parents every user may enter, or run as an ordinary user',
  );
}
