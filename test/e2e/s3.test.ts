/**
 * An archive whose bytes are in a bucket, as it is run on several machines: an API, two workers, and commands, which
 * share nothing but the database and the bucket.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import yauzl from 'yauzl';
import { blobPlace, openBlobs } from '../../src/app/blobs.js';
import { sha256, type Digest } from '../../src/core/digest.js';
import type { OpenBlobs } from '../../src/pipeline/ports.js';
import type { AccessionSummary } from '../../src/read/index.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { noneAbout } from '../support/processes.js';
import { startSwift, SWIFT_SECRET, swiftInstalled, type Swift } from '../support/swift.js';

const SAMPLE = join('samples', 'x-2023-teacher.zip');
const POST = 'https://x.com/i/status/9020230610163120000';

const declare = swiftInstalled() ? describe : describe.skip;

declare('an archive in a bucket', () => {
  let swift: Swift;
  let database: TestDatabase;
  let folder: string;
  let blobs: OpenBlobs;
  let said = '';
  const services: ChildProcess[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perdure-e2e-s3-'));
    [swift, database] = await Promise.all([startSwift(), createDatabase()]);
    await swift.makeBucket('witnesses');
    const environment = swift.environment('witnesses', 'archive');
    blobs = await openBlobs(blobPlace(environment['PERDURE_BLOBS'], join(folder, 'test'), environment));
    expect(await perdure('migrate')).toMatchObject({ code: 0 });
  });

  afterAll(async () => {
    await Promise.all(services.map(stop));
    await noneAbout(folder);
    await blobs.close();
    await swift.close();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  function start(name: string, args: readonly string[]): ChildProcess {
    const child = spawn(process.execPath, ['bin/perdure.mjs', ...args], {
      env: {
        ...process.env,
        ...swift.environment('witnesses', 'archive'),
        DATABASE_URL: database.url,
        REDIS_URL: '',
        PERDURE_DATA: join(folder, name),
        PORT: '0',
        LOG_LEVEL: 'info',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    return child;
  }

  async function perdure(...args: string[]): Promise<{ code: number; out: Buffer }> {
    const child = start('command', args);
    const [out, [code]] = await Promise.all([buffer(child.stdout!), once(child, 'close') as Promise<[number]>]);
    return { code, out };
  }

  async function stop(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }

  it('takes an export in, reads it on two workers, and gives its bytes back', async () => {
    const api = start('api', ['serve']);
    services.push(
      api,
      start('one', ['worker', 'accession', 'ingest']),
      start('two', ['worker', 'accession', 'ingest']),
    );
    const url = await heard(/perdure serves (http:\S+)/);
    await heard(/perdure works on[^]*perdure works on/);

    const answer = await fetch(`${url}/api/v1/accessions?name=x.zip`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: createReadStream(SAMPLE) as never,
      duplex: 'half',
    });
    expect(answer.status).toBe(202);
    const { id } = (await answer.json()) as AccessionSummary;
    let summary: AccessionSummary;
    do {
      await sleep(100);
      summary = (await (await fetch(`${url}/api/v1/accessions/${id}`)).json()) as AccessionSummary;
    } while (!['complete', 'refused', 'failed'].includes(summary.status));
    expect(summary).toMatchObject({ status: 'complete', read: 59, new: 59, duplicate: 0, rejected: 0, newPosts: 57 });

    // The package is there as it was handed in, and every blob under its own digest (I4).
    const keys = await swift.keys('witnesses');
    const digests = keys.map((key) => key.slice(-64) as Digest);
    expect(keys).toEqual(
      digests.map((digest) => `archive/sha256/${digest.slice(0, 2)}/${digest.slice(2, 4)}/${digest}`),
    );
    expect(digests).toContain(sha256(await readFile(SAMPLE)));
    for (const digest of digests) expect(sha256(await buffer(blobs.open(digest)))).toBe(digest);

    // The original bytes of one post.
    const { code, out } = await perdure('show', POST, '--raw');
    expect(code).toBe(0);
    expect(out.length).toBeGreaterThan(100);
    expect(out.toString()).toContain('9020230610163120000');
    expect((await memberOf(SAMPLE, 'data/tweets.js')).includes(out.subarray(0, -1))).toBe(true);

    // Nothing of it was left on any of the machines.
    for (const machine of await readdir(folder)) {
      const files = await readdir(join(folder, machine), { recursive: true, withFileTypes: true });
      expect({ machine, files: files.filter((file) => file.isFile()).map(({ name }) => name) }).toEqual({
        machine,
        files: [],
      });
    }

    // A picture of a post, and a part of it, come from the bucket.
    const [picture] = await query<{ digest: Digest }>(
      `SELECT encode(digest, 'hex') AS digest FROM post_media WHERE length(digest) = 32 LIMIT 1`,
    );
    const whole = await blobs.read(picture!.digest, 0, (await blobs.size(picture!.digest))!);
    const at = `${url}/api/v1/media/sha256:${picture!.digest}`;
    expect(Buffer.from(await (await fetch(at)).arrayBuffer()).equals(whole)).toBe(true);
    const part = await fetch(at, { headers: { range: 'bytes=10-29' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-29/${whole.length}`]);
    expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(10, 30))).toBe(true);

    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const doctor = await perdure('doctor', '--json');
    expect(doctor.code).toBe(0);
    expect(JSON.parse(doctor.out.toString())).toMatchObject({
      findings: expect.arrayContaining([
        { name: 'blobs', verdict: 'ok', found: 's3://witnesses/archive, reached and written to' },
      ]),
    });

    // And when the bucket is away, that is what is said.
    await swift.stop();
    const red = await fetch(`${url}/readyz`);
    const why = /s3:\/\/witnesses\/archive at http:\/\/127\.0\.0\.1:\d+: ECONNREFUSED: it cannot be reached/;
    expect(red.status).toBe(503);
    expect(await red.json()).toMatchObject({
      checks: { database: { ok: true }, blobs: { ok: false, reason: expect.stringMatching(why) } },
    });
    expect((await fetch(at)).status).toBe(500);
    const ill = await perdure('doctor', '--json');
    expect(ill.code).toBe(1);
    expect(ill.out.toString()).toMatch(why);
    expect(said).not.toContain(SWIFT_SECRET);
  });

  async function heard(what: RegExp): Promise<string> {
    for (;;) {
      const found = what.exec(said);
      if (found) return found[1] ?? found[0];
      if (services.some((child) => child.exitCode !== null)) throw new Error(`a service ended:\n${said}`);
      await sleep(20);
    }
  }

  async function query<T extends object>(sql: string): Promise<T[]> {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      return (await client.query<T>(sql)).rows;
    } finally {
      await client.end();
    }
  }
});

function memberOf(path: string, name: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: true }, (error, zip) => {
      if (error) return reject(error);
      zip.on('error', reject);
      zip.on('end', () => reject(new Error(`${name} is not in ${path}`)));
      zip.on('entry', (entry: yauzl.Entry) => {
        if (entry.fileName !== name) return zip.readEntry();
        zip.openReadStream(entry, (problem, stream) => (problem ? reject(problem) : resolve(buffer(stream))));
      });
      zip.readEntry();
    });
  });
}
