/** Records that only an index elsewhere in their file names: the name goes with the range, through halving, to the reader. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { bluesky } from '../../src/sources/bluesky/index.js';
import { decodeLayout } from '../../src/pipeline/layout.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { openTestArchive, type TestArchive } from '../support/pipeline.js';

const PACKAGE = join('src', 'sources', 'bluesky', 'fixtures', 'repository');
const POST = 'at://did:plc:nour1nobody/app.bsky.feed.post/';

let database: TestDatabase;
let archive: TestArchive;

beforeAll(async () => {
  database = await createDatabase();
  archive = await openTestArchive(database.url, [bluesky]);
});
afterAll(async () => {
  await archive?.close();
  await database?.drop();
});

async function posts(): Promise<string[]> {
  const { rows } = await archive.pool.query<{ uri: string }>(`SELECT uri FROM post WHERE uri LIKE $1 ORDER BY uri`, [
    `${POST}%`,
  ]);
  return rows.map(({ uri }) => uri);
}

it('a repository’s posts have the addresses that its tree gives them', async () => {
  await archive.import(PACKAGE);
  expect(await posts()).toHaveLength(4);
  const { rows } = await archive.pool.query<{ layout: Buffer }>('SELECT layout FROM ingest_range');
  const names = rows.flatMap(({ layout }) => decodeLayout(layout).map(({ name }) => name));
  expect(names).toHaveLength(10);
  expect(names.every((name) => name?.startsWith('did:plc:nour1nobody/'))).toBe(true);
});

it('a range that kills its worker is halved, and its records keep their names', async () => {
  await archive.receive(PACKAGE, {}, 'halved');
  await archive.pool.query(`UPDATE ingest_range SET tries = 9 WHERE state <> 'done'`);
  await archive.ingest();
  const { rows } = await archive.pool.query<{ layout: Buffer }>(
    `SELECT layout FROM ingest_range WHERE state <> 'done' ORDER BY byte_offset`,
  );
  expect(rows.length).toBeGreaterThan(1);
  for (const { layout } of rows) {
    for (const { name } of decodeLayout(layout)) expect(name).toMatch(/^did:plc:nour1nobody\//);
  }
});
