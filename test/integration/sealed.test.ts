/** Private matter handed in alone: recognised, kept, listed, not read; and read for who asks. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exitCode } from '../../src/cli/commands/import.js';
import type { CliIo } from '../../src/cli/io.js';
import { printSummary } from '../../src/cli/summary.js';
import { dryRun } from '../../src/pipeline/dry-run.js';
import { accessionProgress, accessionSummary, hasEnded, type AccessionSummary } from '../../src/read/index.js';
import { SOURCES } from '../../src/sources/index.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { openTestArchive, type TestArchive } from '../support/pipeline.js';

const CONVERSATION = JSON.stringify({
  guild: { id: '0', name: 'Direct Messages' },
  channel: { id: '910000000000000002', type: 'DirectTextChat', name: 'amal', topic: null },
  dateRange: { after: null, before: null },
  exportedAt: '2022-05-02T12:00:00+02:00',
  messages: [
    {
      id: '920108000000000003',
      type: 'Default',
      timestamp: '2021-12-13T07:41:49.312+00:00',
      timestampEdited: null,
      isPinned: false,
      content: 'for you alone',
      author: { id: '910000000000000009', name: 'amal', discriminator: '0000', isBot: false },
      attachments: [],
      embeds: [],
      reactions: [],
      mentions: [],
    },
  ],
});

describe('a private conversation handed in alone', () => {
  let database: TestDatabase;
  let archive: TestArchive;
  let folder: string;
  let summary: AccessionSummary;
  const summaryOf = async (path: string, options = {}): Promise<AccessionSummary> =>
    (await accessionSummary(archive.pool, await archive.import(path, options)))!;

  beforeAll(async () => {
    database = await createDatabase();
    archive = await openTestArchive(database.url);
    folder = await mkdtemp(join(tmpdir(), 'perdure-sealed-'));
    await writeFile(join(folder, 'amal.json'), CONVERSATION);
    await writeFile(join(folder, 'recipe.txt'), 'flour, water, salt');
    summary = await summaryOf(join(folder, 'amal.json'));
  });
  afterAll(async () => {
    await archive?.close();
    await database?.drop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it('is recognised, kept sealed and listed; nothing is read, and nothing is wrong', async () => {
    expect(summary).toMatchObject({
      ...{ status: 'sealed', source: 'discord', format: 'discord-exporter', sealed: ['amal.json'], problem: null },
      ...{ records: 0, read: 0, new: 0, rejected: 0, finishedAt: expect.any(String) },
    });
    expect(summary.warnings).toEqual([
      expect.stringMatching(
        /^all that was recognised is private \(.+\): .* import it again with --include direct to read/,
      ),
    ]);
    const { rows } = await archive.pool.query('SELECT sealed FROM capture');
    expect(rows).toEqual([{ sealed: true }]);
    const progress = await accessionProgress(archive.pool, await archive.receive(join(folder, 'amal.json')));
    expect(hasEnded(progress!.status)).toBe(true);
  });

  it('is done for scripts (0), and says for people how it is opened', async () => {
    expect(exitCode([summary])).toBe(0);
    const unknown = await summaryOf(join(folder, 'recipe.txt'));
    expect(unknown.status).toBe('refused');
    expect([exitCode([unknown]), exitCode([unknown, summary])]).toEqual([4, 3]);

    const said: string[] = [];
    printSummary({ out: (text: string) => void said.push(text) } as unknown as CliIo, summary);
    expect(said[0]).toMatch(/^! amal\.json \(discord-exporter\) → collection default/);
    expect(said.join('')).toContain('sealed, not read: amal.json');
    expect(said.join('')).toContain('--include direct');
  });

  it('is no trouble for a dry run either', async () => {
    const deps = { blobs: archive.blobs, sources: SOURCES, known: () => Promise.resolve(new Set<never>()) };
    const run = await dryRun(deps as never, join(folder, 'amal.json'), 'default', { include: [] });
    expect(run).toMatchObject({ problem: null, members: [{ role: 'sealed' }], posts: [] });
    expect(run.warnings.join()).toContain('--include direct');
  });

  it('is read when it is asked for', async () => {
    const opened = await summaryOf(join(folder, 'amal.json'), { include: ['direct'] });
    expect(opened).toMatchObject({ status: 'complete', read: 1, new: 1, sealed: [], visibility: { direct: 1 } });
  });

  it('beside what nobody knows or what is broken is sealed as well, and that is told', async () => {
    const both = join(folder, 'both');
    await mkdir(both);
    await writeFile(join(both, 'amal.json'), CONVERSATION);
    await writeFile(join(both, 'recipe.txt'), 'flour, water, salt');
    const mixed = await summaryOf(both);
    expect(mixed).toMatchObject({ status: 'sealed', sealed: [expect.stringContaining('amal.json')], rejected: 0 });
    expect(mixed.warnings).toEqual([
      expect.stringContaining('1 of 2 members were not recognised and are kept unread'),
      expect.stringContaining('--include direct'),
    ]);
    await writeFile(join(both, 'empty.json'), '');
    const broken = await summaryOf(both);
    expect(broken).toMatchObject({ status: 'sealed', rejected: 1 });
    expect(exitCode([broken])).toBe(3);
  });
});
