/** Jobs in Postgres, in a schema of their own: BullMQ's PostgreSQL backend over a pool that all its objects share. */
import {
  createPostgresBackend,
  Queue,
  QueueEvents,
  runMigrations,
  Worker,
  type BackendFactory,
  type ConnectionOptions,
  type RedisQueueBackend,
} from 'bullmq';
import { QUEUE_SCHEMA, SharedPool } from './shared-pool.js';
import type { Store } from './store.js';

export function openPostgresStore(databaseUrl: string, poolSize: number, complain: (error: Error) => void): Store {
  const pool = new SharedPool(databaseUrl, poolSize, complain);
  // BullMQ's types name the store in every class; the rest of the project needs to know only that it is a queue.
  const connection = pool as unknown as ConnectionOptions;
  const backend = createPostgresBackend as unknown as BackendFactory<RedisQueueBackend>;
  return {
    kind: 'postgres',
    makeQueue: (name, options) => new Queue(name, { ...options, connection }, backend),
    makeEvents: (name) => new QueueEvents(name, { connection }, backend),
    makeWorker: (name, processor, options) => new Worker(name, processor, { ...options, connection }, backend),
    // Of a paused queue BullMQ says that nothing waits, on this store only; and it would take two statements a queue.
    counts: async () => {
      const { rows } = await pool.query<{
        name: string;
        waiting: string;
        active: string;
        delayed: string;
        paused: boolean;
      }>(
        `SELECT name, waiting, active, delayed, paused
         FROM (SELECT queue AS name,
                      count(*) FILTER (WHERE state = 'waiting') AS waiting,
                      count(*) FILTER (WHERE state = 'active') AS active,
                      count(*) FILTER (WHERE state = 'delayed') AS delayed
               FROM ${QUEUE_SCHEMA}.job GROUP BY queue) AS jobs
         FULL JOIN (SELECT queue AS name, true AS paused FROM ${QUEUE_SCHEMA}.meta WHERE field = 'paused' AND value = '1') AS pauses
         USING (name)`,
      );
      return new Map(
        rows.map(({ name, waiting, active, delayed, paused }) => [
          name,
          { waiting: Number(waiting), active: Number(active), delayed: Number(delayed), paused: paused === true },
        ]),
      );
    },
    // BullMQ asks state by state; a job that moves in between would be missed, and added again. One statement sees
    // one moment.
    liveJobIds: async (queue, most) => {
      const { rows } = await pool.query<{ id: string }>(
        `SELECT id FROM ${QUEUE_SCHEMA}.job WHERE queue = $1 AND state IN ('waiting', 'delayed', 'active') LIMIT $2`,
        [queue.name, most + 1],
      );
      return rows.map(({ id }) => id);
    },
    migrate: async () => {
      const client = await pool.connect();
      try {
        await runMigrations(client, QUEUE_SCHEMA);
      } finally {
        client.release();
      }
    },
    close: () => pool.close(),
  };
}
