/**
 * BullMQ, wired in one place, whichever store its jobs are in: on Postgres, or on Redis where there is one. The same
 * queues, the same behaviour (test/contract/queue.test.ts runs on both).
 */
import type { BulkJobOptions, Queue, QueueEvents, RateLimiterOptions } from 'bullmq';
import { setTimeout as sleep } from 'node:timers/promises';
import { Complaints } from './complaints.js';
import {
  BACKOFF_JITTER,
  LOCK_MS,
  MAX_STALLED,
  PAYLOAD_BYTES,
  QUEUE_NAMES,
  QUEUES,
  STALLED_MS,
  type JobQueue,
  type JobRequest,
  type Payloads,
  type QueueName,
} from './jobs.js';
import type { Log } from './log.js';
import { openPostgresStore } from './postgres-store.js';
import { openRedisStore } from './redis-store.js';
import { isDisconnection } from './shared-pool.js';
import type { QueueCounts } from './store.js';
import { closeWorker, processorOf, within, type CloseLimits, type Handler, type QueueWorker } from './worker.js';

export interface QueueOptions {
  readonly databaseUrl: string;
  /** Absent: the queues live in Postgres. A `redis://` URL, or the path of a socket. */
  readonly redisUrl?: string;
  /** Connections to Postgres for statements; every worker takes one more. Without meaning on Redis. */
  readonly poolSize: number;
  readonly log: Log;
  /** After which time a job of a killed worker is taken up again (jobs.ts). Shorter in tests. */
  readonly lockMs?: number;
  readonly stalledMs?: number;
  /** How long `close` waits for the jobs that run. */
  readonly closeWithinMs?: number;
}

export interface QueueWorkerOptions {
  /** Instead of what the queue's declaration says. */
  readonly concurrency?: number;
  /** Closes the worker when it fires. */
  readonly signal?: AbortSignal;
  /** So many jobs in so many milliseconds, over all workers of the queue that say so. */
  readonly limit?: RateLimiterOptions;
}

export interface Queues {
  readonly kind: 'postgres' | 'redis';
  /** BullMQ's own object: for the queue board, schedules, pausing. Jobs are added by `add`. */
  queue(name: QueueName): Queue;
  /** What happens in a queue, in all processes. Closed with the queues. */
  events(name: QueueName): QueueEvents;
  /** @returns the job's id, also if a job of that id was there already */
  add(job: JobRequest): Promise<string>;
  /** Adds the job now and then, over and over, until it is told otherwise. As often as this is said, it is one schedule. */
  repeat<Q extends JobQueue>(queue: Q, id: string, everyMs: number, payload: Payloads[Q]): Promise<void>;
  /** Many at once; each queue's in the order given. */
  addBulk(jobs: readonly JobRequest[]): Promise<void>;
  /** Resolves when the worker is connected. */
  worker<Q extends JobQueue>(name: Q, handler: Handler<Q>, options?: QueueWorkerOptions): Promise<QueueWorker>;
  counts(): Promise<Readonly<Record<QueueName, QueueCounts>>>;
  /**
   * Ids of all jobs that will still be run or are running.
   * @throws if there are more than `most`: an incomplete answer would make a reconciler add the rest again
   */
  liveJobIds(name: QueueName, most?: number): Promise<string[]>;
  /** Makes or updates the tables; nothing to do on Redis. Safe in many processes at once. */
  migrate(): Promise<void>;
  /** Workers first, each waiting for its jobs; then every connection. Idempotent. */
  close(): Promise<void>;
}

/** Of these a queue keeps about so many; they serve whoever watches, nobody replays them. BullMQ's default is 10,000. */
const KEPT_EVENTS = 1_000;
/** One statement adds so many jobs: some hundred kilobytes. */
const BULK = 2_000;
/** 200,000 ids are 20 MB; a deeper queue than that is held back by the splitter long before. */
const MOST_LIVE = 200_000;
/** Longer than Postgres needs to come back after a crash in which little was to be recovered. */
const PERSIST_MS = 15_000;

/** Opens no connection yet, so that `migrate` can be called before anything else. */
export function openQueues(options: QueueOptions): Promise<Queues> {
  const { log } = options;
  const complaints = new Complaints(log);
  const complain = (where: string) => (error: Error) => complaints.hear(where, error);
  const store =
    options.redisUrl === undefined
      ? openPostgresStore(options.databaseUrl, options.poolSize, complain('postgres'))
      : openRedisStore(options.redisUrl, complain('redis'));
  const limits: CloseLimits = { jobsMs: options.closeWithinMs ?? 30_000, storeMs: 5_000 };

  const queues = new Map<QueueName, Queue>();
  const watchers: QueueEvents[] = [];
  const workers = new Set<QueueWorker>();
  let closing: Promise<void> | undefined;

  const queue = (name: QueueName): Queue => {
    const known = queues.get(name);
    if (known) return known;
    if (closing) throw new Error('the queues are closed');
    const { attempts, backoffMs } = QUEUES[name];
    const made = store.makeQueue(name, {
      defaultJobOptions: {
        attempts,
        backoff: { type: 'exponential', delay: backoffMs, jitter: BACKOFF_JITTER },
        // A finished or failed job that stays makes adding its id again a silent no-op. What became of it is in Postgres.
        removeOnComplete: true,
        removeOnFail: true,
        sizeLimit: PAYLOAD_BYTES,
        stackTraceLimit: 5,
      },
      streams: { events: { maxLen: KEPT_EVENTS } },
    });
    // Unheard, an error of a connection would end the process.
    made.on('error', complain(name));
    queues.set(name, made);
    return made;
  };

  /** BullMQ remembers a failed beginning for ever; a queue that began badly is made anew the next time. */
  const ready = async (name: QueueName): Promise<Queue> => {
    const made = queue(name);
    try {
      await made.waitUntilReady();
      return made;
    } catch (error) {
      queues.delete(name);
      await made.close();
      throw error;
    }
  };

  return Promise.resolve({
    kind: store.kind,
    queue,

    events(name) {
      const watcher = store.makeEvents(name);
      watcher.on('error', complain(`${name} events`));
      watchers.push(watcher);
      return watcher;
    },

    async add(job) {
      await persistently(async () => (await ready(job.queue)).add(job.queue, job.payload, optionsOf(job)));
      return job.id;
    },

    async repeat(name, id, everyMs, payload) {
      // Told again, a schedule would begin anew: with many processes starting, it would never come to its first job.
      await persistently(async () => {
        const queue = await ready(name);
        const known = await queue.getJobScheduler(id);
        // One whose next time is long past has lost its job.
        const lost = (known?.next ?? 0) < Date.now() - 10 * everyMs;
        if (known?.every !== everyMs || lost)
          await queue.upsertJobScheduler(id, { every: everyMs }, { name, data: payload });
      });
    },

    async addBulk(jobs) {
      const byQueue = new Map<JobQueue, JobRequest[]>();
      for (const job of jobs) {
        const all = byQueue.get(job.queue);
        if (all) all.push(job);
        else byQueue.set(job.queue, [job]);
      }
      for (const [name, all] of byQueue) {
        for (let from = 0; from < all.length; from += BULK) {
          const some = all.slice(from, from + BULK).map((job) => ({ name, data: job.payload, opts: optionsOf(job) }));
          await persistently(async () => (await ready(name)).addBulk(some));
        }
      }
    },

    async worker(name, handler, workerOptions = {}) {
      const { concurrency = QUEUES[name].concurrency, signal, limit } = workerOptions;
      signal?.throwIfAborted();
      // Workers of different queues work at once; the queue's own settings are written by its Queue object.
      await ready(name);
      const stopping = new AbortController();
      let declareOverdue: (reason: Error) => void = () => undefined;
      const overdue = new Promise<never>((_, reject) => (declareOverdue = reject));
      overdue.catch(() => undefined); // perhaps no job runs that would hear it
      const worker = store.makeWorker(name, processorOf(handler, stopping.signal, overdue, log), {
        concurrency,
        lockDuration: options.lockMs ?? LOCK_MS,
        stalledInterval: options.stalledMs ?? STALLED_MS,
        maxStalledCount: MAX_STALLED,
        // After a lost connection: soon, but not at once.
        runRetryDelay: 1_000,
        ...(limit && { limiter: limit }),
      });
      worker.on('error', complain(`${name} worker`));
      worker.on('stalled', (job) =>
        log.warn({ queue: name, job }, 'the worker of a job was lost; the job waits again'),
      );
      let closed: Promise<void> | undefined;
      const handle: QueueWorker = {
        close() {
          closed ??= closeWorker(
            worker,
            {
              begin: () => stopping.abort(new Error('this worker is stopping')),
              overdue: () => declareOverdue(new Error('the worker stopped waiting for this job')),
            },
            limits,
            log,
          ).finally(() => workers.delete(handle));
          return closed;
        },
      };
      workers.add(handle);
      try {
        await worker.waitUntilReady();
      } catch (error) {
        await handle.close();
        throw error;
      }
      signal?.addEventListener('abort', () => void handle.close(), { once: true });
      return handle;
    },

    async counts() {
      const all = await Promise.all(QUEUE_NAMES.map(ready));
      const found = await persistently(() => store.counts(all));
      const none: QueueCounts = { waiting: 0, active: 0, delayed: 0, paused: false };
      return Object.fromEntries(QUEUE_NAMES.map((name) => [name, found.get(name) ?? none])) as Record<
        QueueName,
        QueueCounts
      >;
    },

    async liveJobIds(name, most = MOST_LIVE) {
      const ids = await persistently(async () => store.liveJobIds(await ready(name), most));
      if (ids.length > most) throw new Error(`more than ${most} jobs wait in ${name}: too many to compare`);
      return ids;
    },

    migrate: () => store.migrate(),

    close() {
      closing ??= (async () => {
        await Promise.all([...workers].map((worker) => worker.close()));
        // A store that does not answer must not keep a process that is ending.
        const rest = (async () => {
          await Promise.all([...watchers, ...queues.values()].map((each) => each.close()));
          await store.close();
        })();
        if (!(await within(rest, limits.storeMs)))
          log.warn({ kind: store.kind }, 'the queues could not be closed in time');
      })();
      return closing;
    },
  } satisfies Queues);
}

/**
 * A statement whose connection breaks may have been done or not. Looking twice does no harm, and nor does adding the
 * same ids twice: at worst a job that was finished in between is run once more. On Redis ioredis does the same.
 */
async function persistently<T>(act: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + PERSIST_MS;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!isDisconnection(error) || Date.now() > deadline) throw error;
      await sleep(100);
    }
  }
}

function optionsOf({ id, priority, delayMs }: JobRequest): BulkJobOptions {
  return { jobId: id, ...(priority !== undefined && { priority }), ...(delayMs !== undefined && { delay: delayMs }) };
}
