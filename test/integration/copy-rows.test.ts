/** The two ways into a table, COPY in the binary format and INSERT from text, write the same. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { sha256, type Key } from '../../src/core/digest.js';
import type { SnapshotRow } from '../../src/pipeline/ports.js';
import { migrate, openDatabase } from '../../src/store/data-source.js';
import { SNAPSHOT } from '../../src/store/ingest/tables.js';
import { copyRows, insertRows } from '../../src/store/ingest/write.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createDatabase();
  const schema = await openDatabase({ url: database.url, poolSize: 1, name: 'copy-rows' });
  await migrate(schema);
  await schema.destroy();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await database?.drop();
});

/** All kinds of characters that UTF-8 gives one to four bytes, whole pairs only: what a canonical form can hold. */
const words = fc
  .array(fc.constantFrom('a', 'É', 'حَلَب', '東京', 'を', '𠀀', '𞤀𞤣', '😢', ' ', '\n', '_', '٣', 'x'.repeat(70)), {
    maxLength: 40,
  })
  .map((pieces) => pieces.join(''));

const row = fc.record({
  search: fc.oneof(words, fc.string({ unit: 'grapheme', maxLength: 60 })),
  publishedAt: fc.option(
    fc
      .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
      .chain((at) => fc.constantFrom(at.toISOString(), at.toISOString().replace(/\.\d+/, ''))),
    { nil: undefined },
  ),
  language: fc.option(fc.constantFrom('ar', 'en'), { nil: undefined }),
});

async function written(write: typeof copyRows | typeof insertRows, rows: readonly SnapshotRow[]): Promise<unknown[]> {
  await client.query('BEGIN');
  try {
    await write(client, SNAPSHOT, rows);
    return (await client.query<object>('SELECT t.*, search::text AS words FROM snapshot t ORDER BY post_id')).rows;
  } finally {
    await client.query('ROLLBACK');
  }
}

it('writes any row alike by COPY and by INSERT', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 8 }), async (drawn) => {
      const rows = drawn.map((each, i): SnapshotRow => {
        const search = each.search.replaceAll('\u0000', '');
        return {
          ...each,
          search,
          post: String(i).padStart(32, '0') as Key,
          digest: sha256(search),
          author: undefined,
          visibility: 'public',
          content: Buffer.from(JSON.stringify(search)),
        };
      });
      expect(await written(copyRows, rows)).toEqual(await written(insertRows, rows));
    }),
    { numRuns: 60 },
  );
});
