/** Worker process for all queues. */
import { runWorker } from '../src/app/worker-process.js';
import { WORKER_QUEUES } from '../src/queue/jobs.js';

await runWorker(WORKER_QUEUES, 'worker');
