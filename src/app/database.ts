/** Where the database is: DATABASE_URL, or an embedded one under the data folder, started or found running. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { AlreadyRunning, startPostgres } from './embedded/index.js';
import type { Config } from './config.js';
import type { Logger } from './log.js';

export interface ProvidedDatabase {
  readonly url: string;
  readonly kind: 'configured' | 'embedded' | 'embedded, of another process';
  /** Ends an embedded database that this process started; waits for other commands that use it unless `now`. */
  stop(now?: boolean): Promise<void>;
}

export async function provideDatabase(config: Config, log: Logger, signal?: AbortSignal): Promise<ProvidedDatabase> {
  if (config.databaseUrl !== undefined) {
    return { url: config.databaseUrl, kind: 'configured', stop: () => Promise.resolve() };
  }
  const dataDir = join(config.data, 'postgres');
  try {
    const server = await startPostgres({
      dataDir,
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
      kind: 'embedded',
      async stop(now = false) {
        if (!now) await othersDone(server.url, log, signal);
        await server.stop();
      },
    };
  } catch (error) {
    if (!(error instanceof AlreadyRunning)) throw error;
    return { url: error.url, kind: 'embedded, of another process', stop: () => Promise.resolve() };
  }
}

/** Another command may have found our database running and use it: it is not taken away under its feet, unless by Ctrl-C. */
async function othersDone(url: string, log: Logger, signal: AbortSignal | undefined): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'perdure-stopping' });
  await client.connect();
  try {
    let told = false;
    for (;;) {
      const result = await client.query<{ application_name: string }>(
        `SELECT DISTINCT application_name FROM pg_stat_activity
         WHERE application_name LIKE 'perdure-%' AND application_name <> 'perdure-stopping'`,
      );
      if (result.rowCount === 0 || signal?.aborted) return;
      if (!told)
        log.warn(
          { usedBy: result.rows.map((row) => row.application_name) },
          'this command is done; it began the database, which others use by now, and so stays until they end; Ctrl-C takes it from them',
        );
      told = true;
      await sleep(250);
    }
  } finally {
    await client.end();
  }
}
