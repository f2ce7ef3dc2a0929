/** Worker process for the queues that wait for the network: `harvest` and `media`. */
import { runWorker } from '../src/app/worker-process.js';

await runWorker(['harvest', 'media'], 'harvest');
