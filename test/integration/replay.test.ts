/**
 * The law of the archive: any worker may run any range twice, in any order, at the same time as others, and the archive
 * is the same.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { example } from '../../src/sources/example/index.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { counts, dump, empty, rejects } from '../support/dump.js';
import { openTestArchive, type TestArchive } from '../support/pipeline.js';

/** A line of an export: a few notes by a few people, edited, removed, answered, damaged; and people by themselves. */
const line = fc.oneof(
  { weight: 9, arbitrary: note() },
  { weight: 3, arbitrary: person() },
  { weight: 1, arbitrary: fc.constantFrom('{"note":"x"}', '{"note": ', '[]', '{"by":{"id":"1"},"body":"no id"}') },
);

/** What somebody says of themselves, and no note. */
function person() {
  return fc
    .record({
      by: fc.record({
        id: fc.integer({ min: 1, max: 4 }).map(String),
        name: fc.constantFrom('نور', 'Sami', 'Rima 🌙', '\u0000', 'lone \ud800'),
      }),
      since: fc.constantFrom(null, '2016-12-13T20:00:00Z', '2016-12-13T21:00:00Z'),
      seen: fc.constantFrom(undefined, '2017-01-01T00:00:00Z', '2018-01-01T00:00:00Z'),
    })
    .map((fields) => JSON.stringify(fields));
}

function note() {
  return fc
    .record({
      note: fc.integer({ min: 1, max: 12 }).map(String),
      by: fc.record({
        id: fc.integer({ min: 1, max: 3 }).map(String),
        name: fc.constantFrom('نور', 'Sami', 'Rima 🌙'),
      }),
      at: fc.integer({ min: 0, max: 20 }).map((s) => new Date(Date.UTC(2016, 11, 13, 19, 0, s)).toISOString()),
      body: fc.constantFrom('one', 'two', 'ثلاثة', 'a\tb\\c\nd', '\u0000nul', 'lone \ud800 surrogate'),
      edited: fc.constantFrom(null, '2016-12-13T20:00:00Z', '2016-12-13T21:00:00Z'),
      to: fc.constantFrom('everyone', 'friends'),
      gone: fc.boolean().map((gone) => (gone ? true : undefined)),
      re: fc.constantFrom(undefined, '1', '2'),
      seen: fc.constantFrom(undefined, '2017-01-01T00:00:00Z', '2018-01-01T00:00:00Z'),
    })
    .map((fields) => JSON.stringify(fields));
}

describe('replay', () => {
  let database: TestDatabase;
  let archive: TestArchive;
  let folder: string;

  beforeAll(async () => {
    database = await createDatabase();
    archive = await openTestArchive(database.url, [example]);
    folder = await mkdtemp(join(tmpdir(), 'perdure-replay-'));
  });

  afterAll(async () => {
    await archive.close();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  async function files(exports: readonly (readonly string[])[]): Promise<string[]> {
    return Promise.all(
      exports.map(async (lines, i) => {
        const path = join(folder, `export-${i}.jsonl`);
        // The first line is always a note: a file of damaged lines only is rightly not recognised.
        await writeFile(path, ['{"note":"99","by":{"id":"9","name":"Nour"},"body":"first"}', ...lines].join('\n'));
        return path;
      }),
    );
  }

  it('gives the same archive in any order, doubled and at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(line, { minLength: 1, maxLength: 12 }), { minLength: 2, maxLength: 4 }),
        fc.array(fc.nat(), { minLength: 4, maxLength: 8 }),
        async (exports, picks) => {
          const paths = await files(exports);
          await empty(archive.pool);
          for (const path of paths) await archive.import(path);
          const expected = { archive: await dump(archive.pool), rejects: await rejects(archive.pool) };

          await empty(archive.pool);
          // Files come in any order; every range is taken by two workers, which meet.
          const order = [...paths].sort(
            (a, b) => picks[a.length % picks.length]! - picks[b.length % picks.length]! || (a < b ? 1 : -1),
          );
          for (const path of order) await archive.receive(path);
          const ranges = archive.pending.splice(0).reverse();
          await Promise.all([archive.ingest(ranges), archive.ingest([...ranges].reverse())]);

          expect({ archive: await dump(archive.pool), rejects: await rejects(archive.pool) }).toEqual(expected);
          const sums = await counts(archive.pool);
          expect(sums['read']).toBe(sums['new']! + sums['duplicate']! + sums['rejected']!);
          expect(sums['new_posts']).toBe(expected.archive['post']!.length);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('adds nothing when everything is handed in again', async () => {
    const lines = [
      '{"note":"5","by":{"id":"1","name":"Rima"},"at":"2016-12-13T19:04:11Z","body":"x"}',
      '{"by":{"id":"1","name":"Rima H."},"since":"2016-12-14T00:00:00Z"}',
    ];
    const paths = await files([lines]);
    await empty(archive.pool);
    for (const path of paths) await archive.import(path);
    const before = await dump(archive.pool);
    const first = await counts(archive.pool);
    for (const path of paths) await archive.import(path);
    expect(await dump(archive.pool)).toEqual(before);
    const both = await counts(archive.pool);
    expect(both['new']).toBe(first['new']);
    expect(both['duplicate']).toBe(first['new']);
    expect(both['new_posts']).toBe(first['new_posts']);
  });

  it('counts a profile without a post as an item, and as no post', async () => {
    const profile = '{"by":{"id":"3","name":"Rima"},"since":"2016-12-14T00:00:00Z"}';
    const [path] = await files([[profile, profile, '{"by":{"id":"3"},"since":"2016-12-14T00:00:00Z"}']]);
    await empty(archive.pool);
    await archive.import(path!);
    // The note before them, the profile at its two places, and one that says nothing.
    expect(await counts(archive.pool)).toMatchObject({ read: 4, new: 3, duplicate: 0, rejected: 1, new_posts: 1 });
    const held = await archive.pool.query<{ profiles: number; places: number }>(
      `SELECT count(DISTINCT p.digest)::int AS profiles, count(DISTINCT o.byte_offset)::int AS places
       FROM actor a JOIN profile p USING (actor_id) JOIN profile_observation o USING (actor_id) WHERE a.uri LIKE '%/3'`,
    );
    expect(held.rows).toEqual([{ profiles: 1, places: 2 }]);
    await archive.import(path!);
    expect(await counts(archive.pool)).toMatchObject({ read: 8, new: 3, duplicate: 3, rejected: 2 });
  });

  it('keeps what it cannot store as a platform wrote it: zero bytes and lone surrogates, marked as lossy', async () => {
    const text = '{"note":"7","by":{"id":"1","name":"R"},"body":"zero \\u0000 and lone \\ud800 end"}';
    await empty(archive.pool);
    await archive.import((await files([[text]]))[0]!);
    const rows = await archive.pool.query<{ content: string; losses: string | null; valid: boolean }>(
      `SELECT s.content, o.losses, sha256(convert_to(s.content, 'UTF8')) = s.digest AS valid
       FROM snapshot s JOIN observation o USING (post_id, digest) JOIN post p USING (post_id) WHERE p.uri LIKE '%/7'`,
    );
    expect(rows.rows).toHaveLength(1);
    expect(JSON.parse(rows.rows[0]!.content)).toMatchObject({ text: 'zero \u0000 and lone \\ud800 end' });
    expect(rows.rows[0]!.losses).toContain('surrogate');
    expect(rows.rows[0]!.valid).toBe(true);
  });

  it('sets one poisonous record aside, not the thousand around it', async () => {
    const poisoned = {
      ...example,
      normalise: (record: Uint8Array, context: Parameters<typeof example.normalise>[1]) => {
        if (Buffer.from(record).includes('POISON')) throw new Error('a defect in the normaliser');
        return example.normalise(record, context);
      },
    };
    const sick = await openTestArchive(database.url, [poisoned]);
    try {
      const lines = Array.from({ length: 50 }, (_, i) =>
        JSON.stringify({ note: String(100 + i), by: { id: '1' }, body: i === 23 ? 'POISON' : 'fine' }),
      );
      await empty(sick.pool);
      await sick.receive((await files([lines]))[0]!);
      for (let round = 0; round < 60; round++) {
        const left = await sick.pool.query<{ a: string; member: number; byte_offset: string }>(
          `SELECT replace(accession_id::text, '-', '') AS a, member, byte_offset FROM ingest_range WHERE state = 'pending'`,
        );
        if (left.rowCount === 0) break;
        for (const row of left.rows) {
          const ref = { accession: row.a as never, member: row.member, offset: Number(row.byte_offset) };
          await sick.ingest([ref]).catch((error: Error) => expect(error.message).toMatch(/defect in the normaliser/));
        }
      }
      expect(await counts(sick.pool)).toMatchObject({ read: 51, new: 50, rejected: 1 });
      expect(await rejects(sick.pool)).toMatchObject([{ reason: 'poison' }]);
    } finally {
      await sick.close();
    }
  });
});
