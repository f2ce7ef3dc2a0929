/** Worker process for the queue `accession`. */
import { runWorker } from '../src/app/worker-process.js';

await runWorker(['accession'], 'accession');
