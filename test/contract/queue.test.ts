/**
 * What the project expects of a queue, on every store that it may live in. Real connections, real processes, real
 * kills; times are short where the product's are long (a lock of 1.5 s instead of 15).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { openQueues, type QueueOptions, type Queues } from '../../src/queue/backend.js';
import { accessionJob, accessionOfJob, ingestJob, rangeOfJob, type JobRequest } from '../../src/queue/jobs.js';
import { keyOf, type Key } from '../../src/core/digest.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { endScripts, runScript } from '../support/processes.js';
import { recordedLog, type RecordedLog } from '../support/recorded-log.js';
import { redisInstalled, startRedis, type TestRedis } from '../support/redis.js';

const accession = keyOf('test', 'accession');
const job = (offset: number, epoch = 0): JobRequest<'ingest'> => ingestJob({ accession, member: 3, offset }, epoch);
const LOCK = 1_500;
const STALLED = 500;

/** Bounded below jest's own limit, after which a test that still loops would go on for ever. */
async function until(holds: () => boolean | Promise<boolean>, within = 45_000): Promise<void> {
  const deadline = Date.now() + within;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not so after ${within} ms: ${holds.toString()}`);
    await sleep(10);
  }
}

/** A promise and its key. */
function gate(): { passed: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}

describe('ids of jobs', () => {
  test('have no colon, are no bare integer, and lead back to what they name', () => {
    const range = { accession, member: 4_294_967_295, offset: 9_007_199_254_740_991 };
    const { id, payload } = ingestJob(range, 7);
    expect(id).toBe(`ingest-${accession}ffffffff-9007199254740991-7`);
    expect(rangeOfJob(id)).toEqual(range);
    expect(rangeOfJob(payload)).toEqual(range);
    expect(accessionJob(accession, 2).id).toBe(`accession-${accession}-0-2`);
    expect(accessionOfJob(accessionJob(accession, 2).id)).toBe(accession);
    expect(accessionOfJob(accessionJob(accession, 2).payload)).toBe(accession);
  });

  test('are refused when they cannot be right', () => {
    expect(() => ingestJob({ accession, member: -1, offset: 0 }, 0)).toThrow(RangeError);
    expect(() => ingestJob({ accession, member: 0, offset: 0.5 }, 0)).toThrow(RangeError);
    expect(() => accessionJob('a:b' as Key, 0)).toThrow(TypeError);
    expect(() => rangeOfJob('repeat:x:1')).toThrow(TypeError);
    expect(() => accessionOfJob(job(1).id)).toThrow(TypeError);
  });
});

for (const kind of ['postgres', 'redis'] as const) {
  const declare = kind === 'redis' && !redisInstalled() ? describe.skip : describe;
  declare(`queues on ${kind}`, () => {
    let database: TestDatabase;
    let redis: TestRedis | null = null;
    let where: Pick<QueueOptions, 'databaseUrl' | 'redisUrl'>;
    let log: RecordedLog;
    let queues: Queues;
    const others: Queues[] = [];

    const openAnother = async (options: Partial<QueueOptions> = {}): Promise<Queues> => {
      const opened = await openQueues({ ...where, poolSize: 3, log, lockMs: LOCK, stalledMs: STALLED, ...options });
      others.push(opened);
      return opened;
    };

    beforeAll(async () => {
      database = await createDatabase();
      redis = kind === 'redis' ? await startRedis() : null;
      where = { databaseUrl: database.url, ...(redis && { redisUrl: redis.url }) };
      log = recordedLog();
      queues = await openQueues({ ...where, poolSize: 3, log, lockMs: LOCK, stalledMs: STALLED });
      await queues.migrate();
    });

    afterEach(async () => {
      await Promise.all(others.splice(0).map((each) => each.close()));
      await endScripts();
      await queues.queue('ingest').resume();
      await queues.queue('ingest').obliterate({ force: true });
    });

    afterAll(async () => {
      await queues.close();
      await redis?.stop();
      await database.drop();
    });

    test('a schedule comes round again and again, however many say it, and comes back when the queue was emptied', async () => {
      let rounds = 0;
      const other = await openAnother();
      await other.worker('harvest', async (payload) => void (payload && 'look' in payload && rounds++));
      const say = (who: Queues): Promise<void> => who.repeat('harvest', 'test-due', 200, { look: 'due' });
      await say(queues);
      // Said more often than it comes round, it still comes round.
      const told = setInterval(() => void say(queues).catch(() => undefined), 50);
      await until(() => rounds >= 3);
      clearInterval(told);
      await queues.queue('harvest').obliterate({ force: true });
      const before = rounds;
      await say(other);
      await until(() => rounds > before + 1);
      expect(await queues.queue('harvest').getJobSchedulers()).toHaveLength(1);
      await queues.queue('harvest').removeJobScheduler('test-due');
      await queues.queue('harvest').obliterate({ force: true });
    });

    test('a job reaches a worker in another connection with its payload, and is gone when it is done', async () => {
      const seen: unknown[] = [];
      const other = await openAnother();
      await other.worker('ingest', async (payload, { id, attempt }) => seen.push({ payload, id, attempt }));
      expect(await queues.add(job(42))).toBe(job(42).id);
      await until(() => seen.length === 1);
      expect(seen).toEqual([
        {
          payload: { accessionId: accession, member: 3, offset: 42 },
          id: `ingest-${accession}00000003-42-0`,
          attempt: 1,
        },
      ]);
      await until(async () => (await queues.liveJobIds('ingest')).length === 0);
      expect(await queues.queue('ingest').getJob(job(42).id)).toBeUndefined();
    });

    test('adding an id that is there already does nothing, one by one and in bulk', async () => {
      await queues.add(job(1));
      await queues.add(job(1));
      await queues.addBulk([job(1), job(2), job(2), job(3)]);
      expect((await queues.liveJobIds('ingest')).sort()).toEqual([job(1).id, job(2).id, job(3).id]);
      const seen: number[] = [];
      const other = await openAnother();
      await other.worker('ingest', async ({ offset }) => seen.push(offset), { concurrency: 1 });
      await until(async () => seen.length >= 3 && (await queues.liveJobIds('ingest')).length === 0);
      expect(seen).toEqual([1, 2, 3]);
    });

    test('an id can be added again after it was done, and after it failed for good', async () => {
      let runs = 0;
      const other = await openAnother();
      await other.worker('ingest', async () => {
        runs += 1;
        if (runs > 1) throw new Error('on purpose');
      });
      await queues.add(job(1));
      await until(async () => runs === 1 && (await queues.liveJobIds('ingest')).length === 0);
      const once = { jobId: job(1).id, attempts: 1 };
      await queues.queue('ingest').add('ingest', job(1).payload, once);
      await until(async () => runs === 2 && (await queues.liveJobIds('ingest')).length === 0);
      await queues.queue('ingest').add('ingest', job(1).payload, once);
      await until(() => runs === 3);
    });

    test('a thousand in bulk are each run once, in two processes’ worth of workers', async () => {
      const seen = new Map<number, number>();
      const count = async ({ offset }: { offset: number }): Promise<void> => {
        seen.set(offset, (seen.get(offset) ?? 0) + 1);
      };
      await queues.addBulk(Array.from({ length: 1_000 }, (_, offset) => job(offset)));
      expect((await queues.counts()).ingest).toEqual({ waiting: 1_000, active: 0, delayed: 0, paused: false });
      for (let each = 0; each < 2; each += 1) await (await openAnother()).worker('ingest', count, { concurrency: 8 });
      await until(async () => seen.size === 1_000 && (await queues.liveJobIds('ingest')).length === 0);
      expect([...seen.values()].every((times) => times === 1)).toBe(true);
    });

    test('a job that throws is tried again, later each time, and leaves in the end', async () => {
      const times: number[] = [];
      const attempts: number[] = [];
      const other = await openAnother();
      await other.worker('ingest', async (_, { attempt }) => {
        times.push(Date.now());
        attempts.push(attempt);
        throw new Error('on purpose');
      });
      const { payload, id } = job(1);
      await queues.queue('ingest').add('ingest', payload, {
        jobId: id,
        attempts: 3,
        backoff: { type: 'exponential', delay: 200, jitter: 0.5 },
      });
      await until(async () => attempts.length === 3 && (await queues.liveJobIds('ingest')).length === 0);
      expect(attempts).toEqual([1, 2, 3]);
      const [first = 0, second = 0, third = 0] = times;
      expect(second - first).toBeGreaterThanOrEqual(95);
      expect(third - second).toBeGreaterThanOrEqual(195);
    });

    test('what the declaration says about retries is what a job is added with', async () => {
      await queues.add(job(1));
      const added = await queues.queue('ingest').getJob(job(1).id);
      expect(added?.opts).toMatchObject({
        attempts: 5,
        backoff: { type: 'exponential', delay: 500, jitter: 0.5 },
        removeOnComplete: true,
        removeOnFail: true,
      });
    });

    test('priorities: none first, then the lower number, and within one the order of adding', async () => {
      await queues.addBulk([
        { ...job(1), priority: 5 },
        { ...job(2), priority: 2 },
        { ...job(3), priority: 5 },
        { ...job(4), priority: 1 },
        job(5),
      ]);
      const seen: number[] = [];
      const other = await openAnother();
      await other.worker('ingest', async ({ offset }) => seen.push(offset), { concurrency: 1 });
      await until(() => seen.length === 5);
      expect(seen).toEqual([5, 4, 2, 1, 3]);
    });

    test('a delayed job waits for its time, also when the worker idles', async () => {
      let ran = 0;
      const other = await openAnother();
      await other.worker('ingest', async () => (ran = Date.now()));
      await sleep(100);
      const added = Date.now();
      await queues.add({ ...job(1), delayMs: 400 });
      expect((await queues.counts()).ingest.delayed).toBe(1);
      await until(() => ran > 0);
      expect(ran - added).toBeGreaterThanOrEqual(395);
      expect(ran - added).toBeLessThan(2_000);
    });

    test('a paused queue keeps its jobs until it is resumed', async () => {
      let ran = 0;
      const other = await openAnother();
      await other.worker('ingest', async () => (ran += 1));
      await queues.queue('ingest').pause();
      await queues.addBulk([job(1), job(2)]);
      await sleep(300);
      expect(ran).toBe(0);
      expect((await queues.counts()).ingest).toEqual({ waiting: 2, active: 0, delayed: 0, paused: true });
      expect(await queues.liveJobIds('ingest')).toHaveLength(2);
      await queues.queue('ingest').resume();
      await until(() => ran === 2);
    });

    test('a limit holds over all workers', async () => {
      const times: number[] = [];
      for (let each = 0; each < 2; each += 1)
        await (
          await openAnother()
        ).worker('ingest', async () => times.push(Date.now()), { limit: { max: 2, duration: 400 } });
      await queues.addBulk([1, 2, 3, 4, 5].map((offset) => job(offset)));
      await until(() => times.length === 5);
      const [first = 0] = times;
      expect((times[2] ?? 0) - first).toBeGreaterThanOrEqual(300);
      expect((times[4] ?? 0) - first).toBeGreaterThanOrEqual(700);
    });

    test('events tell what was done and what failed', async () => {
      const told: unknown[] = [];
      const other = await openAnother();
      const events = other.events('ingest');
      events.on('completed', ({ jobId }) => told.push(['completed', jobId]));
      events.on('failed', ({ jobId, failedReason }) => told.push(['failed', jobId, failedReason]));
      await events.waitUntilReady();
      await sleep(200); // its first read says from where on it listens
      await other.worker('ingest', async ({ offset }) => {
        if (offset === 2) throw new Error('on purpose');
      });
      await queues.add(job(1));
      await until(() => told.length === 1);
      await queues.queue('ingest').add('ingest', job(2).payload, { jobId: job(2).id, attempts: 1 });
      await until(() => told.length === 2);
      expect(told).toEqual([
        ['completed', job(1).id],
        ['failed', job(2).id, 'on purpose'],
      ]);
    });

    test('a schedule adds jobs until it is removed, and setting it twice is setting it once', async () => {
      let ran = 0;
      const other = await openAnother();
      await other.worker('ingest', async () => (ran += 1));
      const queue = queues.queue('ingest');
      const template = { name: 'ingest', data: job(9).payload };
      await queue.upsertJobScheduler('tick', { every: 200 }, template);
      await queue.upsertJobScheduler('tick', { every: 250 }, template);
      expect(await queue.getJobSchedulersCount()).toBe(1);
      await until(() => ran >= 3);
      expect(await queue.removeJobScheduler('tick')).toBe(true);
      await sleep(100);
      const then = ran;
      await sleep(600);
      expect(ran).toBe(then);
    });

    test('live jobs are those that wait, are delayed, prioritised or at work; too many to list is an error', async () => {
      const { passed, open } = gate();
      let taken = 0;
      const other = await openAnother();
      await other.worker(
        'ingest',
        async () => {
          taken += 1;
          await passed;
        },
        { concurrency: 1 },
      );
      await queues.add(job(1));
      await until(() => taken === 1);
      await queues.addBulk([job(2), { ...job(3), delayMs: 60_000 }, { ...job(4), priority: 3 }]);
      expect((await queues.liveJobIds('ingest')).sort()).toEqual([1, 2, 3, 4].map((offset) => job(offset).id));
      expect(await queues.liveJobIds('accession')).toEqual([]);
      await expect(queues.liveJobIds('ingest', 2)).rejects.toThrow(/more than 2/);
      open();
    });

    test('content does not get into the queue', async () => {
      const tooMuch = { ...job(1), payload: { ...job(1).payload, accessionId: 'a'.repeat(2_000) } };
      await expect(queues.add(tooMuch)).rejects.toThrow(/size/);
    });

    test('closing waits for the running job, takes no other, and can be asked twice', async () => {
      const { passed, open } = gate();
      const taken: number[] = [];
      const done: number[] = [];
      const other = await openAnother();
      const worker = await other.worker(
        'ingest',
        async ({ offset }) => {
          taken.push(offset);
          await passed;
          done.push(offset);
        },
        { concurrency: 1 },
      );
      await queues.addBulk([job(1), job(2)]);
      // The store counts a job as active before its worker has heard of it; one that closes in between gives it back.
      await until(() => taken.length === 1);
      const closed = Promise.all([worker.close(), worker.close()]);
      await sleep(150);
      expect(done).toEqual([]);
      open();
      await closed;
      expect(done).toEqual([1]);
      expect(await queues.liveJobIds('ingest')).toEqual([job(2).id]);
    });

    test('a job that does not end in time, or that heeds the signal, goes back without having used up a try', async () => {
      const attempts: number[] = [];
      const stubborn = await openAnother({ closeWithinMs: 200 });
      const first = await stubborn.worker('ingest', () => new Promise(() => undefined));
      await queues.add(job(1));
      await until(async () => (await queues.counts()).ingest.active === 1);
      const began = Date.now();
      await first.close();
      expect(Date.now() - began).toBeLessThan(2_000);
      expect((await queues.counts()).ingest).toMatchObject({ waiting: 1, active: 0 });

      const stop = new AbortController();
      const obedient = await openAnother();
      await obedient.worker(
        'ingest',
        (_, { signal, attempt }) => {
          attempts.push(attempt);
          return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
        },
        { signal: stop.signal },
      );
      await until(() => attempts.length === 1);
      stop.abort();
      await until(async () => (await queues.counts()).ingest.waiting === 1);
      await obedient.close();

      const last = await openAnother();
      await last.worker('ingest', async (_, { attempt }) => attempts.push(attempt));
      await until(() => attempts.length === 2);
      expect(attempts).toEqual([1, 1]);
    });

    test('a job whose worker is killed twice in the middle is run to its end by a third', async () => {
      const started = (jobMs: number) =>
        runScript('queue-worker.ts', [
          where.databaseUrl,
          where.redisUrl ?? '',
          String(LOCK),
          String(STALLED),
          String(jobMs),
        ]);
      const word = (wanted: string) => (line: string) => (line.includes(`"${wanted}"`) ? line : undefined);
      const [first, second] = [started(60_000), started(60_000)];
      await Promise.all([first.line(word('ready')), second.line(word('ready'))]);
      await queues.add(job(1));
      const holder = await Promise.race([
        first.line(word('took')).then(() => first),
        second.line(word('took')).then(() => second),
      ]);
      const heir = holder === first ? second : first;
      const began = Date.now();
      holder.kill('SIGKILL');
      await heir.line(word('took'));
      const recovered = Date.now() - began;
      heir.kill('SIGKILL');
      let attempt = 0;
      const other = await openAnother();
      await other.worker('ingest', async (_, context) => (attempt = context.attempt));
      await until(() => attempt > 0);
      // A death is not a failure of the job.
      expect(attempt).toBe(1);
      await until(async () => (await queues.liveJobIds('ingest')).length === 0);
      expect(recovered).toBeLessThan(LOCK + 2 * STALLED + 2_000);
    });

    test('SIGTERM lets a worker process finish its job', async () => {
      const word = (wanted: string) => (line: string) => (line.includes(`"${wanted}"`) ? line : undefined);
      const script = runScript('queue-worker.ts', [where.databaseUrl, where.redisUrl ?? '', '1500', '500', '700']);
      await script.line(word('ready'));
      await queues.addBulk([job(1), job(2), job(3), job(4)]);
      await script.line(word('took'));
      script.kill('SIGTERM');
      await script.line(word('done'));
      await script.line(word('closed'));
      expect((await script.ended).code).toBe(0);
      // Two at once; the second may not have been taken yet.
      const { waiting, active } = (await queues.counts()).ingest;
      expect(active).toBe(0);
      expect([2, 3]).toContain(waiting);
    });

    test('connections that break are made anew, and nothing is left undone', async () => {
      const seen = new Set<number>();
      const other = await openAnother();
      await other.worker('ingest', async ({ offset }) => {
        await sleep(5);
        seen.add(offset);
      });
      await queues.addBulk(Array.from({ length: 100 }, (_, offset) => job(offset)));
      await until(() => seen.size > 10);
      if (redis) {
        await redis.kill();
        await redis.restart();
        // All jobs are lost with it. The reconciler would do this:
        await queues.addBulk(
          Array.from({ length: 100 }, (_, offset) => job(offset, 1)).filter((_, offset) => !seen.has(offset)),
        );
      } else {
        for (let times = 0; times < 5; times += 1) {
          await statement(
            database.url,
            'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
          );
          await sleep(50);
        }
      }
      await until(() => seen.size === 100);
      await until(async () => (await queues.liveJobIds('ingest')).length === 0);
    });

    if (kind === 'redis')
      test('a flushed Redis is an empty queue that works on', async () => {
        await queues.addBulk([job(1), job(2)]);
        await redis?.flushAll();
        expect(await queues.liveJobIds('ingest')).toEqual([]);
        let ran = 0;
        const other = await openAnother();
        await other.worker('ingest', async () => (ran += 1));
        await redis?.flushAll();
        await queues.add(job(1, 1));
        await until(() => ran === 1);
      });

    if (kind === 'postgres') {
      test('its tables stand apart from the archive’s, and its events do not pile up', async () => {
        expect(
          await statement(database.url, `SELECT count(*)::int FROM pg_tables WHERE schemaname = 'public'`),
        ).toEqual([0]);
        const other = await openAnother();
        let ran = 0;
        await other.worker('ingest', async () => (ran += 1), { concurrency: 8 });
        await queues.addBulk(Array.from({ length: 2_000 }, (_, offset) => job(offset)));
        await until(async () => ran === 2_000 && (await queues.liveJobIds('ingest')).length === 0);
        // Without a limit it would be more than 8,000.
        const [events] = await statement(database.url, 'SELECT count(*)::int FROM bullmq.event');
        expect(events).toBeLessThan(1_500);
      });

      test('a process takes few connections: the pool, and one for each worker', async () => {
        const other = await openAnother({ poolSize: 2 });
        await other.worker('ingest', async () => undefined);
        await other.worker('accession', async () => undefined);
        await Promise.all(Array.from({ length: 20 }, () => other.counts()));
        // What each queue took for a look at the schema is given back after a second.
        await sleep(1_500);
        // `queues` has its own three.
        const [open] = await statement(database.url, CONNECTIONS);
        expect(open).toBeLessThanOrEqual(3 + 2 + 2);
        await other.close();
      });

      test('eight migrate at once; before that, the error says what is missing, and afterwards all is well', async () => {
        const empty = await createDatabase();
        try {
          const early = await openQueues({ databaseUrl: empty.url, poolSize: 2, log });
          await expect(early.add(job(1))).rejects.toThrow(/not initialized/);
          await expect(early.worker('ingest', async () => undefined)).rejects.toThrow(/not initialized/);

          const all = await Promise.all(
            Array.from({ length: 8 }, () => openQueues({ databaseUrl: empty.url, poolSize: 2, log })),
          );
          await Promise.all(all.map((each) => each.migrate()));
          await Promise.all(all.map((each) => each.migrate()));
          await Promise.all(all.map((each) => each.close()));

          expect(await early.add(job(1))).toBe(job(1).id);
          await early.close();
        } finally {
          await empty.drop();
        }
      });
    }
  });
}

const CONNECTIONS = `SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;

async function statement(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}
