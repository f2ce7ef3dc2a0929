/** The queues on the embedded Postgres, while that is killed under them and comes back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { startPostgres } from '../../src/app/embedded/index.js';
import { keyOf } from '../../src/core/digest.js';
import { openQueues } from '../../src/queue/backend.js';
import { ingestJob } from '../../src/queue/jobs.js';
import { recordedLog } from '../support/recorded-log.js';

test('kill -9 of Postgres in the middle of the work: the queue comes back with it, and complains briefly', async () => {
  const deadline = Date.now() + 50_000;
  const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error('waited in vain');
      await sleep(10);
    }
  };
  // Durable: what a kill may take is the point here.
  const dataDir = mkdtempSync(join(tmpdir(), 'perdure-outage-'));
  const quiet = recordedLog();
  const postgres = await startPostgres({ dataDir, durable: true, ephemeral: true, log: quiet });
  const log = recordedLog();
  const queues = await openQueues({ databaseUrl: postgres.url, poolSize: 3, log, lockMs: 3_000, stalledMs: 1_000 });
  try {
    await queues.migrate();
    const accession = keyOf('test', 'outage');
    const jobs = Array.from({ length: 200 }, (_, offset) => ingestJob({ accession, member: 0, offset }, 0));
    await queues.addBulk(jobs);
    const seen = new Set<number>();
    await queues.worker('ingest', async ({ offset }) => {
      await sleep(10);
      seen.add(offset);
    });
    for (const enough of [30, 90]) {
      await until(() => seen.size >= enough);
      const { pid } = postgres;
      process.kill(pid, 'SIGKILL');
      // Who adds a job meanwhile waits for it, and is not refused.
      await queues.add(ingestJob({ accession, member: 1, offset: 1_000 + enough }, 0));
      await until(() => postgres.pid !== pid);
    }
    await until(async () => seen.size === 202 && (await queues.liveJobIds('ingest')).length === 0);
    // An outage is told, not shouted with every try.
    expect(log.lines.filter(({ level }) => level === 'warn').length).toBeLessThan(60);
  } finally {
    await queues.close();
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
});
