/** An archive whose posts have the keys of before 1767226300000 becomes the one that the same files would make today. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Pool } from 'pg';
import { keyOfUri } from '../../migrations/1767226300000-neighbouring-keys.js';
import { keyOf, showKey, type Key } from '../../src/core/digest.js';
import { perdureUri, postKey, type PostUri } from '../../src/core/uri.js';
import { history, historyOfPost, locate, locatorsOf, search } from '../../src/read/index.js';
import { SOURCES } from '../../src/sources/index.js';
import { migrate } from '../../src/store/data-source.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { counts, dump } from '../support/dump.js';
import { openTestArchive, type TestArchive } from '../support/pipeline.js';

const FILES = [
  'samples/x-2023-teacher.zip',
  'samples/x-2024-teacher.zip',
  ...[
    'x/fixtures/v1.jsonl',
    'x/fixtures/compliance.jsonl',
    'mastodon/fixtures/archive',
    'mastodon/fixtures/statuses.jsonl',
    'bluesky/fixtures/feed.json',
    'telegram/fixtures/channel',
    'nostr/fixtures/events.jsonl',
    'reddit/fixtures/listing.json',
    'feed/fixtures/blog.rss',
    'tumblr/fixtures/posts.json',
  ].map((path) => `src/sources/${path}`),
].map((path) => join(process.cwd(), path));

const MIGRATION = 'NeighbouringKeys1767226300000';
const locators = locatorsOf(SOURCES);
const formerKey = (uri: string): Key => keyOf('post', uri);

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

async function importAll(): Promise<void> {
  for (const file of FILES) await archive.import(file, { observedAt: '2024-03-01T00:00:00Z' });
}

/** Every uuid column of these names: what a later migration adds to is found here too. */
async function columns(): Promise<readonly { readonly table: string; readonly column: string }[]> {
  const { rows } = await archive.pool.query<{ table: string; column: string }>(
    `SELECT table_name AS table, column_name AS column FROM information_schema.columns
     WHERE table_schema = 'public' AND column_name IN ('post_id', 'target_id') ORDER BY 1, 2`,
  );
  return rows;
}

async function uris(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ uri: string }>(
    'SELECT uri FROM post UNION SELECT target_uri FROM reference UNION SELECT target_uri FROM identity_link ORDER BY 1',
  );
  return rows.map(({ uri }) => uri);
}

/** Back to the schema of before, with the keys of then, worked out here. */
async function turnBack(): Promise<void> {
  const all = await uris(archive.pool);
  await archive.pool.query('CREATE TABLE back (key uuid PRIMARY KEY, former uuid NOT NULL)');
  await archive.pool.query('INSERT INTO back SELECT * FROM unnest($1::uuid[], $2::uuid[])', [
    all.map((uri) => postKey(uri as PostUri)),
    all.map(formerKey),
  ]);
  for (const { table, column } of await columns())
    await archive.pool.query(`UPDATE ${table} SET ${column} = back.former FROM back WHERE ${column} = back.key`);
  await archive.pool.query('DROP TABLE back');
  await archive.pool.query('DELETE FROM migrations WHERE name = $1', [MIGRATION]);
}

/** What was found out about posts while following: a plan of looks, and events. */
async function follow(): Promise<void> {
  await archive.pool.query(
    `INSERT INTO seed (seed_id, collection_id, connector, source, uri, name, settings, every_seconds, adaptive,
       interval_seconds, backfill) SELECT collection_id, collection_id, 'x', 'x', 'u', 'n', '{}', 60, false, 60, 0 FROM collection`,
  );
  await archive.pool.query(
    `INSERT INTO revisit (seed_id, post_id, uri, ref, published_at, outcome, outcome_at)
     SELECT s.seed_id, p.post_id, p.uri, 'ref', '2017-01-01', 'present', '2017-01-01' FROM seed s, post p`,
  );
  await archive.pool.query(
    `INSERT INTO post_event (seed_id, collection_id, harvest_id, post_id, uri, kind, observation_id, at)
     SELECT s.seed_id, s.collection_id, s.seed_id, p.post_id, p.uri, 'new', s.seed_id, '2017-01-01' FROM seed s, post p`,
  );
}

async function everything(): Promise<Readonly<Record<string, unknown>>> {
  const { post_alias: aliases, ...tables } = await dump(archive.pool);
  const rest = await archive.pool.query(
    'SELECT post_id, uri FROM revisit UNION ALL SELECT post_id, uri FROM post_event',
  );
  const schema = await archive.pool.query(
    `SELECT indexdef AS what FROM pg_indexes WHERE schemaname = 'public' UNION ALL
     SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
     WHERE connamespace = 'public'::regnamespace ORDER BY 1`,
  );
  return {
    ...tables,
    aliases: aliases!.filter((line) => !line.includes('perdure:post:')),
    following: rest.rows.map((row) => JSON.stringify(row)).sort(),
    schema: schema.rows,
  };
}

/** As people see it: histories of all posts, and hits. The former name among the addresses is left out. */
async function seen(): Promise<unknown> {
  const { rows } = await archive.pool.query<{ uri: string }>('SELECT uri FROM post ORDER BY uri');
  const histories = [];
  for (const { uri } of rows) {
    const found = (await history(archive.pool, locators, uri))!;
    const aliases = found.post.aliases.filter((alias) => !alias.startsWith('perdure:post:'));
    histories.push({ ...found, post: { ...found.post, aliases } });
  }
  const hits = [];
  for (const text of ['حلب', 'we', 'the', '']) {
    // The place to go on from holds the moment of asking.
    const { next: _, ...page } = await search(archive.pool, { text });
    hits.push(page);
  }
  return { histories, hits };
}

describe('an archive with former keys', () => {
  let fresh: Readonly<Record<string, unknown>>;
  let seenFresh: unknown;

  beforeAll(async () => {
    await importAll();
    await follow();
    fresh = await everything();
    seenFresh = await seen();
    await turnBack();
  }, 120_000);

  it('is another one before', async () => {
    const before = await everything();
    for (const table of ['post', 'snapshot', 'observation', 'reference', 'identity_link', 'post_media', 'following'])
      expect([table, before[table]]).not.toEqual([table, fresh[table]]);
    expect(before['schema']).toEqual(fresh['schema']);
  });

  it('is not changed at all while one row has no URI', async () => {
    const before = await everything();
    const orphan = showKey(keyOf('nobody'));
    await archive.pool.query(`INSERT INTO post_media VALUES ($1, 'a', '', 'Image')`, [orphan]);
    await expect(migrate(archive.database)).rejects.toThrow(
      new RegExp(`^1 rows of the table post_media belong .*${orphan}.*Nothing was changed.*perdure migrate`),
    );
    await archive.pool.query('DELETE FROM post_media WHERE post_id = $1', [orphan]);
    expect(await everything()).toEqual(before);
  });

  it('is what the same files would make today once it is migrated', async () => {
    expect(await migrate(archive.database)).toEqual([MIGRATION]);
    expect(await everything()).toEqual(fresh);
    expect(await seen()).toEqual(seenFresh);
  });

  it('has no key left that was not made of its URI', async () => {
    const known = new Set((await uris(archive.pool)).map((uri) => showKey(postKey(uri as PostUri))));
    for (const { table, column } of await columns()) {
      const { rows } = await archive.pool.query<{ key: string }>(`SELECT DISTINCT ${column} AS key FROM ${table}`);
      expect(rows.length).toBeGreaterThan(0);
      expect([table, rows.filter(({ key }) => !known.has(key))]).toEqual([table, []]);
    }
  });

  it('knows every record of the same files again', async () => {
    const before = await counts(archive.pool);
    await importAll();
    const after = await counts(archive.pool);
    expect(after['read']).toBe(2 * before['read']!);
    expect(after['duplicate']).toBe(before['duplicate']! + before['new']! + before['duplicate']!);
    for (const what of ['new', 'new_posts', 'new_snapshots', 'new_actors'])
      expect([what, after[what]]).toEqual([what, before[what]]);
    expect(await everything()).toEqual(fresh);
  });

  it('finds a post by the name that it had here before', async () => {
    const { rows } = await archive.pool.query<{ uri: string }>('SELECT uri FROM post ORDER BY uri');
    expect(rows.length).toBeGreaterThan(50);
    for (const { uri } of rows) {
      const [key, former] = [postKey(uri as PostUri), formerKey(uri)];
      for (const name of [perdureUri(former), former, showKey(former), perdureUri(former).toUpperCase()]) {
        const found = await locate(archive.pool, locators, name.replace('PERDURE:POST:', 'perdure:post:'));
        expect(found.map((post) => post.key)).toEqual([key]);
      }
      expect((await locate(archive.pool, locators, perdureUri(key))).map((post) => post.key)).toEqual([key]);
    }
    const [{ uri }] = rows as [{ uri: string }];
    expect(await history(archive.pool, locators, perdureUri(formerKey(uri)))).toEqual(
      await historyOfPost(archive.pool, postKey(uri as PostUri)),
    );
  });

  it('finds what was only named by others, too', async () => {
    const { rows } = await archive.pool.query<{ uri: string }>(
      'SELECT DISTINCT target_uri AS uri FROM reference r WHERE NOT EXISTS (SELECT FROM post WHERE post_id = r.target_id)',
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { uri } of rows)
      expect(await locate(archive.pool, locators, perdureUri(formerKey(uri)))).toEqual([
        { key: postKey(uri as PostUri), uri, source: null },
      ]);
  });
});

describe('a key', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'https://',
      'at://did:plc:',
      'a.example',
      '/',
      '#',
      '?',
      '%D8%AD',
      '-',
      '.',
      '_',
      'حلب',
      '٣',
      '😢',
      'é',
    ),
    fc.string({ unit: fc.constantFrom(...'abzAZ0189'), maxLength: 6 }),
    fc.stringMatching(/^[0-9a-f]{64}$/),
    fc.stringMatching(/^[0-9]{18,19}$/),
    fc.uuid(),
  );
  const uri = fc
    .array(piece, { minLength: 1, maxLength: 8 })
    .map((pieces) => pieces.join(''))
    .filter((text) => text !== '');

  it('is made alike by SQL and by TypeScript', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(uri, { minLength: 1, maxLength: 50 }), async (all) => {
        const { rows } = await archive.pool.query<{ key: string }>(
          `SELECT ${keyOfUri('uri')} AS key FROM unnest($1::text[]) WITH ORDINALITY AS u(uri, n) ORDER BY n`,
          [all],
        );
        expect(rows.map(({ key }) => key)).toEqual(all.map((each) => showKey(postKey(each as PostUri))));
      }),
      { numRuns: 60 },
    );
  });
});
