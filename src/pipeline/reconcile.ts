/**
 * The queue may forget; Postgres does not. Every so often what is unfinished in Postgres is compared with the jobs that
 * are alive, and what has no job gets one. So an emptied Redis, or a process that died between writing a range and
 * queueing it, costs at most one interval.
 */
import type { Key } from '../core/digest.js';
import type { Dispatcher, RangeRef } from './ports.js';

export const RECONCILE_EVERY_MS = 15_000;
/** So many ranges are looked at in one round; more wait for the next. */
export const RECONCILE_RANGES = 2_000;

export interface Unfinished {
  /** Accessions that are to be unpacked or split; `epoch` counts how often they were put in. */
  readonly accessions: readonly Key[];
  readonly ranges: readonly (RangeRef & { readonly epoch: number })[];
  /** Accessions that are split; they may be complete without anyone having noticed. */
  readonly ingesting: readonly Key[];
}

export interface ReconcileDeps {
  readonly unfinished: (limit: number) => Promise<Unfinished>;
  /** Counts the ranges' epochs up and returns the new ones. */
  readonly nextEpoch: (ranges: readonly RangeRef[]) => Promise<number>;
  readonly completeIfDone: (id: Key) => Promise<boolean>;
  readonly live: LiveJobs;
  readonly dispatch: Dispatcher;
  readonly now: () => number;
}

/** What the queue holds at this moment: waiting, delayed or being worked on. */
export interface LiveJobs {
  accessions(): Promise<ReadonlySet<Key>>;
  /** Keys as `rangeKey` writes them. */
  ranges(): Promise<ReadonlySet<string>>;
}

export function rangeKey({ accession, member, offset }: RangeRef): string {
  return `${accession}/${member}/${offset}`;
}

/** One round. Returns how much was put back into the queue. */
export async function reconcile(deps: ReconcileDeps): Promise<{ accessions: number; ranges: number }> {
  // Postgres first, then the queue: a range that is finished between the two looks is queued once too often, which is
  // harmless; the other way round one could be missed.
  const unfinished = await deps.unfinished(RECONCILE_RANGES);
  for (const id of unfinished.ingesting) await deps.completeIfDone(id);
  const liveAccessions = unfinished.accessions.length > 0 ? await deps.live.accessions() : new Set<Key>();
  const lostAccessions = unfinished.accessions.filter((id) => !liveAccessions.has(id));
  for (const id of lostAccessions) await deps.dispatch.accession(id, Math.floor(deps.now() / 1000));

  const liveRanges = unfinished.ranges.length > 0 ? await deps.live.ranges() : new Set<string>();
  const lost = unfinished.ranges.filter((range) => !liveRanges.has(rangeKey(range)));
  if (lost.length > 0) await deps.dispatch.ranges(lost, await deps.nextEpoch(lost));
  return { accessions: lostAccessions.length, ranges: lost.length };
}
