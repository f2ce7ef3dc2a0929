/** Where the database is: DATABASE_URL, or an embedded one under the data folder, started or found running. */
import { join } from 'node:path';
import { usePostgres } from './embedded/index.js';
import type { Config } from './config.js';
import type { Logger } from './log.js';

export interface ProvidedDatabase {
  readonly url: string;
  readonly kind: 'configured' | 'embedded' | 'embedded, found running';
  /** We need it no longer: an embedded one stops if nobody else on this machine uses it. */
  stop(): Promise<void>;
}

export async function provideDatabase(config: Config, log: Logger, signal?: AbortSignal): Promise<ProvidedDatabase> {
  if (config.databaseUrl !== undefined) {
    return { url: config.databaseUrl, kind: 'configured', stop: () => Promise.resolve() };
  }
  const server = await usePostgres({
    dataDir: join(config.data, 'postgres'),
    durable: true,
    log,
    ...(signal && { signal }),
    onLost: (error) => {
      log.fatal({ problem: error.message }, 'the embedded database is lost');
      process.exitCode = 1;
      process.kill(process.pid, 'SIGTERM');
    },
  });
  return {
    url: server.url,
    kind: server.joined ? 'embedded, found running' : 'embedded',
    stop: () => server.stop(),
  };
}
