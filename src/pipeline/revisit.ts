/** When a post is looked at again. Pure. */
import type { Outcome } from '../core/reading.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** When posts are looked at again, in milliseconds. */
export interface LookPlan {
  /** After publication, ascending. */
  readonly steps: readonly number[];
  /** A post that was found gone is looked at once more before anyone calls it gone. */
  readonly confirmAfter: number;
}

/** Unless somebody wants it otherwise. Most edits and deletions happen early. */
export const LOOK_PLAN: LookPlan = {
  steps: [5 * MINUTE, HOUR, DAY, 7 * DAY, 30 * DAY],
  confirmAfter: 10 * MINUTE,
};

/** What could not be found out is asked again, long before the next step. */
export const RETRY_AFTER_MS = HOUR;

/** @returns the next step after `now`, in milliseconds since 1970; undefined when the last has passed */
export function nextLook({ steps }: Pick<LookPlan, 'steps'>, publishedMs: number, nowMs: number): number | undefined {
  // A date in the future is the platform's or the author's mistake: the post was there now.
  const from = Math.min(publishedMs, nowMs);
  const step = steps.find((each) => from + each > nowMs);
  return step === undefined ? undefined : from + step;
}

export interface LookedAt {
  readonly publishedMs: number;
  readonly outcome: Outcome;
  /** Whether an earlier look had found it gone already. */
  readonly goneBefore: boolean;
}

/** When to look after a look that found `outcome`. A post that is gone is looked at for as long as others: it may be back. */
export function lookAfter(
  plan: LookPlan,
  { publishedMs, outcome, goneBefore }: LookedAt,
  nowMs: number,
): number | undefined {
  const regular = nextLook(plan, publishedMs, nowMs);
  if (outcome === 'present') return regular;
  if (outcome === 'omitted' || outcome === 'unreachable' || outcome === 'notCaptured')
    return regular === undefined ? undefined : Math.min(regular, nowMs + RETRY_AFTER_MS);
  if (!goneBefore) return nowMs + plan.confirmAfter;
  return regular;
}
