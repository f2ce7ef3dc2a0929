/** Jobs in Redis, or in what speaks its protocol. */
import { Queue, QueueEvents, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { Store } from './store.js';

const LIVE_STATES = ['waiting', 'prioritized', 'delayed', 'active'] as const;
/** Keeps our keys apart from those of others in the same Redis. */
const REDIS_PREFIX = 'perdure';

export function openRedisStore(redisUrl: string, complain: (error: Error) => void): Store {
  const retryStrategy = (times: number): number => Math.min(times * 100, 2_000);
  const open = (maxRetriesPerRequest: number | null): Redis => {
    const client = new Redis(redisUrl, { retryStrategy, lazyConnect: true, maxRetriesPerRequest });
    client.on('error', complain);
    return client;
  };
  // Who adds a job learns after some seconds that Redis is away; who waits for jobs waits on.
  const producer = open(10);
  const consumer = open(null);
  return {
    kind: 'redis',
    makeQueue: (name, options) => new Queue(name, { ...options, connection: producer, prefix: REDIS_PREFIX }),
    makeEvents: (name) => new QueueEvents(name, { connection: consumer, prefix: REDIS_PREFIX }),
    makeWorker: (name, processor, options) =>
      new Worker(name, processor, { ...options, connection: consumer, prefix: REDIS_PREFIX }),
    counts: async (queues) => {
      const all = queues.map(async (queue) => {
        const [jobs, paused] = await Promise.all([
          queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed'),
          queue.isPaused(),
        ]);
        const of = (state: string): number => jobs[state] ?? 0;
        const waiting = of('waiting') + of('prioritized');
        return [queue.name, { waiting, active: of('active'), delayed: of('delayed'), paused }] as const;
      });
      return new Map(await Promise.all(all));
    },
    // One script, so one moment.
    liveJobIds: async (queue, most) => [...new Set((await queue.getRanges([...LIVE_STATES], 0, most)).flat())],
    migrate: () => Promise.resolve(),
    close: async () => {
      producer.disconnect();
      consumer.disconnect();
    },
  };
}
