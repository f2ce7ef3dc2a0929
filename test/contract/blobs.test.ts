/**
 * What the project expects of a blob store, wherever the bytes lie: in a folder, or in a bucket of a real server that
 * checks signatures.
 */
import { createCipheriv } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { blobPlace } from '../../src/app/blobs.js';
import { sha256, type Digest } from '../../src/core/digest.js';
import type { OpenBlobs } from '../../src/pipeline/ports.js';
import { FileBlobs } from '../../src/store/blobs.js';
import { S3Blobs } from '../../src/store/s3/blobs.js';
import type { S3Place } from '../../src/store/s3/place.js';
import { endScripts, runScript } from '../support/processes.js';
import { startSwift, swiftInstalled, type Swift } from '../support/swift.js';

const MIB = 1024 * 1024;
const BUCKET = 'perdure';
const DAY_MS = 86_400_000;
/** The least that S3 takes as a part that is not the last. */
const PARTS = { bytes: 5 * MIB, atOnce: 2 };
const ABSENT = sha256('never put');

let folder: string;

beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'perdure-blobs-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Kept {
  /** Names of blobs, and of whatever else is where blobs are. */
  blobs(): Promise<string[]>;
  /** What is neither a blob nor a folder. */
  rest(): Promise<string[]>;
}

for (const kind of ['folder', 's3'] as const) {
  const declare = kind === 's3' && !swiftInstalled() ? describe.skip : describe;
  declare(`blobs in a ${kind === 's3' ? 'bucket' : 'folder'}`, () => {
    let swift: Swift | undefined;
    let blobs: OpenBlobs;
    let kept: Kept;
    let s3: S3Place;
    let stores = 0;

    beforeAll(async () => {
      if (kind !== 's3') return;
      swift = await startSwift();
      await swift.makeBucket(BUCKET);
    });
    afterAll(() => swift?.close());

    beforeEach(async () => {
      const own = join(folder, `${kind}-${++stores}`);
      await mkdir(own);
      if (!swift) {
        blobs = new FileBlobs(own);
        kept = {
          blobs: async () => (await filesIn(join(own, 'sha256'))).map((path) => path.slice('ab/cd/'.length)),
          rest: () => filesIn(join(own, 'incoming')),
        };
        return;
      }
      const prefix = `in/here-${stores}`;
      s3 = placeOf(swift.environment(BUCKET, prefix), own);
      blobs = new S3Blobs(s3, { parts: PARTS, pauseMs: 1 });
      const { ask, keys } = swift;
      kept = {
        blobs: async () =>
          (await keys(BUCKET, `${prefix}/`)).map((key) => key.replace(/^in\/here-\d+\/sha256\/..\/..\//, '')),
        rest: async () => {
          const { text } = await ask('GET', `/${BUCKET}?uploads&prefix=${encodeURIComponent(prefix)}/`);
          return [
            ...(await filesIn(own)),
            ...[...text.matchAll(/<Key>([^<]*)</g)].map(([, key]) => `upload of ${key}`),
          ];
        },
      };
    });

    afterEach(async () => {
      await endScripts();
      await blobs.close();
    });

    const put = (bytes: Uint8Array): Promise<{ digest: Digest; bytes: number }> => blobs.put(once(bytes));

    it('gives back what was put, under its digest', async () => {
      const bytes = Buffer.from('صورة من حلب');
      const digest = sha256(bytes);
      expect(await blobs.has(digest)).toBe(false);
      expect(await blobs.size(digest)).toBeUndefined();
      expect(await put(bytes)).toEqual({ digest, bytes: bytes.length });
      expect(await blobs.has(digest)).toBe(true);
      expect(await blobs.size(digest)).toBe(bytes.length);
      expect(await buffer(blobs.open(digest))).toEqual(bytes);
      expect(await blobs.read(digest, 0, bytes.length)).toEqual(bytes);
      expect(await kept.blobs()).toEqual([digest]);
      expect(await kept.rest()).toEqual([]);
    });

    it('any chunks of any bytes: one digest, the same bytes, ranges that are slices', async () => {
      const chunks = fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(chunks, fc.nat(), fc.nat(), async (parts, from, length) => {
          const whole = Buffer.concat(parts);
          const { digest, bytes } = await blobs.put(chunksOf(parts));
          expect({ digest, bytes }).toEqual({ digest: sha256(whole), bytes: whole.length });
          expect(await buffer(blobs.open(digest))).toEqual(whole);
          const start = from % (whole.length + 1);
          const end = start + (length % (whole.length - start + 1));
          expect(await blobs.read(digest, start, end - start)).toEqual(whole.subarray(start, end));
          if (end > start)
            expect(await buffer(blobs.open(digest, { start, end: end - 1 }))).toEqual(whole.subarray(start, end));
          expect(await buffer(blobs.open(digest, { start }))).toEqual(whole.subarray(start));
        }),
        { numRuns: 15 },
      );
      expect(await kept.rest()).toEqual([]);
    });

    it('keeps no bytes at all as well', async () => {
      const digest = sha256('');
      expect(await blobs.put(chunksOf([]))).toEqual({ digest, bytes: 0 });
      expect(await blobs.size(digest)).toBe(0);
      expect(await buffer(blobs.open(digest))).toEqual(Buffer.alloc(0));
      expect(await buffer(blobs.open(digest, { start: 0, end: 99 }))).toEqual(Buffer.alloc(0));
      expect(await blobs.read(digest, 0, 0)).toEqual(Buffer.alloc(0));
      await expect(blobs.read(digest, 0, 1)).rejects.toMatchObject({ name: 'MissingBlobError' });
      const file = await blobs.asFile(digest);
      expect(await readFile(file.path)).toEqual(Buffer.alloc(0));
      await file.release();
    });

    it('keeps the same bytes once, whoever puts them at the same time', async () => {
      const bytes = noise(300_000);
      const all = await Promise.all([1, 2, 3, 4, 5].map(() => put(bytes)));
      expect(new Set(all.map(({ digest }) => digest))).toEqual(new Set([sha256(bytes)]));
      await put(bytes);
      expect(await kept.blobs()).toEqual([sha256(bytes)]);
      expect(await kept.rest()).toEqual([]);
    });

    it('keeps and reads what is larger than one request', async () => {
      const bytes = noise(12 * MIB + 7);
      const { digest } = await blobs.put(chunksOf(slices(bytes, 1_000_003)));
      expect(digest).toBe(sha256(bytes));
      expect(await blobs.size(digest)).toBe(bytes.length);
      const border = 5 * MIB;
      const over = await blobs.read(digest, border - 3, 3 * MIB);
      expect(over.equals(bytes.subarray(border - 3, border - 3 + 3 * MIB))).toBe(true);
      expect(await blobs.read(digest, bytes.length - 9, 9)).toEqual(bytes.subarray(-9));
      const back = await buffer(blobs.open(digest));
      expect(back.equals(bytes)).toBe(true);
      expect(await kept.rest()).toEqual([]);
    });

    it('never takes a short body for a whole one', async () => {
      const { digest } = await put(Buffer.from('0123456789'));
      const ends = {
        name: 'MissingBlobError',
        message: expect.stringContaining(`blob ${digest} ends at byte 10; 3 more`),
      };
      await expect(blobs.read(digest, 7, 6)).rejects.toMatchObject(ends);
      await expect(blobs.read(digest, 10, 3)).rejects.toMatchObject(ends);
      expect(await buffer(blobs.open(digest, { start: 7, end: 99 }))).toEqual(Buffer.from('789'));
      expect(await buffer(blobs.open(digest, { start: 10, end: 99 }))).toEqual(Buffer.alloc(0));
    });

    it('says of a blob that is not there where it looked, and which setting to check', async () => {
      const missing = {
        name: 'MissingBlobError',
        message: expect.stringMatching(new RegExp(`^blob ${ABSENT} is not in .*: check PERDURE_BLOBS$`)),
      };
      await expect(blobs.read(ABSENT, 0, 4)).rejects.toMatchObject(missing);
      await expect(blobs.read(ABSENT, 0, 0)).rejects.toMatchObject(missing);
      await expect(buffer(blobs.open(ABSENT))).rejects.toMatchObject(missing);
      await expect(buffer(blobs.open(ABSENT, { start: 3, end: 5 }))).rejects.toMatchObject(missing);
      await expect(blobs.asFile(ABSENT)).rejects.toMatchObject(missing);
      expect(await blobs.has(ABSENT)).toBe(false);
      expect(await kept.rest()).toEqual([]);
    });

    it('shows nothing of a stream that breaks off, and leaves nothing of it', async () => {
      const bytes = noise(6 * MIB);
      const broken = async function* (): AsyncGenerator<Uint8Array> {
        yield* chunksOf(slices(bytes, MIB));
        throw new Error('the client went away');
      };
      await expect(blobs.put(broken())).rejects.toThrow('the client went away');
      expect(await blobs.has(sha256(bytes))).toBe(false);
      expect(await kept.blobs()).toEqual([]);
      expect(await kept.rest()).toEqual([]);
    });

    it('can be left in the middle of a blob, again and again', async () => {
      const bytes = noise(MIB);
      const { digest } = await put(bytes);
      for (let time = 0; time < 40; time++) {
        const chunks = blobs.open(digest)[Symbol.asyncIterator]();
        expect((await chunks.next()).done).toBe(false);
        await chunks.return!();
      }
      expect(await blobs.read(digest, 5, 5)).toEqual(bytes.subarray(5, 10));
    });

    it('is a file for who needs one, until it is released', async () => {
      const bytes = noise(2 * MIB);
      const { digest } = await put(bytes);
      const [one, other] = await Promise.all([blobs.asFile(digest), blobs.asFile(digest)]);
      const half = await buffer(createReadStream(one.path, { start: MIB }));
      expect(half.equals(bytes.subarray(MIB))).toBe(true);
      await one.release();
      expect((await readFile(other.path)).equals(bytes)).toBe(true);
      await other.release();
      await other.release();
      expect(await kept.rest()).toEqual([]);
      expect(await blobs.has(digest)).toBe(true);
    });

    it('survives the kill of a process in the middle of a put: nothing is visible, what is left is taken away', async () => {
      const script = runScript('put-blob.ts', [kind === 's3' ? '' : join(folder, `${kind}-${stores}`)], {
        ...(swift?.environment(BUCKET, `in/here-${stores}`) ?? {}),
        PERDURE_DATA: join(folder, `${kind}-${stores}`),
      });
      const digest = await script.line((line) => (/^[0-9a-f]{64}$/.test(line) ? line : undefined));
      // A folder holds some of the bytes by now, a bucket an upload.
      while (!(await kept.rest()).some((name) => kind === 'folder' || name.startsWith('upload'))) await sleep(20);
      script.kill('SIGKILL');
      await script.ended;
      expect(await kept.blobs()).toEqual([]);
      expect(await blobs.has(digest as Digest)).toBe(false);
      const left = await kept.rest();
      expect(left).toHaveLength(1);
      expect(await blobs.tidy()).toBe(0);
      expect(await kept.rest()).toEqual(left);
      expect(await blobs.tidy(Date.now() + 4 * DAY_MS)).toBe(1);
      expect(await kept.rest()).toEqual([]);
    });

    it('tidies old files of its own, and leaves what is new and what is a blob', async () => {
      const { digest } = await put(Buffer.from('stays'));
      const own = join(folder, `${kind}-${stores}`);
      const incoming = kind === 's3' ? join(own, 'spool') : join(own, 'incoming');
      await mkdir(join(incoming, 'media'), { recursive: true });
      for (const name of ['old', 'new', 'media/older', 'media/old']) await writeFile(join(incoming, name), 'x');
      const ago = (days: number): Date => new Date(Date.now() - days * DAY_MS);
      await utimes(join(incoming, 'old'), ago(4), ago(4));
      await utimes(join(incoming, 'media', 'old'), ago(4), ago(4));
      await utimes(join(incoming, 'media', 'older'), ago(31), ago(31));
      expect(await blobs.tidy()).toBe(2);
      expect((await filesIn(incoming)).sort()).toEqual(['media/old', 'new']);
      expect(await blobs.has(digest)).toBe(true);
    });

    it('says whether blobs can be kept now, and leaves nothing of having tried', async () => {
      expect(await blobs.problem()).toBeUndefined();
      expect(await blobs.problem()).toBeUndefined();
      expect(await kept.blobs()).toEqual([]);
      expect(await kept.rest()).toEqual([]);
    });

    if (kind === 'folder') return;

    it('reads no bytes into memory that it does not need: flat, whatever the size', async () => {
      const piece = noise(MIB);
      async function* long(): AsyncGenerator<Uint8Array> {
        for (let n = 0; n < 48; n++) yield await Promise.resolve(piece);
      }
      // The first one warms up what is made once.
      await blobs.put(chunksOf(slices(noise(6 * MIB), MIB)));
      let peak = 0;
      const before = process.memoryUsage().rss;
      const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 5);
      const { digest, bytes } = await blobs.put(long());
      let read = 0;
      for await (const chunk of blobs.open(digest)) read += chunk.length;
      clearInterval(watch);
      expect([bytes, read]).toEqual([48 * MIB, 48 * MIB]);
      expect((peak - before) / MIB).toBeLessThan(32);
    });

    it('names what is wrong: the secret, the key, the bucket, the region, the address', async () => {
      const at = swift!.environment(BUCKET, 'in/here');
      const problemWith = async (changes: Record<string, string>): Promise<string | undefined> => {
        const other = new S3Blobs(placeOf({ ...at, ...changes }, join(folder, 'others')), { pauseMs: 1 });
        try {
          return await other.problem();
        } finally {
          await other.close();
        }
      };
      expect(await problemWith({})).toBeUndefined();
      expect(await problemWith({ AWS_SECRET_ACCESS_KEY: 'wrong' })).toMatch(
        /^s3:\/\/perdure\/in\/here at http:\/\/127.* SignatureDoesNotMatch: AWS_SECRET_ACCESS_KEY is not the secret/,
      );
      expect(await problemWith({ AWS_ACCESS_KEY_ID: 'test:nobody' })).toMatch(
        /AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY/,
      );
      expect(await problemWith({ PERDURE_BLOBS: 's3://no-such-bucket' })).toMatch(
        /NoSuchBucket: there is no such bucket: make it, or correct PERDURE_BLOBS/,
      );
      expect(await problemWith({ S3_ENDPOINT: 'http://127.0.0.1:1' })).toMatch(
        /ECONNREFUSED: it cannot be reached: check S3_ENDPOINT/,
      );
      expect(await problemWith({ AWS_REGION: 'eu-west-7' })).toMatch(/set AWS_REGION=us-east-1/);
    });

    it('throws the same reasons where a blob is put, asked for or read', async () => {
      const at = swift!.environment(BUCKET, 'in/here');
      for (const [changes, code] of [
        [{ AWS_SECRET_ACCESS_KEY: 'wrong' }, 'SignatureDoesNotMatch'],
        [{ PERDURE_BLOBS: 's3://no-such-bucket' }, 'NoSuchBucket'],
      ] as const) {
        const other = new S3Blobs(placeOf({ ...at, ...changes }, join(folder, 'others')), { pauseMs: 1 });
        const refused = { name: 'S3Error', code, message: expect.stringContaining(code) };
        await expect(other.put(once(noise(9)))).rejects.toMatchObject(refused);
        await expect(other.has(ABSENT)).rejects.toMatchObject(refused);
        await expect(other.read(ABSENT, 0, 1)).rejects.toMatchObject(refused);
        await expect(buffer(other.open(ABSENT))).rejects.toMatchObject(refused);
        await other.close();
      }
    });

    it('does not accept a body in which one bit changed on its way to the bucket', async () => {
      const bytes = Buffer.from('one bit');
      const { ask } = swift!;
      // What a store would send of other bytes: signed for this digest, with another body.
      const path = `/${BUCKET}/in/here/sha256/x`;
      const { status, text } = await ask('PUT', path, bytes.toString(), { sha256: sha256('one bir') });
      expect({ status, text }).toMatchObject({
        status: 400,
        text: expect.stringMatching(/BadDigest|XAmzContentSHA256Mismatch/),
      });
      expect((await ask('HEAD', path)).status).toBe(404);
    });
  });
}

function placeOf(environment: Record<string, string>, data: string): S3Place {
  const place = blobPlace(environment['PERDURE_BLOBS'], data, environment);
  if (place.kind !== 's3') throw new Error('not a bucket');
  return place.s3;
}

/** Files at any depth, as paths below the folder. */
async function filesIn(where: string): Promise<string[]> {
  const all = await readdir(where, { recursive: true, withFileTypes: true }).catch(() => []);
  return all.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name).slice(where.length + 1));
}

async function* chunksOf(parts: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield await Promise.resolve(part);
}

const once = (bytes: Uint8Array): AsyncGenerator<Uint8Array> => chunksOf([bytes]);

function* slices(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The same each time, and no two places alike. */
function noise(length: number): Buffer {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(length));
}
