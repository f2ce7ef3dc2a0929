/**
 * How much each host, or each credential, is asked: shared by all worker processes, so that a hundred of them are as
 * polite as one. A budget is a name; what is spent of it stands in Redis or Postgres.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import {
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRedis,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible';
import { keyOf } from '../core/digest.js';
import { RateLimited, type Connector } from '../sources/harvest.js';

export interface Patience {
  /** The longest wait before RateLimited. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  /** Told before a wait that the platform has asked for, so that it can be shown: until when, milliseconds since 1970. */
  readonly onWait?: ((untilMs: number) => Promise<void>) | undefined;
}

export interface Budgets {
  /**
   * Waits until one more request may be made.
   * @throws RateLimited at once where the wait would be longer than the patience
   */
  take(budget: string, pace: Connector['pace'], patience: Patience): Promise<void>;
  /** Nobody asks before that time (milliseconds since 1970). A block is never shortened. */
  block(budget: string, untilMs: number, why: string): Promise<void>;
  blockedUntil(budget: string): Promise<number | undefined>;
  /** How often in a row the platform turned us down without saying for how long, this time included. */
  strike(budget: string): Promise<number>;
}

/** Of one process only: for tests, and commands that run alone. */
export function memoryBudgets(now: () => number = Date.now): Budgets {
  return new LimiterBudgets((options) => new RateLimiterMemory(options), now);
}

/** In the table `rate_budget`, which a migration makes. */
export function postgresBudgets(pool: Pool, now: () => number = Date.now): Budgets {
  const store = { storeClient: pool, storeType: 'pool', tableName: 'rate_budget', tableCreated: true };
  // What has expired is deleted by one of the limiters; they share the table.
  return new LimiterBudgets(
    (options) =>
      new RateLimiterPostgres({ ...options, ...store, clearExpiredByTimeout: options.keyPrefix === 'budget' }),
    now,
  );
}

export function redisBudgets(redis: Redis, now: () => number = Date.now): Budgets {
  return new LimiterBudgets((options) => new RateLimiterRedis({ ...options, storeClient: redis }), now);
}

interface LimiterOptions {
  readonly keyPrefix: string;
  readonly points: number;
  readonly duration: number;
}

/** More than anybody asks in one window: a budget with more points than these is blocked. */
const UNREACHED = 1_000_000_000;
/** Beside the time until the next window, so that those who wait do not all come at once. */
const JITTER_MS = 500;
/** Shorter waits are over before anybody has read of them. */
const SHOWN_MS = 2_000;
/** How long the platform's last refusal counts as one of a row. */
const STRIKE_SECONDS = 3_600;

class LimiterBudgets implements Budgets {
  private readonly spent: RateLimiterAbstract;
  private readonly strikes: RateLimiterAbstract;
  /** Why this process has blocked a budget; another one may not know. */
  private readonly reasons = new Map<string, string>();

  constructor(
    make: (options: LimiterOptions) => RateLimiterAbstract,
    private readonly now: () => number,
  ) {
    this.spent = make({ keyPrefix: 'budget', points: UNREACHED, duration: 1 });
    this.strikes = make({ keyPrefix: 'strike', points: UNREACHED, duration: STRIKE_SECONDS });
  }

  async take(budget: string, pace: Connector['pace'], { patienceMs, signal, onWait }: Patience): Promise<void> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      signal.throwIfAborted();
      // A penalty counts without judging: one limiter serves every pace.
      const seconds = Math.max(1, Math.ceil(pace.seconds));
      const { consumedPoints, msBeforeNext } = await this.spent.penalty(keyFor(budget), 1, { customDuration: seconds });
      if (consumedPoints <= pace.requests) return;
      const blocked = consumedPoints > UNREACHED;
      if (performance.now() + msBeforeNext > deadline) throw this.limited(budget, msBeforeNext, blocked);
      if (blocked && msBeforeNext >= SHOWN_MS) await onWait?.(this.now() + msBeforeNext);
      const jitter = Math.random() * Math.min(JITTER_MS, msBeforeNext);
      // Given up: the loop begins with that.
      await sleep(msBeforeNext + jitter, undefined, { signal }).catch(() => undefined);
    }
  }

  async block(budget: string, untilMs: number, why: string): Promise<void> {
    const ms = untilMs - this.now();
    if (ms <= 0 || ((await this.blockedUntil(budget)) ?? 0) >= untilMs) return;
    if (this.reasons.size > MOST_REASONS) this.reasons.clear();
    this.reasons.set(budget, why);
    await this.spent.block(keyFor(budget), Math.ceil(ms / 1_000));
  }

  async blockedUntil(budget: string): Promise<number | undefined> {
    const found = await this.spent.get(keyFor(budget));
    if (found === null || found.consumedPoints <= UNREACHED || found.msBeforeNext <= 0) return undefined;
    return this.now() + found.msBeforeNext;
  }

  async strike(budget: string): Promise<number> {
    const before = await this.strikes.get(keyFor(budget));
    const count = (before?.consumedPoints ?? 0) + 1;
    await this.strikes.set(keyFor(budget), count, STRIKE_SECONDS);
    return count;
  }

  private limited(budget: string, ms: number, blocked: boolean): RateLimited {
    const until = this.now() + ms;
    const why = blocked ? (this.reasons.get(budget) ?? 'the platform has said to wait') : 'its budget is spent';
    return new RateLimited(budget, until, `${budget}: ${why}; not asked before ${new Date(until).toISOString()}`);
  }
}

const MOST_REASONS = 1_000;
/** The column holds 255 characters, prefix included. */
const LONGEST_KEY = 200;

function keyFor(budget: string): string {
  return budget.length <= LONGEST_KEY ? budget : keyOf('budget', budget);
}
