/** A splitter that died goes on where it was, also after an upgrade that cuts files otherwise: no record is counted twice. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Key } from '../../src/core/digest.js';
import { processAccession } from '../../src/pipeline/accession.js';
import { decodeLayout, encodeLayout } from '../../src/pipeline/layout.js';
import type { RangeRef } from '../../src/pipeline/ports.js';
import { x } from '../../src/sources/x/index.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { openTestArchive, type TestArchive } from '../support/pipeline.js';

const TWEETS = 2_000;

let database: TestDatabase;
let archive: TestArchive;
let folder: string;

beforeAll(async () => {
  database = await createDatabase();
  archive = await openTestArchive(database.url, [x]);
  folder = await mkdtemp(join(tmpdir(), 'perdure-split-'));
});
afterAll(async () => {
  await archive?.close();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

function tweet(i: number): string {
  return JSON.stringify({
    created_at: 'Tue Dec 13 10:00:00 +0000 2016',
    id_str: String(9_000_000_000_000_000_000n + BigInt(i)),
    full_text: `${i} ${'this may be my last post '.repeat(30)}`,
    user: { id_str: '9900000000000000002', screen_name: 'bench_nobody', name: 'Nobody' },
  });
}

interface RangeRow {
  readonly byte_offset: string;
  readonly byte_length: string;
  readonly records: number;
  readonly layout: Buffer;
}

async function ranges(id: Key): Promise<RangeRow[]> {
  const { rows } = await archive.pool.query<RangeRow>(
    `SELECT byte_offset, byte_length, records, layout FROM ingest_range WHERE accession_id = $1 ORDER BY byte_offset`,
    [id],
  );
  return rows;
}

/** Leaves what an older version would have, had it died: one range, of what are two today. */
async function asIfOlder(id: Key): Promise<void> {
  const [first, second] = (await ranges(id)) as [RangeRow, RangeRow];
  const gap = Number(second.byte_offset) - Number(first.byte_offset);
  const layout = encodeLayout([
    ...decodeLayout(first.layout),
    ...decodeLayout(second.layout).map((record) => ({ ...record, offset: record.offset + gap })),
  ]);
  const end = Number(second.byte_offset) + Number(second.byte_length);
  await archive.pool.query('DELETE FROM ingest_range WHERE accession_id = $1 AND byte_offset > $2', [
    id,
    first.byte_offset,
  ]);
  await archive.pool.query(
    `UPDATE ingest_range SET byte_length = $2, records = $3, layout = $4 WHERE accession_id = $1`,
    [id, gap + Number(second.byte_length), first.records + second.records, layout],
  );
  await archive.pool.query('UPDATE member SET split = false, split_offset = $2 WHERE accession_id = $1', [id, end]);
  await archive.pool.query(`UPDATE accession SET status = 'splitting' WHERE accession_id = $1`, [id]);
}

it('goes on where it was', async () => {
  const file = join(folder, 'tweets.jsonl');
  await writeFile(file, Array.from({ length: TWEETS }, (_, i) => tweet(i)).join('\n'));
  const id = await archive.receive(file);
  await asIfOlder(id);

  const { accessions, blobs } = archive;
  const found: RangeRef[] = [];
  const dispatch = {
    accession: () => Promise.resolve(),
    ranges: (refs: readonly RangeRef[]) => Promise.resolve(void found.push(...refs)),
  };
  await processAccession({ accessions, blobs, dispatch, sources: [x] }, id);

  const [before, ...after] = await ranges(id);
  expect(after.map(({ byte_offset }) => Number(byte_offset))).toEqual(found.map(({ offset }) => offset));
  archive.pending.length = 0;
  await archive.ingest([{ accession: id, member: found[0]!.member, offset: Number(before!.byte_offset) }, ...found]);
  const { rows } = await archive.pool.query(
    `SELECT (SELECT status FROM accession WHERE accession_id = $1),
            (SELECT sum(read)::int FROM ingest_range WHERE accession_id = $1) AS read,
            (SELECT sum(new)::int FROM ingest_range WHERE accession_id = $1) AS new,
            (SELECT count(*)::int FROM post) AS posts`,
    [id],
  );
  expect(rows).toEqual([{ status: 'complete', read: TWEETS, new: TWEETS, posts: TWEETS }]);
});
