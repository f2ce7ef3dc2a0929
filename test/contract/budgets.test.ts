/** What the project expects of budgets, on every store that they may live in. Times are real. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import pg from 'pg';
import { memoryBudgets, postgresBudgets, redisBudgets, type Budgets } from '../../src/network/budgets.js';
import { RateLimited } from '../../src/sources/harvest.js';
import { migrate, openDatabase } from '../../src/store/data-source.js';
import { createDatabase } from '../support/databases.js';
import { redisInstalled, startRedis } from '../support/redis.js';

interface Store {
  /** Of one process; those of two see the same where they share a store. */
  open(now?: () => number): Budgets;
  readonly shared: boolean;
  close(): Promise<void>;
}

async function inPostgres(): Promise<Store> {
  const database = await createDatabase();
  const migrating = await openDatabase({ url: database.url, poolSize: 1, name: 'budgets-test' });
  await migrate(migrating);
  await migrating.destroy();
  const pools: pg.Pool[] = [];
  return {
    open: (now) => {
      const pool = new pg.Pool({ connectionString: database.url, max: 4 });
      // Its server may still see a connection that is ending, when the database is dropped.
      pool.on('error', () => undefined);
      pool.on('connect', (client) => client.on('error', () => undefined));
      pools.push(pool);
      return postgresBudgets(pool, now);
    },
    shared: true,
    close: async () => {
      await Promise.all(pools.map((pool) => pool.end()));
      await database.drop();
    },
  };
}

async function inRedis(): Promise<Store> {
  const server = (await startRedis())!;
  const clients: Redis[] = [];
  return {
    open: (now) => {
      const client = new Redis(server.url);
      clients.push(client);
      return redisBudgets(client, now);
    },
    shared: true,
    close: async () => {
      clients.forEach((client) => client.disconnect());
      await server.stop();
    },
  };
}

const inMemory = async (): Promise<Store> => ({
  open: (now) => memoryBudgets(now),
  shared: false,
  close: async () => undefined,
});

const signal = new AbortController().signal;
const atOnce = { patienceMs: 0, signal };
const patient = { patienceMs: 10_000, signal };
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: unknown) => error,
  );
let serial = 0;
const fresh = (): string => `host-${++serial}.example`;

describe.each([
  ['memory', inMemory, true],
  ['Postgres', inPostgres, true],
  ['Redis (skipped where redis-server is not installed)', inRedis, redisInstalled()],
] as const)('budgets in %s', (_name, start, there) => {
  const so = there ? test : test.skip;
  let store: Store;
  let budgets: Budgets;

  beforeAll(async () => {
    if (!there) return;
    store = await start();
    budgets = store.open();
  });
  afterAll(() => (there ? store.close() : undefined));

  so('let as many pass as the pace says, and then nobody who will not wait', async () => {
    const budget = fresh();
    const pace = { requests: 3, seconds: 60 };
    for (let i = 0; i < 3; i++) await budgets.take(budget, pace, atOnce);
    const error = await failure(budgets.take(budget, pace, { patienceMs: 5_000, signal }));
    expect(error).toBeInstanceOf(RateLimited);
    expect(error).toMatchObject({ budget, fault: 'transient' });
    const { until, message } = error as RateLimited;
    expect(until - Date.now()).toBeGreaterThan(55_000);
    expect(until - Date.now()).toBeLessThanOrEqual(60_000);
    expect(message).toMatch(/^host-\d+\.example: its budget is spent; not asked before \d{4}-/);
  });

  so('let those who wait pass when the time comes', async () => {
    const budget = fresh();
    const pace = { requests: 2, seconds: 1 };
    const began = Date.now();
    await Promise.all(Array.from({ length: 6 }, () => budgets.take(budget, pace, patient)));
    // Three windows of two: the last two pass after two whole ones.
    expect(Date.now() - began).toBeGreaterThan(1_800);
    expect(Date.now() - began).toBeLessThan(9_000);
  });

  so('tell whoever waits of what the platform has asked for, once, and not of their own pace', async () => {
    const budget = fresh();
    const pace = { requests: 1, seconds: 3 };
    const told: number[] = [];
    const telling = { ...patient, onWait: async (until: number) => void told.push(until) };
    await budgets.take(budget, pace, telling);
    await budgets.take(budget, pace, telling);
    expect(told).toEqual([]);
    const until = Date.now() + 3_000;
    await budgets.block(budget, until, 'the platform answered 429');
    await budgets.take(budget, pace, telling);
    expect(told).toHaveLength(1);
    expect(Math.abs(told[0]! - until)).toBeLessThan(1_500);
  });

  so('know each other not', async () => {
    const pace = { requests: 1, seconds: 60 };
    for (const budget of [fresh(), fresh(), 'credential:main', `${'x'.repeat(300)}/a`, `${'x'.repeat(300)}/b`])
      await budgets.take(budget, pace, atOnce);
  });

  so('are shared by all processes', async () => {
    if (!store.shared) return;
    const budget = fresh();
    const pace = { requests: 5, seconds: 60 };
    const workers = Array.from({ length: 4 }, () => store.open());
    const taken = await Promise.allSettled(
      workers.flatMap((worker) => Array.from({ length: 5 }, () => worker.take(budget, pace, atOnce))),
    );
    expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    await workers[0]!.block(budget, Date.now() + 600_000, 'the platform answered 429');
    expect(await workers[1]!.blockedUntil(budget)).toBeGreaterThan(Date.now() + 590_000);
  });

  so('that are blocked let nobody pass, at any pace, and say why', async () => {
    const budget = fresh();
    const until = Date.now() + 90_000;
    expect(await budgets.blockedUntil(budget)).toBeUndefined();
    await budgets.take(budget, { requests: 1_000, seconds: 1 }, atOnce);
    expect(await budgets.blockedUntil(budget)).toBeUndefined();
    await budgets.block(budget, until, 'the platform answered 429');
    const error = await failure(budgets.take(budget, { requests: 1_000_000, seconds: 1 }, patient));
    expect(error).toMatchObject({ budget, message: expect.stringMatching(/: the platform answered 429; not asked/) });
    expect(Math.abs((error as RateLimited).until - until)).toBeLessThan(1_500);
    expect(Math.abs((await budgets.blockedUntil(budget))! - until)).toBeLessThan(1_500);
  });

  so('are blocked for the longer of two times', async () => {
    const budget = fresh();
    const until = Date.now() + 90_000;
    await budgets.block(budget, until, 'long');
    await budgets.block(budget, Date.now() + 5_000, 'short');
    expect(Math.abs((await budgets.blockedUntil(budget))! - until)).toBeLessThan(1_500);
    await budgets.block(budget, until + 60_000, 'longer');
    expect(Math.abs((await budgets.blockedUntil(budget))! - until - 60_000)).toBeLessThan(1_500);
  });

  so('are not blocked until a time that is over', async () => {
    const budget = fresh();
    await budgets.block(budget, Date.now() - 1, 'over');
    expect(await budgets.blockedUntil(budget)).toBeUndefined();
  });

  so('are free again when the time of a block has come', async () => {
    const budget = fresh();
    const began = Date.now();
    await budgets.block(budget, began + 1_000, 'short');
    await budgets.take(budget, { requests: 1, seconds: 60 }, patient);
    expect(Date.now() - began).toBeGreaterThan(900);
    expect(await budgets.blockedUntil(budget)).toBeUndefined();
  });

  so('go by the clock that they are given', async () => {
    const budget = fresh();
    const noon = Date.parse('2030-01-01T12:00:00Z');
    const other = store.open(() => noon);
    await other.block(budget, noon + 60_000, 'a minute');
    expect(Math.abs((await other.blockedUntil(budget))! - noon - 60_000)).toBeLessThan(1_500);
    expect(await failure(other.take(budget, { requests: 1, seconds: 1 }, atOnce))).toMatchObject({
      message: expect.stringMatching(/not asked before 2030-01-01T12:0[01]:/),
    });
  });

  so('let go of who gives up', async () => {
    const budget = fresh();
    const reason = new Error('enough');
    const ending = new AbortController();
    await budgets.block(budget, Date.now() + 9_000, 'a while');
    const waiting = failure(
      budgets.take(budget, { requests: 1, seconds: 1 }, { patienceMs: 20_000, signal: ending.signal }),
    );
    setTimeout(() => ending.abort(reason), 50);
    expect(await waiting).toBe(reason);
  });

  so('count how often in a row they were turned down', async () => {
    const budget = fresh();
    expect([await budgets.strike(budget), await budgets.strike(budget), await budgets.strike(budget)]).toEqual([
      1, 2, 3,
    ]);
    expect(await budgets.strike(fresh())).toBe(1);
    // Nothing of it is spent.
    await budgets.take(budget, { requests: 1, seconds: 60 }, atOnce);
  });
});
