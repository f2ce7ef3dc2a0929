import { once } from 'node:events';
import type { Command } from 'commander';
import { withArchive } from '../context.js';
import type { CliIo } from '../io.js';

export function register(program: Command, io: CliIo): void {
  program
    .command('serve')
    .description('the API and the web app alone; workers run elsewhere')
    .action(() =>
      withArchive(io, 'serve', async ({ archive, signal }) => {
        const { serveApi } = await import('../../app/http.js');
        const served = await serveApi(archive);
        try {
          io.err(`perdure serves ${served.url}\n`);
          if (!signal.aborted) await once(signal, 'abort');
        } finally {
          await served.close();
        }
      }),
    );
}
