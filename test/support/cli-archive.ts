/** An archive of its own for the perdure command, and a Mastodon server that is played, for it to follow. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInProcess, type Said } from './cli.js';
import { createDatabase } from './databases.js';
import { startMastodon, type MastodonTape } from './mastodon-tape.js';

export interface CliArchive {
  readonly server: MastodonTape;
  readonly databaseUrl: string;
  /** The command, in this process. */
  perdure(...argv: string[]): Promise<Said>;
  close(): Promise<void>;
}

export async function openCliArchive(): Promise<CliArchive> {
  const server = await startMastodon();
  const database = await createDatabase();
  const data = await mkdtemp(join(tmpdir(), 'perdure-cli-'));
  const perdure = (...argv: string[]): Promise<Said> =>
    runInProcess(argv, {
      DATABASE_URL: database.url,
      PERDURE_DATA: data,
      PERDURE_PRIVATE_HOSTS: '127.0.0.1',
      PERDURE_HOST_ORIGINS: `${server.host}=${server.tape.url}`,
    });
  const migrated = await perdure('migrate');
  if (migrated.code !== 0) throw new Error(`perdure migrate ended with ${migrated.code}: ${migrated.err}`);
  return {
    server,
    databaseUrl: database.url,
    perdure,
    async close() {
      await server.close();
      await database.drop();
      await rm(data, { recursive: true, force: true });
    },
  };
}
