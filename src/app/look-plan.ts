/** When posts are looked at again, as people write it into the configuration: `5m,1h,1d,7d,30d`. */
import { UsageError } from '../core/errors.js';
import { LOOK_PLAN, type LookPlan } from '../pipeline/revisit.js';

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST = 3_650 * UNITS['d']!;
/** Every look at every post is a request. */
const MOST_STEPS = 100;

/** @throws UsageError with what is wrong of `PERDURE_REVISIT` or `PERDURE_REVISIT_CONFIRM`; undefined is the default */
export function lookPlanOf(revisit: string | undefined, confirm: string | undefined): LookPlan {
  return {
    steps: revisit === undefined ? LOOK_PLAN.steps : stepsOf('PERDURE_REVISIT', revisit),
    confirmAfter: confirm === undefined ? LOOK_PLAN.confirmAfter : spanOf('PERDURE_REVISIT_CONFIRM', confirm, confirm),
  };
}

function stepsOf(name: string, text: string): number[] {
  const steps = text.split(',').map((part) => spanOf(name, text, part));
  const wrong = (why: string): UsageError => new UsageError(`${name}=${JSON.stringify(text)}: ${why}`);
  if (steps.length > MOST_STEPS) throw wrong(`${steps.length} times; at most ${MOST_STEPS} are kept`);
  const place = steps.findIndex((step, n) => n > 0 && step <= steps[n - 1]!);
  if (place > 0)
    throw wrong(`each time must be later than the one before it, and ${text.split(',')[place]!.trim()} is not`);
  return steps;
}

function spanOf(name: string, text: string, part: string): number {
  const [, number, unit] = /^(\d{1,7})([smhd])$/i.exec(part.trim()) ?? [];
  const span = Number(number) * (UNITS[unit?.toLowerCase() ?? ''] ?? NaN);
  if (span > 0 && span <= LONGEST) return span;
  const how = Number.isNaN(span) ? 'write times like 90s, 5m, 1h or 7d' : 'must be between 1s and 3650d';
  throw new UsageError(`${name}=${JSON.stringify(text)}: ${JSON.stringify(part.trim())}: ${how}`);
}
