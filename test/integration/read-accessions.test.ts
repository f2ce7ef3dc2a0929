import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyOf, showKey } from '../../src/core/digest.js';
import {
  accession,
  accessionProgress,
  accessions,
  accessionSummary,
  collections,
  raw,
  rejects,
} from '../../src/read/index.js';
import { example } from '../../src/sources/example/index.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { openTestArchive, type TestArchive } from '../support/pipeline.js';

let database: TestDatabase;
let archive: TestArchive;
let folder: string;

beforeAll(async () => {
  database = await createDatabase();
  archive = await openTestArchive(database.url, [example]);
});

afterAll(async () => {
  await archive.close();
  await database.drop();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perdure-read-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const NOBODY = keyOf('accession', 'nobody');
const LINES = [
  '{"note":"81","by":{"id":"7","name":"Nour"},"at":"2016-12-13T19:04:11Z","body":"Can anyone hear us?","to":"everyone","seen":"2017-01-02T08:00:00Z"}',
  '{"note":"82","by":{"id":"7","name":"Nour"},"at":"2016-12-14T19:04:11Z","body":"A private word","to":"friends","seen":"2017-01-02T08:00:00Z"}',
  '{"by":{"id":"7"},"body":"هذا السطر بلا رقم"}',
  '{"note":"83","by"',
];

async function importLines(name: string, lines: readonly string[], collection: string) {
  const path = join(folder, name);
  await writeFile(path, lines.join('\n') + '\n');
  return archive.import(path, {}, collection);
}

test('a summary adds up, and is the one that import prints', async () => {
  const id = await importLines('notes.jsonl', LINES, 'summary');
  const summary = await accessionSummary(archive.pool, id);
  expect(summary).toMatchObject({
    id: showKey(id),
    source: 'example',
    format: 'example-notes',
    collection: 'summary',
    status: 'complete',
    records: 4,
    read: 4,
    new: 2,
    duplicate: 0,
    rejected: 2,
    newPosts: 2,
    newSnapshots: 2,
    newActors: 1,
    visibility: { public: 1, unlisted: 0, followers: 1, group: 0, direct: 0, unknown: 0 },
    sealed: [],
    warnings: [],
    media: { stored: 0, missing: 0 },
    observedFrom: '2017-01-02T08:00:00Z',
    observedTo: '2017-01-02T08:00:00Z',
    observedAtBasis: 'record',
    problem: null,
    rejectReasons: { 'no-identity': 1, malformed: 1 },
    members: [{ path: 'notes.jsonl', role: 'records', source: 'example', format: 'example-notes' }],
    memberCount: 1,
  });
  expect(summary?.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(summary?.seconds).toBeGreaterThan(0);
  const again = await accessionSummary(archive.pool, await importLines('notes.jsonl', LINES, 'summary'));
  expect(again).toMatchObject({ read: 4, new: 0, duplicate: 2, rejected: 2, newPosts: 0, newSnapshots: 0 });
  expect(await accessionSummary(archive.pool, NOBODY)).toBeUndefined();
  expect((await collections(archive.pool)).find(({ name }) => name === 'summary')).toMatchObject({
    accessions: 2,
    posts: 2,
    observations: 2,
    firstObservedAt: '2017-01-02T08:00:00Z',
  });
});

test('progress is told from the first byte to the last', async () => {
  const path = join(folder, 'notes.jsonl');
  await writeFile(path, LINES.join('\n') + '\n');
  const id = await archive.receive(path, {}, 'progress');
  const before = await accessionProgress(archive.pool, id);
  expect(before).toMatchObject({ status: 'ingesting', bytesDone: 0, ranges: 1, rangesDone: 0, read: 0 });
  expect(before!.bytesSplit).toBe(before!.bytesTotal);
  await archive.ingest();
  expect(await accessionProgress(archive.pool, id)).toMatchObject({
    status: 'complete',
    bytesDone: before!.bytesTotal,
    rangesDone: 1,
    read: 4,
    new: 2,
    rejected: 2,
  });
  expect(await accessionProgress(archive.pool, NOBODY)).toBeUndefined();
  expect(await accession(archive.pool, id)).toMatchObject({ progress: { rangesDone: 1 }, options: { include: [] } });
});

test('what was rejected is listed with its bytes, page by page', async () => {
  const id = await importLines('notes.jsonl', LINES, 'rejects');
  const all = await rejects(archive.pool, archive.blobs, id);
  expect(all?.items).toMatchObject([
    { path: 'notes.jsonl', reason: 'no-identity', item: 0, preview: LINES[2] },
    { path: 'notes.jsonl', reason: 'malformed', item: 0, preview: LINES[3] },
  ]);
  expect(all?.next).toBeNull();
  const first = await rejects(archive.pool, archive.blobs, id, { limit: 1 });
  expect(first?.items).toHaveLength(1);
  const second = await rejects(archive.pool, archive.blobs, id, { limit: 1, cursor: first!.next! });
  expect([...first!.items, ...second!.items]).toEqual(all!.items);
  expect(second?.next).toBeNull();
  expect(await rejects(archive.pool, archive.blobs, NOBODY)).toBeUndefined();
  await expect(accessions(archive.pool, { cursor: first!.next! })).rejects.toThrow(/does not belong to this list/);
});

test('a package that holds nothing is told with its problem', async () => {
  const path = join(folder, 'empty.jsonl');
  await writeFile(path, '');
  const id = await archive.import(path, {}, 'nothing');
  const summary = await accessionSummary(archive.pool, id);
  expect(summary).toMatchObject({
    status: 'refused',
    source: null,
    read: 1,
    rejected: 1,
    observedFrom: null,
    rejectReasons: { empty: 1 },
  });
  expect(summary?.problem).toMatch(/empty/);
});

describe('lists', () => {
  test('accessions, the latest first, by collection', async () => {
    const ids = [];
    for (const name of ['a.jsonl', 'b.jsonl', 'c.jsonl'])
      ids.unshift(await importLines(name, LINES.slice(0, 1), 'listed'));
    const first = await accessions(archive.pool, { collection: 'listed', limit: 2 });
    const second = await accessions(archive.pool, { collection: 'listed', limit: 2, cursor: first.next! });
    expect([...first.items, ...second.items].map((item) => item.id)).toEqual(ids.map(showKey));
    expect(second.next).toBeNull();
    await expect(accessions(archive.pool, { collection: 'none of it' })).rejects.toThrow(/there is no collection/);
    expect(await accessions(archive.pool, {}, { collections: [] })).toEqual({ items: [], next: null });
  });
});

test('the bytes of a record are those of the file', async () => {
  await importLines('notes.jsonl', LINES, 'raw');
  const found = await raw(archive.pool, archive.blobs, [], 'https://notes.example/n/82');
  expect(found?.bytes.toString('utf8').trim()).toBe(LINES[1]);
});
