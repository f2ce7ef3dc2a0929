/** Stopping a Postgres that has no reaper any more. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../queue/log.js';
import { EmbeddedPostgresError } from './errors.js';
import { isAlive, parentOf, postgresOf, type ProcessMark } from './processes.js';
import type { StopPlan } from './reaper.js';

/** Owner and reaper were both killed: their Postgres has nobody left, and nobody else can know its port. */
export async function stopOrphans(cluster: string, log: Log): Promise<void> {
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

/** For whoever used it when its reaper was killed: nobody else stops it. */
export async function stopDirectly(mark: ProcessMark, plan: StopPlan): Promise<void> {
  for (const [signal, patience] of plan) {
    if (!isAlive(mark)) return;
    kill(mark.pid, signal);
    for (const deadline = Date.now() + patience; Date.now() < deadline && isAlive(mark);) await sleep(50);
  }
  if (isAlive(mark)) throw new EmbeddedPostgresError(`Postgres (process ${mark.pid}) does not end`);
}

/** What ends between the look and the signal has ended. */
function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
