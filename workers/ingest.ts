/** Worker process for the queue `ingest`. */
import { runWorker } from '../src/app/worker-process.js';

await runWorker(['ingest'], 'ingest');
