/**
 * What failed of an accession is tried again, because somebody asks for it: a disk has room again, a new version reads
 * what the old one could not. Without being asked, what is unfinished is tried again anyway (reconcile.ts); what was
 * given up is not.
 */
import type { Key } from '../core/digest.js';
import type { AccessionStatus, Dispatcher, RangeRef } from './ports.js';

/** What was put back. Nothing of it, where nothing had failed: asking twice is harmless. */
export interface Retried {
  readonly status: AccessionStatus;
  /** Whether it is unpacked and split again. */
  readonly unpack: boolean;
  /** Ranges that wait, and have failed before. */
  readonly ranges: readonly RangeRef[];
  /** Ranges of one record each, which was rejected as poison. Their rejection is taken back: they are read as new. */
  readonly records: readonly RangeRef[];
}

export interface RetryDeps {
  /** In one transaction, with a note of who asked. Undefined: there is no such accession. */
  readonly reopen: (id: Key, by: string) => Promise<Retried | undefined>;
  /** Counts the ranges' epochs up and returns the new one. */
  readonly nextEpoch: (ranges: readonly RangeRef[]) => Promise<number>;
  readonly dispatch: Dispatcher;
  readonly now: () => number;
}

export async function retryAccession(deps: RetryDeps, id: Key, by: string): Promise<Retried | undefined> {
  const retried = await deps.reopen(id, by);
  if (!retried) return undefined;
  // From here on the reconciler would do it as well, a little later.
  if (retried.unpack) await deps.dispatch.accession(id, Math.floor(deps.now() / 1000));
  const ranges = [...retried.ranges, ...retried.records];
  if (ranges.length > 0) await deps.dispatch.ranges(ranges, await deps.nextEpoch(ranges));
  return retried;
}
