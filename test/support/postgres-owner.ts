/** A process that owns an embedded Postgres: `postgres-owner.ts <dataDir>`; the line `stop` on stdin ends it. */
import { createInterface } from 'node:readline';
import { AlreadyRunning, startPostgres } from '../../src/app/embedded/index.js';

const [dataDir] = process.argv.slice(2);
if (dataDir === undefined) throw new Error('which data folder?');
const say = (what: object): void => console.log(JSON.stringify(what));
const log = {
  debug: (): void => undefined,
  info: (): void => undefined,
  warn: (facts: object, what: string): void => say({ warn: what, ...facts }),
  error: (facts: object, what: string): void => say({ error: what, ...facts }),
};

try {
  say({ starting: process.pid });
  const postgres = await startPostgres({ dataDir, durable: true, log });
  say({ ready: postgres.url, port: postgres.port, pid: postgres.pid });
  createInterface({ input: process.stdin }).on('line', (line) => {
    if (line === 'pid') say({ pid: postgres.pid });
    else
      void postgres.stop().then(() => {
        say({ stopped: true });
        process.exit(0);
      });
  });
} catch (error) {
  say(
    error instanceof AlreadyRunning ? { alreadyRunning: error.url, owner: error.ownerPid } : { failed: String(error) },
  );
  process.exitCode = 1;
}
