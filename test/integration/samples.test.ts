/** The sample exports, imported and read: what samples/README.md promises of them, and what the quickstart shows. */
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { historyText } from '../../src/cli/commands/history.js';
import { paintOf } from '../../src/cli/print.js';
import {
  accessionSummary,
  collections,
  history,
  locatorsOf,
  search,
  show,
  type PostHistory,
} from '../../src/read/index.js';
import { SOURCES } from '../../src/sources/index.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { openTestArchive, type TestArchive } from '../support/pipeline.js';

const NAMES = ['x-2023-teacher.zip', 'x-2024-teacher.zip'] as const;
const FIRST_SEEN = '2023-06-10T17:02:33.418Z';
const LAST_SEEN = '2024-06-09T16:20:07.951Z';
const locators = locatorsOf(SOURCES);

let database: TestDatabase;
let archive: TestArchive;

beforeAll(async () => {
  database = await createDatabase();
  archive = await openTestArchive(database.url);
});

afterAll(async () => {
  await archive?.close();
  await database?.drop();
});

const told = async (id: string): Promise<PostHistory> =>
  (await history(archive.pool, locators, `https://x.com/i/status/${id}`))!;
const tale = (found: PostHistory): readonly (readonly unknown[])[] =>
  found.versions.map(({ outcome, from, observations }) => [outcome, from, observations]);

describe('the sample exports', () => {
  test('add up: in = new + duplicate + rejected, and nothing is new the second time', async () => {
    const figures = [];
    for (const name of [...NAMES, ...NAMES]) {
      const summary = (await accessionSummary(archive.pool, await archive.import(`samples/${name}`, {}, 'samples')))!;
      expect(summary.status).toBe('complete');
      expect(summary.sealed).toEqual(
        expect.arrayContaining(['data/account.js', 'data/direct-messages.js', 'data/ip-audit.js', 'data/like.js']),
      );
      const { read, duplicate, rejected, newPosts, newSnapshots, media } = summary;
      figures.push({ read, new: summary.new, duplicate, rejected, newPosts, newSnapshots, media });
    }
    const [one, other] = [
      { read: 59, rejected: 0, media: { stored: 8, missing: 1 } },
      { read: 65, rejected: 0, media: { stored: 10, missing: 1 } },
    ];
    expect(figures).toEqual([
      { ...one, new: 59, duplicate: 0, newPosts: 57, newSnapshots: 59 },
      { ...other, new: 65, duplicate: 0, newPosts: 7, newSnapshots: 8 },
      { ...one, new: 0, duplicate: 59, newPosts: 0, newSnapshots: 0 },
      { ...other, new: 0, duplicate: 65, newPosts: 0, newSnapshots: 0 },
    ]);
    expect(await collections(archive.pool)).toMatchObject([
      { name: 'samples', posts: 64, observations: 124, accessions: 4 },
    ]);
  });

  it('an edit between the two exports: one version, then two', async () => {
    const found = await told('9020230610163120000');
    expect(tale(found)).toEqual([
      ['present', FIRST_SEEN, 2],
      ['present', LAST_SEEN, 1],
    ]);
    const text = historyText(found, { width: 80, paint: paintOf({ color: false }) });
    expect(text).toContain('[-25-] {+26+} certificates, [-25-] {+26+} handshakes, one cake.');
    expect(text).not.toContain('also changed');
    const before = await show(archive.pool, locators, found.post.uri, { asOf: '2023-12-31' });
    expect(before!.version!.text).toMatch(/^Last day of term\. 25 certificates/);
  });

  it('an edit that both exports know', async () => {
    expect(tale(await told('9020230206085217000'))).toEqual([
      ['present', FIRST_SEEN, 2],
      ['present', FIRST_SEEN, 2],
    ]);
  });

  it('a post that was taken down: its text stays', async () => {
    const found = await told('9020160619072510000');
    expect(found.post.state).toBe('deleted');
    expect(tale(found)).toEqual([
      ['present', FIRST_SEEN, 2],
      ['deleted', LAST_SEEN, 1],
    ]);
    expect(found.versions[1]!.claimedFrom).toBe('2024-06-03T09:30:26Z');
  });

  it('silence is no deletion', async () => {
    for (const id of ['9020130410174802000', '9020160530193348000']) {
      expect(tale(await told(id))).toEqual([['present', FIRST_SEEN, 1]]);
    }
  });

  it('a long post is one version, with its whole text', async () => {
    const found = await told('9020230514182045000');
    expect(tale(found)).toEqual([['present', FIRST_SEEN, 4]]);
    expect(found.versions[0]!.text).toMatch(/^سألتني طالبة جديدة[^…]*#حلب$/s);
  });

  it('a picture that is in neither package is listed', async () => {
    expect((await told('9020161212194427000')).media).toMatchObject([{ missing: true, digest: null }]);
  });

  test.each(['حلب', 'حَلَب', 'حـلـب'])('%s finds all its spellings', async (text) => {
    const found = await search(archive.pool, { text });
    expect(found.total).toBe(10);
    expect(found.items.map(({ uri }) => uri)).toContain('https://x.com/i/status/9020130303092130000');
  });
});
