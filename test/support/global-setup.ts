/** One throw-away Postgres for the whole run: its URL reaches the tests as PERDURE_TEST_PG. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, type EmbeddedPostgres } from '../../src/app/embedded/index.js';

declare global {
  // Setup and teardown run in one process, and this is all that jest lets them share.
  var perdureTestPostgres: EmbeddedPostgres | undefined;
}

export default async function setup(): Promise<void> {
  // Somebody who runs one test again and again may keep a server of their own.
  if (process.env['PERDURE_TEST_PG']) return;
  const silent = (): void => undefined;
  const complain = (facts: object, what: string): void => console.error(what, facts);
  globalThis.perdureTestPostgres = await startPostgres({
    dataDir: mkdtempSync(join(tmpdir(), 'perdure-test-')),
    durable: false,
    ephemeral: true,
    log: { debug: silent, info: silent, warn: complain, error: complain },
  });
  process.env['PERDURE_TEST_PG'] = globalThis.perdureTestPostgres.url;
}
