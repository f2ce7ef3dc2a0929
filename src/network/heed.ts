/** What a limit means for its budget: nobody asks before its time, not this harvest, not another. */
import { RateLimited } from '../sources/harvest.js';
import { timestamp } from './exchange.js';
import type { IoDeps } from './io-deps.js';
import type { Limit } from './limits.js';

const FIRST_STRIKE_MS = 60_000;
const LONGEST_STRIKE_MS = 15 * 60_000;
/** Lest a refusal be met again at once. */
const SHORTEST_MS = 1_000;

/** @returns until when the budget is blocked, in milliseconds since 1970 */
export async function heed(deps: Pick<IoDeps, 'budgets' | 'now'>, budget: string, limit: Limit): Promise<number> {
  const now = deps.now();
  const until = limit.until ?? now + (await strikeMs(deps, budget));
  const at = Math.max(until, now + SHORTEST_MS);
  await deps.budgets.block(budget, at, limit.why);
  return at;
}

export function rateLimited(budget: string, until: number, why: string): RateLimited {
  return new RateLimited(budget, until, `${budget}: ${why}; not asked before ${timestamp(until)}`);
}

async function strikeMs({ budgets }: Pick<IoDeps, 'budgets'>, budget: string): Promise<number> {
  const strikes = await budgets.strike(budget);
  return Math.min(FIRST_STRIKE_MS * 2 ** (strikes - 1), LONGEST_STRIKE_MS);
}
