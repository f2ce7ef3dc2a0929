/** Answers inside WARCs and compressed files inside packages, through the whole pipeline. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { empty } from '../support/dump.js';
import { openTestArchive, type TestArchive } from '../support/pipeline.js';

const TWEET = {
  created_at: 'Tue Dec 13 07:00:00 +0000 2016',
  id: 808_555_000_000_000_000,
  id_str: '808555000000000001',
  text: 'هل من أحد يسمعنا؟',
  user: { id: 999_000_111_222, id_str: '999000111222', screen_name: 'invented_teacher', name: 'Invented' },
  entities: { hashtags: [], urls: [], user_mentions: [], symbols: [] },
  retweet_count: 1,
  favorite_count: 2,
  lang: 'ar',
};

function warcOf(body: string, date: string): Buffer {
  const http = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n${body}`);
  const uri = 'https://api.twitter.com/1.1/statuses/user_timeline.json?user_id=1&access_token=t0psecret';
  const fields = `WARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: ${date}\r\nWARC-Target-URI: ${uri}`;
  const head = `WARC/1.0\r\n${fields}\r\nContent-Type: application/http\r\nContent-Length: ${http.length}\r\n\r\n`;
  return gzipSync(Buffer.concat([Buffer.from(head), http, Buffer.from('\r\n\r\n')]));
}

describe('packages inside packages', () => {
  let database: TestDatabase;
  let archive: TestArchive;
  let folder: string;

  beforeAll(async () => {
    database = await createDatabase();
    archive = await openTestArchive(database.url);
    folder = await mkdtemp(join(tmpdir(), 'perdure-containers-'));
  });
  afterAll(async () => {
    await archive?.close();
    await database?.drop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => empty(archive.pool));

  it('an answer in a WARC is seen when it was fetched, and is the same post as in a file', async () => {
    const body = JSON.stringify([TWEET]);
    await writeFile(join(folder, 'harvest.warc.gz'), warcOf(body, '2016-12-13T08:00:01Z'));
    await writeFile(join(folder, 'tweets.json'), body);
    const id = await archive.import(join(folder, 'harvest.warc.gz'));
    await archive.import(join(folder, 'harvest.warc.gz'));
    await archive.import(join(folder, 'tweets.json'), { observedAt: '2017-01-01T00:00:00Z' });

    const counts = await archive.pool.query(`SELECT (SELECT count(*)::int FROM post) AS posts,
      (SELECT count(*)::int FROM snapshot) AS snapshots, (SELECT count(*)::int FROM observation) AS observations`);
    expect(counts.rows).toEqual([{ posts: 1, snapshots: 1, observations: 2 }]);

    const members = await archive.pool.query(
      `SELECT member, path, role, source, container, exchange FROM member WHERE accession_id = $1 ORDER BY member`,
      [id],
    );
    expect(members.rows).toMatchObject([
      { member: 0, path: 'harvest.warc.gz', role: 'container', container: null },
      {
        member: 1,
        path: 'harvest.warc.gz/0/api.twitter.com/1.1/statuses/user_timeline.json',
        role: 'records',
        source: 'x',
        container: 0,
        exchange: { at: '2016-12-13T08:00:01Z', status: 200, removed: ['access_token'] },
      },
    ]);
    const text = await archive.pool.query<{ all: string }>(
      `SELECT concat((SELECT json_agg(m) FROM member m), (SELECT json_agg(a) FROM accession a)) AS all`,
    );
    expect(text.rows[0]!.all).not.toContain('t0psecret');
    expect(text.rows[0]!.all).toContain('taken out of the addresses that are shown: access_token (1)');
  });

  it('compressed files and WARCs in a folder are opened, to a depth; attachments that are packages are not', async () => {
    const package_ = join(folder, 'package');
    await mkdir(package_);
    const body = JSON.stringify([TWEET]);
    await writeFile(join(package_, 'a.json.gz'), gzipSync(body));
    await writeFile(join(package_, 'b.warc.gz.gz'), gzipSync(warcOf(body, '2016-12-13T09:00:00Z')));
    await writeFile(join(package_, 'c.warc.gz'), warcOf(body + ' ', '2016-12-13T10:00:00Z').subarray(0, -12));
    await writeFile(join(package_, 'attachment.zip'), Buffer.from('504b0304140000000000', 'hex'));
    await archive.import(package_, { observedAt: '2017-01-01T00:00:00Z' });
    const observed = await archive.pool.query(
      `SELECT observed_at AT TIME ZONE 'UTC' AS at, observed_basis AS basis FROM observation ORDER BY 1`,
    );
    expect(observed.rows.map(({ at, basis }: { at: Date; basis: string }) => [at.getUTCFullYear(), basis])).toEqual([
      [2016, 'http'],
      [2017, 'stated'],
    ]);
    const members = await archive.pool.query(
      `SELECT path, role, refusal ->> 'reason' AS refused FROM member ORDER BY path COLLATE "C"`,
    );
    const answer = '0/api.twitter.com/1.1/statuses/user_timeline.json';
    expect(members.rows.map(Object.values)).toEqual([
      ['a.json', 'records', null],
      ['a.json.gz', 'container', null],
      ['attachment.zip', 'unrecognised', null],
      ['b.warc.gz', 'container', null],
      ['b.warc.gz.gz', 'container', null],
      [`b.warc.gz/${answer}`, 'records', null],
      ['c.warc.gz', 'container', null],
      [`c.warc.gz/${answer}`, 'unrecognised', 'truncated'],
    ]);
    const rejected = await archive.pool.query(`SELECT reason FROM rejected_record`);
    expect(rejected.rows).toEqual([{ reason: 'truncated' }]);
  });
});
