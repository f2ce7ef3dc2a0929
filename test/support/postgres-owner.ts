/**
 * A process with an embedded Postgres: `postgres-owner.ts <dataDir> [use]`, with `use` also one that runs already. Lines
 * on stdin: `pid` asks for the server's, `look` whether it answers, `stop` ends it.
 */
import { createInterface } from 'node:readline';
import pg from 'pg';
import { AlreadyRunning, startPostgres, usePostgres } from '../../src/app/embedded/index.js';

const [dataDir, how] = process.argv.slice(2);
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
  const postgres = await (how === 'use' ? usePostgres : startPostgres)({
    dataDir,
    durable: true,
    log,
    onLost: ({ message }) => say({ lost: message }),
  });
  say({ ready: postgres.url, port: postgres.port, pid: postgres.pid, joined: postgres.joined });
  createInterface({ input: process.stdin }).on('line', (line) => {
    if (line === 'pid') say({ pid: postgres.pid });
    else if (line === 'look')
      void look(postgres.url).then(
        () => say({ looked: true }),
        (error) => say({ looked: false, why: String(error) }),
      );
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

async function look(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('SELECT 1');
  await client.end();
}
