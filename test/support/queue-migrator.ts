/** One of several processes that migrate at once: `queue-migrator.ts <databaseUrl>`, then a line on stdin. */
import { once } from 'node:events';
import { openQueues } from '../../src/queue/backend.js';
import { recordedLog } from './recorded-log.js';

const queues = await openQueues({ databaseUrl: process.argv[2] ?? '', poolSize: 2, log: recordedLog() });
console.log('waiting');
await once(process.stdin, 'data');
await queues.migrate();
await queues.close();
console.log('migrated');
process.exit(0);
