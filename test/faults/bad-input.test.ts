/**
 * What a hostile or broken file may not do to us (FAULTS, Bad input), through the whole pipeline: the right reason, its
 * neighbours read, the original kept. Formats' own corners are in the sources' tests.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import yazl from 'yazl';
import { sha256 } from '../../src/core/digest.js';
import { accessionSummary, type AccessionSummary } from '../../src/read/index.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { empty } from '../support/dump.js';
import { openTestArchive, type TestArchive } from '../support/pipeline.js';

let database: TestDatabase;
let archive: TestArchive;
let folder: string;

beforeAll(async () => {
  database = await createDatabase();
  archive = await openTestArchive(database.url);
  folder = await mkdtemp(join(tmpdir(), 'perdure-bad-'));
});
afterAll(async () => {
  await archive?.close();
  await database?.drop();
  if (folder) await rm(folder, { recursive: true, force: true });
});
beforeEach(() => empty(archive.pool));

async function imported(name: string, bytes: Buffer | string): Promise<AccessionSummary> {
  await writeFile(join(folder, name), bytes);
  const summary = (await accessionSummary(archive.pool, await archive.import(join(folder, name))))!;
  expect(summary.read).toBe(summary.new + summary.duplicate + summary.rejected);
  expect(await archive.blobs.has(sha256(bytes))).toBe(true);
  return summary;
}

const tweet = (id: number, text = `words of ${id}`, more = ''): string =>
  `{"created_at":"Tue Dec 13 07:00:00 +0000 2016","id_str":"90000000000000${10_000 + id}","full_text":${JSON.stringify(text)},"entities":{},"user":{"id_str":"9900000000000000009","screen_name":"invented"}${more}}`;

const GOOD = tweet(1) + '\n';

describe('ZIP', () => {
  it('members that share their bytes: the first is read, the others are refused', async () => {
    const bytes = zipOf([
      { name: 'a.json', body: GOOD },
      { name: 'b.json', body: GOOD, at: 0 },
    ]);
    expect(await imported('overlap.zip', bytes)).toMatchObject({ new: 1, rejected: 1, rejectReasons: { bomb: 1 } });
  });

  it('a million entries and one more are not even listed', async () => {
    const bytes = zipOf([{ name: 'a.json', body: GOOD }], 1_000_001);
    const summary = await imported('many.zip', bytes);
    expect(summary).toMatchObject({ status: 'refused', new: 0, rejectReasons: { bomb: 1 } });
    expect(summary.problem).toMatch(/1000001 members; the limit is 1000000/);
  });

  it('many members that are small alone and a bomb together', async () => {
    // 6 × 19 MB out of 6 × 19 kB: no member breaks a rule by itself.
    const body = Buffer.alloc(19_000_000, ' ');
    const members = Array.from({ length: 6 }, (_, i) => ({ name: `${i}.json`, body }));
    const summary = await imported('bomb.zip', zipOf([{ name: 'good.json', body: GOOD }, ...members]));
    expect(summary).toMatchObject({ new: 1, rejectReasons: { bomb: 1 } });
  });

  it('packages inside packages stay closed, and that is said', async () => {
    const inner = zipOf([{ name: 'a.json', body: GOOD }]);
    const outer = zipOf([
      { name: 'good.json', body: GOOD },
      { name: 'inner.zip', body: inner },
    ]);
    const summary = await imported('nested.zip', outer);
    expect(summary).toMatchObject({ new: 1, rejected: 0 });
    expect(summary.warnings.join()).toMatch(/not recognised and are kept unread: inner\.zip/);
  });

  it('slip paths, a zero byte in a name, encryption: each member with its reason, the others read', async () => {
    const bytes = zipOf([
      { name: '../slip.json', body: GOOD },
      { name: '/etc/abs.json', body: GOOD },
      { name: 'C:\\abs.json', body: GOOD },
      { name: 'zero\u0000.json', body: GOOD },
      { name: 'locked.json', body: GOOD, flags: 1 },
      { name: 'good.json', body: GOOD },
      { name: 'good.json', body: tweet(2) },
    ]);
    expect(await imported('slip.zip', bytes)).toMatchObject({
      new: 1,
      rejectReasons: { 'unsafe-path': 5, encrypted: 1 },
    });
  });

  it('cut short: refused as a whole, with what to do', async () => {
    const zip = new yazl.ZipFile();
    zip.addBuffer(Buffer.from(GOOD), 'a.json');
    zip.end();
    const whole = await buffer(zip.outputStream);
    const summary = await imported('cut.zip', whole.subarray(0, whole.length - 25));
    expect(summary).toMatchObject({ status: 'refused', rejectReasons: { truncated: 1 } });
    expect(summary.problem).toMatch(/Copy or download it again/);
  });
});

describe('JSON', () => {
  it.each([
    [
      'a byte that is no UTF-8',
      Buffer.from(tweet(2, 'w\u0001').replace('\\u0001', '\u00ff'), 'latin1'),
      { 'invalid-encoding': 1 },
    ],
    ['deep where nobody looks', Buffer.from(tweet(2, 'deep', `,"extra":${'['.repeat(300)}${']'.repeat(300)}`)), {}],
    ['cut short', Buffer.from(tweet(2).slice(0, -20)), { malformed: 1 }],
    ['no JSON at all', Buffer.from('the quick brown fox'), { malformed: 1 }],
    ['an empty object', Buffer.from('{}'), { 'not-a-post': 1 }],
  ])('a line that is %s costs itself and no other', async (_, line, rejectReasons) => {
    const bytes = Buffer.concat([Buffer.from(GOOD), line, Buffer.from('\n' + tweet(3) + '\n')]);
    const rejected = Object.keys(rejectReasons).length;
    expect(await imported('lines.jsonl', bytes)).toMatchObject({ read: 3, new: 3 - rejected, rejected, rejectReasons });
  });

  it('posts that quote posts, 50,000 deep, are read as far as quotes go', async () => {
    const quote = '{"id_str":"90000000000000001","full_text":"q","user":{"id_str":"9"},"quoted_status":';
    const summary = await imported('quotes.jsonl', GOOD + quote.repeat(50_000) + '{}' + '}'.repeat(50_000));
    expect(summary).toMatchObject({ status: 'complete', rejected: 0 });
    expect(summary.new).toBeLessThan(10);
  });

  it('a line of 70 MiB is rejected, and its neighbours are read', async () => {
    const bytes = Buffer.from(`${GOOD}${tweet(2, 'x'.repeat(70 * 2 ** 20))}\n${tweet(3)}\n`);
    expect(await imported('long.jsonl', bytes)).toMatchObject({ new: 2, rejectReasons: { 'too-large': 1 } });
  });

  it('\\u0000 and lone surrogates are kept as they are; what Postgres cannot hold is escaped and named', async () => {
    const line = tweet(2).replace('words of 2', 'zero \\u0000 and \\ud83d alone');
    expect(await imported('strange.jsonl', GOOD + line)).toMatchObject({ new: 2, rejected: 0 });
    const found = await archive.pool.query<{ content: string; losses: string | null }>(
      `SELECT content, losses::text FROM snapshot JOIN observation USING (post_id) WHERE content LIKE '%alone%'`,
    );
    expect(found.rows).toHaveLength(1);
    expect(found.rows[0]!.content).toContain('zero');
    expect(found.rows[0]!.losses).toMatch(/surrogate|zero|escaped/i);
  });

  it('of two keys of one name the last holds, as everywhere', async () => {
    const line = tweet(2).replace('"entities":{}', '"full_text":"the last","entities":{}');
    await imported('twice.jsonl', line);
    const found = await archive.pool.query(`SELECT 1 FROM snapshot WHERE content LIKE '%"the last"%'`);
    expect(found.rowCount).toBe(1);
  });

  it('times that cannot be right are kept as they are said, and named', async () => {
    const lines = [1, 2].map((id) => tweet(id).replace('Tue Dec 13', id === 1 ? 'Thu Jan 01' : 'Tue Dec 13'));
    const bytes = lines[0]!.replace('2016', '1970') + '\n' + lines[1]!.replace('2016', '2099');
    expect(await imported('times.jsonl', bytes)).toMatchObject({ new: 2, rejected: 0 });
    const found = await archive.pool.query<{ losses: string }>(`SELECT losses::text FROM observation ORDER BY 1`);
    expect(found.rows.map(({ losses }) => losses).join()).toMatch(/2099-12-13T07:00:00Z is after it was seen/);
    expect(found.rows.map(({ losses }) => losses).join()).toMatch(/1970-01-01T07:00:00Z is before there was anything/);
  });

  it('the same id with other words is two snapshots of one post', async () => {
    await imported('two.jsonl', `${GOOD}${tweet(1, 'other words')}\n`);
    const counts = await archive.pool.query(
      `SELECT (SELECT count(*)::int FROM post) AS posts, (SELECT count(*)::int FROM snapshot) AS snapshots`,
    );
    expect(counts.rows).toEqual([{ posts: 1, snapshots: 2 }]);
  });

  it.each([
    ['JSON Lines named .json', 'lines.json', GOOD + tweet(2)],
    ['JSON named .csv', 'list.csv', `[${tweet(1)},${tweet(2)}]`],
    ['gzip named .txt', 'lines.txt', gzipSync(GOOD + tweet(2))],
    ['a byte order mark', 'bom.jsonl', '\ufeff' + GOOD + tweet(2)],
    [
      'an archive’s script without its ending',
      'x',
      `window.YTD.tweets.part0 = [{"tweet":${tweet(1)}},{"tweet":${tweet(2)}}]`,
    ],
  ])('%s is read as what it is', async (_, name, bytes) => {
    expect(await imported(name, Buffer.from(bytes as string))).toMatchObject({ new: 2, rejected: 0 });
  });

  it.each([
    ['an empty file', 'empty.json', '', 'empty'],
    [
      'users',
      'users.jsonl',
      '{"id":"9900000000000000009","username":"a","name":"A","created_at":"2016-12-13T07:00:00.000Z","public_metrics":{"followers_count":1,"following_count":1,"tweet_count":1,"listed_count":0}}\n',
      'users',
    ],
    [
      'counts',
      'counts.jsonl',
      '{"end":"2016-12-13T08:00:00.000Z","start":"2016-12-13T07:00:00.000Z","tweet_count":7}\n',
      'counts',
    ],
  ])('%s: refused, with its reason', async (_, name, bytes, reason) => {
    expect(await imported(name, bytes)).toMatchObject({ new: 0, rejectReasons: { [reason]: 1 } });
  });
});

interface ZipMember {
  readonly name: string;
  readonly body: string | Buffer;
  /** Where the directory says that it lies, instead of where it does. */
  readonly at?: number;
  readonly flags?: number;
}

/** A ZIP put together byte by byte: no writer would make these. */
function zipOf(members: readonly ZipMember[], entries = members.length): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, body, at, flags = 0 } of members) {
    const plain = Buffer.from(body as string);
    const packed = deflateRawSync(plain);
    const path = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x0800 | flags, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(plain), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(plain.length, 18);
    common.writeUInt16LE(path.length, 22);
    const local = Buffer.concat([Buffer.from('504b0304', 'hex'), common, path, packed]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at ?? offset, 10);
    directory.push(Buffer.concat([Buffer.from('504b01021400', 'hex'), common, place, path]));
    files.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  const many = entries > 0xfffe;
  end.writeUInt16LE(many ? 0xffff : entries, 8);
  end.writeUInt16LE(many ? 0xffff : entries, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  if (!many) return Buffer.concat([...files, central, end]);
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(44n, 4);
  end64.writeBigUInt64LE(BigInt(entries), 24);
  end64.writeBigUInt64LE(BigInt(entries), 32);
  end64.writeBigUInt64LE(BigInt(central.length), 40);
  end64.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + central.length), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([...files, central, end64, locator, end]);
}
