/**
 * A worker process to be killed: `queue-worker.ts <databaseUrl> <redisUrl or ''> <lockMs> <stalledMs> <jobMs>`.
 * Prints a line when it is ready, when it takes a job, and when it has done it.
 */
import { openQueues } from '../../src/queue/backend.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { recordedLog } from './recorded-log.js';

const [databaseUrl, redisUrl, lockMs, stalledMs, jobMs] = process.argv.slice(2);
const say = (what: object): void => console.log(JSON.stringify(what));
const queues = await openQueues({
  databaseUrl: databaseUrl ?? '',
  ...(redisUrl && { redisUrl }),
  poolSize: 2,
  log: recordedLog(),
  lockMs: Number(lockMs),
  stalledMs: Number(stalledMs),
});
const worker = await queues.worker('ingest', async (payload, { id, attempt }) => {
  say({ took: id, attempt });
  await sleep(Number(jobMs));
  say({ done: id });
});
say({ ready: process.pid });
process.on(
  'SIGTERM',
  () =>
    void worker
      .close()
      .then(() => queues.close())
      .then(() => say({ closed: true })),
);
