import type { Command } from 'commander';
import { loadConfig } from '../../app/config.js';
import { provideDatabase } from '../../app/database.js';
import { commandLog } from '../context.js';
import type { CliIo } from '../io.js';

export function register(program: Command, io: CliIo): void {
  program
    .command('migrate')
    .description('bring the database schema and that of the queues up to date')
    .action(async () => {
      const config = loadConfig(io.env);
      const log = commandLog(io, 'migrate');
      const provided = await provideDatabase(config, log);
      try {
        const { openArchive } = await import('../../app/archive.js');
        const options = { databaseUrl: provided.url, name: 'migrate', poolSize: 2, migrate: true };
        await (await openArchive(config, log, options)).close();
        io.err('the schema is up to date\n');
      } finally {
        await provided.stop();
      }
    });
}
