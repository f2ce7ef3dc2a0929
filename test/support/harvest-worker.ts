/**
 * A harvesting worker to be killed, as workers/harvest.ts is, but for locks that run out soon:
 * `harvest-worker.ts <lockMs> <stalledMs>`, configured by the environment. Prints a line when it is ready.
 */
import { openArchive } from '../../src/app/archive.js';
import { loadConfig } from '../../src/app/config.js';
import { harvestDeps, orderOf } from '../../src/app/harvesting.js';
import { openLog } from '../../src/app/log.js';
import { openNetwork } from '../../src/app/network.js';
import { harvestSeed } from '../../src/pipeline/harvest.js';
import { openQueues } from '../../src/queue/backend.js';

const [lockMs, stalledMs] = process.argv.slice(2).map(Number);
const config = loadConfig(process.env);
const log = openLog('silent', 'harvest-worker');
const databaseUrl = config.databaseUrl!;
const archive = await openArchive(config, log, { databaseUrl, name: 'harvest-worker', poolSize: 6, migrate: false });
const { redisUrl } = config;
const queues = await openQueues({
  databaseUrl,
  poolSize: 3,
  log,
  lockMs: lockMs!,
  stalledMs: stalledMs!,
  ...(redisUrl !== undefined && { redisUrl }),
});
const deps = harvestDeps(
  archive,
  openNetwork(archive, () => Promise.resolve(undefined)),
);
const stopping = new AbortController();
await queues.worker('harvest', async (job) => {
  if (!('look' in job)) await harvestSeed(deps, orderOf(job), stopping.signal);
});
console.log(JSON.stringify({ ready: process.pid }));
