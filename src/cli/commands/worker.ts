import { once } from 'node:events';
import { Argument, type Command } from 'commander';
import { WORKER_QUEUES, type WorkerQueue } from '../../queue/jobs.js';
import { withArchive } from '../context.js';
import type { CliIo } from '../io.js';

export function register(program: Command, io: CliIo): void {
  program
    .command('worker')
    .description('works on queues until it is stopped; any number of them, on any number of machines')
    .addArgument(new Argument('[queue...]', 'which ones; all by default').choices([...WORKER_QUEUES]))
    .action((queues: WorkerQueue[]) =>
      withArchive(io, 'worker', async ({ archive, signal }) => {
        const { startProcessing } = await import('../../app/processing.js');
        const chosen = queues.length > 0 ? queues : WORKER_QUEUES;
        const processing = await startProcessing(archive, { queues: chosen, reconciles: true });
        try {
          io.err(`perdure works on: ${chosen.join(', ')}\n`);
          if (!signal.aborted) await once(signal, 'abort');
        } finally {
          await processing.close();
        }
      }),
    );
}
