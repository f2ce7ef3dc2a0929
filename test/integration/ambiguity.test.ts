/** Two sources as sure as each other: nothing is read on a guess, and the person is asked. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { askSource } from '../../src/cli/commands/ask-source.js';
import type { CliIo } from '../../src/cli/io.js';
import { accessionSummary, type AccessionSummary } from '../../src/read/index.js';
import { example } from '../../src/sources/example/index.js';
import type { Source } from '../../src/sources/source.js';
import { x } from '../../src/sources/x/index.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { openTestArchive, type TestArchive } from '../support/pipeline.js';

const LINE =
  '{"id_str":"9000000000000000009","created_at":"Tue Dec 13 07:00:00 +0000 2016","full_text":"words","user":{"id_str":"9900000000000000009"}}\n';

/** Another platform that would read the same file. */
const twin: Source = {
  ...example,
  recognise: (member) => {
    const found = x.recognise(member);
    return found && { ...found, format: 'example-log', why: 'the same keys' };
  },
};

describe('an ambiguous file', () => {
  let database: TestDatabase;
  let archive: TestArchive;
  let folder: string;
  let summary: AccessionSummary;

  beforeAll(async () => {
    database = await createDatabase();
    archive = await openTestArchive(database.url, [x, twin]);
    folder = await mkdtemp(join(tmpdir(), 'perdure-ambiguous-'));
    await writeFile(join(folder, 'lines.jsonl'), LINE);
    summary = (await accessionSummary(archive.pool, await archive.import(join(folder, 'lines.jsonl'))))!;
  });
  afterAll(async () => {
    await archive?.close();
    await database?.drop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it('is kept, not read, and says what to do', () => {
    expect(summary).toMatchObject({ status: 'refused', new: 0, rejected: 1, rejectReasons: { ambiguous: 1 } });
    expect(summary.problem).toMatch(
      /could be x \(.*\) or example \(the same keys\): say which with --source x or --source example/,
    );
  });

  it('is read when the source is named', async () => {
    const named = await accessionSummary(
      archive.pool,
      await archive.import(join(folder, 'lines.jsonl'), { source: 'x' }),
    );
    expect(named).toMatchObject({ status: 'complete', new: 1, rejected: 0 });
  });

  it('is asked about at a terminal, until the answer is a source or nothing', async () => {
    const said: string[] = [];
    const answers = ['xx', 'x', ''];
    const io = {
      err: (text: string) => void said.push(text),
      ask: () => Promise.resolve(answers.shift()!),
    } as unknown as CliIo;
    expect(await askSource(io, archive, summary, { include: [] })).toBe('x');
    expect(said.join('')).toMatch(/lines\.jsonl could be x .*\nThere is no source "xx"/);
    expect(await askSource(io, archive, summary, { include: [] })).toBeUndefined();
    expect(
      await askSource({ ...io, ask: undefined } as unknown as CliIo, archive, summary, { include: [] }),
    ).toBeUndefined();
    expect(await askSource(io, archive, summary, { include: [], source: 'x' })).toBeUndefined();
  });
});
