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
const SECOND_LOOK_MS = 1_000;

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
  readonly pause: (ms: number) => Promise<unknown>;
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
  const first = await lostWork(deps);
  if (first.accessions.length + first.ranges.length === 0) return { accessions: 0, ranges: 0 };
  // A splitter writes ranges a moment before it queues them. What is lost is lost at a second look as well.
  await deps.pause(SECOND_LOOK_MS);
  const second = await lostWork(deps);
  const before = { accessions: new Set(first.accessions), ranges: new Set(first.ranges.map(rangeKey)) };
  const accessions = second.accessions.filter((id) => before.accessions.has(id));
  const ranges = second.ranges.filter((range) => before.ranges.has(rangeKey(range)));
  for (const id of accessions) await deps.dispatch.accession(id, Math.floor(deps.now() / 1000));
  if (ranges.length > 0) await deps.dispatch.ranges(ranges, await deps.nextEpoch(ranges));
  return { accessions: accessions.length, ranges: ranges.length };
}

async function lostWork(deps: ReconcileDeps): Promise<{ accessions: Key[]; ranges: RangeRef[] }> {
  // Postgres first, then the queue: a range that is finished between the two looks is taken for lost, which is harmless;
  // the other way round one could be missed.
  const unfinished = await deps.unfinished(RECONCILE_RANGES);
  for (const id of unfinished.ingesting) await deps.completeIfDone(id);
  const liveAccessions = unfinished.accessions.length > 0 ? await deps.live.accessions() : new Set<Key>();
  const liveRanges = unfinished.ranges.length > 0 ? await deps.live.ranges() : new Set<string>();
  return {
    accessions: unfinished.accessions.filter((id) => !liveAccessions.has(id)),
    ranges: unfinished.ranges.filter((range) => !liveRanges.has(rangeKey(range))),
  };
}
