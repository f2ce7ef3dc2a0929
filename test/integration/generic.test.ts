/** Tables by mapping, through the pipeline: tried first, then read, then read otherwise. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dryRun } from '../../src/pipeline/dry-run.js';
import { accessionSummary } from '../../src/read/index.js';
import { SOURCES } from '../../src/sources/index.js';
import { FileBlobs } from '../../src/store/blobs.js';
import { PgIngestStore } from '../../src/store/ingest/store.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { openTestArchive, type TestArchive } from '../support/pipeline.js';

const TABLE = 'src/sources/generic/fixtures/table.csv';
const mapping = {
  platform: 'gone',
  id: 'post_id',
  text: 'body',
  published: { field: 'date', format: 'dd/MM/yyyy HH:mm', zone: 'Asia/Damascus' },
};
const options = { source: 'generic', mapping, include: [] };

describe('a table with a mapping', () => {
  let database: TestDatabase;
  let archive: TestArchive;
  let folder: string;

  beforeAll(async () => {
    database = await createDatabase();
    archive = await openTestArchive(database.url);
    folder = await mkdtemp(join(tmpdir(), 'perdure-generic-'));
  });
  afterAll(async () => {
    await archive?.close();
    await database?.drop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const count = async (table: string): Promise<number> =>
    (await archive.pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`)).rows[0]!.n;

  it('is shown as it would be, and nothing is stored', async () => {
    const store = new PgIngestStore(archive.pool);
    const deps = { blobs: new FileBlobs(folder), sources: SOURCES, known: store.known.bind(store) };
    const run = await dryRun(deps, TABLE, 'default', options);
    expect(run.members).toMatchObject([{ source: 'generic', read: 6, new: 3, rejected: 3 }]);
    expect(run.posts.map(({ post, content }) => [post, content?.published?.at, content?.text])).toEqual([
      ['perdure:generic:gone:a-1', '2016-12-13T07:41Z', 'هل من أحد يسمعنا؟\nسطر ثان'],
      ['perdure:generic:gone:a-2', undefined, 'a time that no clock shows'],
      ['perdure:generic:gone:a-3', undefined, 'no time at all'],
    ]);
    expect(run.posts[1]!.losses).toEqual(['date: "13/12/2016 25:00" is no time of the format dd/MM/yyyy HH:mm']);
    expect(await count('post')).toBe(0);
  });

  it('without a mapping it is not guessed at, and the answer says what it needs', async () => {
    const summary = await accessionSummary(archive.pool, await archive.import(TABLE));
    expect(summary).toMatchObject({ status: 'refused', read: 0 });
    expect(summary!.problem).toMatch(/it looks like a table with the columns post_id, .*: needs --mapping/);
  });

  it('is read; another mapping of the same bytes is another observation, the same mapping none', async () => {
    await archive.import(TABLE, options);
    expect([await count('post'), await count('observation')]).toEqual([3, 3]);
    await archive.import(TABLE, options);
    expect([await count('post'), await count('observation')]).toEqual([3, 3]);
    await archive.import(TABLE, { ...options, mapping: { ...mapping, title: 'user' } });
    expect([await count('post'), await count('observation')]).toEqual([4, 7]);
  });
});
