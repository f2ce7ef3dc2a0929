/** Whether work that is accepted now will be kept: the database, the blobs, the queues. */
import { messageOf } from '../../core/errors.js';
import { pendingMigrations } from '../../store/data-source.js';
import type { ApiDeps } from '../deps.js';

export interface Check {
  readonly ok: boolean;
  /** What is wrong and what to do; absent when all is well. */
  readonly reason?: string;
}

export interface Readiness {
  readonly ready: boolean;
  readonly checks: { readonly database: Check; readonly blobs: Check; readonly queues: Check };
}

/** An answer that does not come is a no. */
const PATIENCE_MS = 3_000;

export async function readiness(deps: ApiDeps): Promise<Readiness> {
  const [database, blobs, queues] = await Promise.all([
    check(() => checkDatabase(deps), 'Postgres'),
    check(() => deps.blobs.problem(), deps.blobs.place),
    check(() => checkQueues(deps), 'the queues'),
  ]);
  return { ready: database.ok && blobs.ok && queues.ok, checks: { database, blobs, queues } };
}

/** `look` says what is wrong, or nothing. */
async function check(look: () => Promise<string | undefined>, what: string): Promise<Check> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`${what} did not answer within ${PATIENCE_MS / 1000} s`), PATIENCE_MS);
  });
  try {
    const reason = await Promise.race([look(), late]);
    return reason === undefined ? { ok: true } : { ok: false, reason };
  } catch (error) {
    return { ok: false, reason: `${what}: ${messageOf(error) || String((error as { code?: unknown }).code)}` };
  } finally {
    clearTimeout(timer);
  }
}

async function checkDatabase({ database }: ApiDeps): Promise<string | undefined> {
  const isOld = await pendingMigrations(database);
  return isOld ? 'the database schema is older than this version: run `perdure migrate`' : undefined;
}

async function checkQueues({ queues }: ApiDeps): Promise<string | undefined> {
  await queues.counts();
  return undefined;
}
