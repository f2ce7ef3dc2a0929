/** Worker process for the queue `harvest`. */
import { runWorker } from '../src/app/worker-process.js';

await runWorker(['harvest'], 'harvest');
