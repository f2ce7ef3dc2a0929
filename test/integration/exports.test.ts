/**
 * Real exports through the whole pipeline: nothing crashes, the counts add up, every rejected record has its reason, and
 * pairs that hold the same posts give one post with several witnesses. What each file says is compared with an
 * independent reader's findings in the sources' own exports.test.ts.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { counts, empty } from '../support/dump.js';
import { openTestArchive, type TestArchive } from '../support/pipeline.js';

const EXPORTS = join('..', 'shared', 'data', 'exports');
const present = existsSync(EXPORTS);

/** Folders that are one package; everything else is handed in file by file. */
const PACKAGES = [
  'x-archive/django-ditto/v1',
  'x-archive/django-ditto/v2',
  'x-archive/django-ditto/v2_no_tweets',
  'x-archive/django-ditto/v2_with_media',
  'x-archive/es-edited-notetweets',
  'x-archive/ja-tweetjs',
  'x-api-v2/academictwitteR/hk',
  'x-api-v2/academictwitteR/tweetdata',
  'mastodon-archive/goija',
  'telegram/telegram-export-sqlite/basic_export',
  'telegram/telegram-export-sqlite/json_export',
  'slack/slackdump/source_export_dir',
  'linkedin/sanand0',
];
const FOLDERS = present
  ? readdirSync(EXPORTS, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
  : ['absent'];

function casesOf(folder: string): string[] {
  const files = readdirSync(join(EXPORTS, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(EXPORTS, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((file) => !PACKAGES.some((pack) => file.startsWith(pack + '/')));
  return [...PACKAGES.filter((pack) => pack.startsWith(folder + '/')), ...files.sort()];
}

/** Several at a time: importing a small file is mostly waiting for the disk. */
const AT_ONCE = 4;

async function importAll(archive: TestArchive, cases: readonly string[]): Promise<void> {
  const rest = [...cases];
  const one = async (): Promise<void> => {
    for (let name = rest.shift(); name !== undefined; name = rest.shift()) await archive.import(join(EXPORTS, name));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

(present ? describe : describe.skip)(
  `real exports through the pipeline${present ? '' : ` (skipped: no ${EXPORTS})`}`,
  () => {
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

    it.each(FOLDERS)('%s: read = new + duplicate + rejected, and again nothing is new', async (folder) => {
      await empty(archive.pool);
      const cases = casesOf(folder);
      expect(cases.length).toBeGreaterThan(0);
      await importAll(archive, cases);
      const open = await archive.pool.query(
        `SELECT path, status, problem FROM accession WHERE status NOT IN ('complete', 'sealed', 'refused')`,
      );
      expect(open.rows).toEqual([]);
      const mute = await archive.pool.query(
        `SELECT path FROM accession WHERE status = 'refused' AND coalesce(problem, '') = ''`,
      );
      expect(mute.rows).toEqual([]);
      const first = await counts(archive.pool);
      expect(first['read']).toBe(first['new']! + first['duplicate']! + first['rejected']!);
      if (process.env['PERDURE_PRINT_COUNTS']) {
        const reasons = await archive.pool.query(
          `SELECT reason, count(*)::int AS n FROM rejected_record GROUP BY 1 ORDER BY 2 DESC`,
        );
        const ended = await archive.pool.query(`SELECT status, count(*)::int AS n FROM accession GROUP BY 1`);
        console.log(
          folder,
          cases.length,
          JSON.stringify(first),
          JSON.stringify(reasons.rows),
          JSON.stringify(ended.rows),
        );
      }
      await importAll(archive, cases);
      const both = await counts(archive.pool);
      expect(both).toMatchObject({
        new: first['new'],
        new_posts: first['new_posts'],
        new_snapshots: first['new_snapshots'],
      });
      expect(both['read']).toBe(2 * first['read']!);
      expect(both['rejected']).toBe(2 * first['rejected']!);
    });

    /** Posts that were seen first-hand in both files, by canonical URI. */
    async function common(a: string, b: string): Promise<number> {
      const result = await archive.pool.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM (
         SELECT o.post_id FROM observation o JOIN member m ON m.digest = o.capture JOIN accession ac USING (accession_id)
         WHERE ac.path IN ($1, $2) GROUP BY 1 HAVING count(DISTINCT ac.path) = 2) t`,
        [a, b],
      );
      return result.rows[0]!.n;
    }

    it('twarc: flat and not flat are the same 164 tweets', async () => {
      await empty(archive.pool);
      for (const name of ['flat', 'noflat']) await archive.import(join(EXPORTS, `twarc/twarc-csv/${name}.jsonl`));
      expect(await common('flat.jsonl', 'noflat.jsonl')).toBe(164);
    });

    it('twarc: kpop and brexit lie inside 2sets', async () => {
      await empty(archive.pool);
      for (const name of ['2sets', 'kpop', 'brexit'])
        await archive.import(join(EXPORTS, `twarc/twarc-csv/${name}.jsonl`));
      expect([await common('2sets.jsonl', 'kpop.jsonl'), await common('2sets.jsonl', 'brexit.jsonl')]).toEqual([
        121, 155,
      ]);
    });

    it('twarc: one edit in edited, edited_before and edited_after is one chain of two posts, counted once', async () => {
      await empty(archive.pool);
      for (const name of ['edited', 'edited_before', 'edited_after']) {
        await archive.import(join(EXPORTS, `twarc/twarc-csv/${name}.jsonl`));
      }
      const links = await archive.pool.query(
        `SELECT DISTINCT post_id, place FROM identity_link WHERE kind = 'editOf' ORDER BY place`,
      );
      expect(links.rows.map((row: { place: number }) => row.place)).toEqual([0, 1]);
    });

    /** Posts, and how many of these files witness each. */
    async function witnesses(): Promise<Record<string, number>> {
      const result = await archive.pool.query<{ uri: string; n: number }>(
        `SELECT p.uri, count(DISTINCT ac.accession_id)::int AS n
         FROM observation o JOIN post p USING (post_id) JOIN member m ON m.digest = o.capture
         JOIN accession ac USING (accession_id) GROUP BY 1 HAVING count(DISTINCT ac.accession_id) > 1`,
      );
      return Object.fromEntries(result.rows.map(({ uri, n }) => [uri, n]));
    }

    it('the fediverse: an activity and its object are one post', async () => {
      await empty(archive.pool);
      await importAll(
        archive,
        casesOf('activitypub').filter((path) => /\/(?:lemmy|rebased)\//.test(path)),
      );
      const found = await witnesses();
      expect(Object.keys(found)).toHaveLength(12);
      expect(found).toMatchObject({ 'http://ds9.lemmy.ml/post/1': 3, 'https://friends.grishka.me/posts/66561': 2 });
    });

    it('Mastodon: status, history and source are one post with its versions', async () => {
      await empty(archive.pool);
      for (const name of casesOf('mastodon-rest').filter((path) => path.includes('test_status_edit'))) {
        await archive.import(join(EXPORTS, name));
      }
      const found = await archive.pool.query(
        `SELECT p.uri, count(DISTINCT digest)::int AS snapshots, count(*)::int AS observations
         FROM observation o JOIN post p USING (post_id) GROUP BY 1`,
      );
      expect(found.rows).toMatchObject([{ snapshots: 2, observations: 3 }]);
    });
  },
);
