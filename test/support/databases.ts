/** A database of its own for every suite that wants one: some thirty milliseconds. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  readonly url: string;
  /** Ends every connection to it, and removes it. */
  drop(): Promise<void>;
}

/** @param template a database without connections, whose copy it becomes; without one it is empty */
export async function createDatabase(template = 'template1'): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer((client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${client.escapeIdentifier(template)}`));
  const url = new URL(server());
  url.pathname = name;
  return {
    url: url.href,
    drop: async () => {
      await administer((client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

async function administer(act: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: server() });
  await client.connect();
  try {
    await act(client);
  } finally {
    await client.end();
  }
}

function server(): string {
  const url = process.env['PERDURE_TEST_PG'];
  if (!url) throw new Error('PERDURE_TEST_PG is not set: global-setup.ts starts the server, so run through jest');
  return url;
}
