/** The API process: opens the archive, serves it, ends on SIGTERM or Ctrl-C. Workers run elsewhere (workers/). */
import { openArchive } from './app/archive.js';
import { loadConfig } from './app/config.js';
import { provideDatabase } from './app/database.js';
import { serveApi } from './app/http.js';
import { openLog } from './app/log.js';

try {
  const config = loadConfig(process.env);
  const log = openLog(config.logLevel, 'perdure-api');
  const provided = await provideDatabase(config, log);
  // A configured database is migrated on purpose (`perdure migrate`), an embedded one by whoever starts it.
  const migrate = provided.kind !== 'configured';
  const archive = await openArchive(config, log, { databaseUrl: provided.url, name: 'api', poolSize: 10, migrate });
  const served = await serveApi(archive);
  log.info({ at: served.url }, 'serving');
  const stop = (signal: NodeJS.Signals): void => {
    log.info({ signal }, 'stopping');
    void (async () => {
      await served.close();
      await archive.close();
      await provided.stop();
    })();
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
} catch (error) {
  process.stderr.write(`perdure: ${error instanceof Error ? error.message : String(error)}\n`);
  // What was started meanwhile (an embedded database) is stopped by its reaper.
  process.exit(error instanceof Error && error.name === 'UsageError' ? 2 : 1);
}
