/** A bucket's server that is busy, breaks off, stalls, or sends something else than was asked for. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sha256, type Digest } from '../../src/core/digest.js';
import { S3Blobs } from '../../src/store/s3/blobs.js';
import { MAX_TRIES } from '../../src/store/s3/client.js';
import { addressOf } from '../../src/store/s3/place.js';
import { isTransient } from '../../src/store/transaction.js';
import {
  refusal,
  SMALL_SECRET,
  startSmallBucket,
  type BucketRequest,
  type SmallBucket,
} from '../support/small-bucket.js';

const BYTES = Buffer.from(Array.from({ length: 100_000 }, (_, at) => (at * 7) % 251));
const DIGEST = sha256(BYTES);
const KEY = `sha256/${DIGEST.slice(0, 2)}/${DIGEST.slice(2, 4)}/${DIGEST}`;

let spool: string;
let bucket: SmallBucket;
let blobs: S3Blobs;

beforeEach(async () => {
  spool = await mkdtemp(join(tmpdir(), 'perdure-s3-'));
  bucket = await startSmallBucket();
  blobs = new S3Blobs(bucket.place(spool), { pauseMs: 1, idleMs: 300, parts: { bytes: 30_000, atOnce: 2 } });
});

afterEach(async () => {
  const left = await readdir(spool);
  await blobs.close();
  await bucket.close();
  await rm(spool, { recursive: true, force: true });
  expect(left).toEqual([]);
});

const put = (bytes: Buffer = BYTES): Promise<{ digest: Digest }> => blobs.put(once(bytes));
const isJoin = ({ method, query }: BucketRequest): boolean => method === 'POST' && query.has('uploadId');
const isGet = ({ method }: BucketRequest): boolean => method === 'GET';

describe('reading', () => {
  beforeEach(() => void bucket.objects.set(KEY, BYTES));

  it('a body that ends early is asked for again, and never taken for whole', async () => {
    let cut = 2;
    bucket.misbehave = (_, right) => (cut-- > 0 ? { ...right(), until: 500, then: 'reset' } : undefined);
    expect((await blobs.read(DIGEST, 10, 1_000)).equals(BYTES.subarray(10, 1_010))).toBe(true);
    expect(bucket.requests).toHaveLength(3);

    bucket.misbehave = (_, right) => ({ ...right(), until: 500, then: 'reset' });
    await expect(blobs.read(DIGEST, 10, 1_000)).rejects.toMatchObject({ name: 'S3Error', mayPass: true });
    expect(bucket.requests).toHaveLength(3 + MAX_TRIES);
  });

  it('a body that is shorter than its range says is none', async () => {
    bucket.misbehave = (_, right) => ({ ...right(), body: BYTES.subarray(10, 500) });
    await expect(blobs.read(DIGEST, 10, 1_000)).rejects.toMatchObject({
      code: 'ShortBody',
      message: expect.stringMatching(/490 of 1000 bytes/),
    });
  });

  it('neither a server that passes over ranges nor one that sends another is believed', async () => {
    bucket.misbehave = () => ({ body: BYTES });
    await expect(blobs.read(DIGEST, 10, 1_000)).rejects.toMatchObject({
      code: 'ShortBody',
      message: expect.stringMatching(/all of a blob/),
    });
    await expect(blobs.read(DIGEST, 0, 1_000)).rejects.toMatchObject({
      code: 'ShortBody',
      message: expect.stringMatching(/more bytes/),
    });
    bucket.misbehave = () => ({
      status: 206,
      headers: { 'content-range': 'bytes 0-999/100000' },
      body: BYTES.subarray(0, 1_000),
    });
    await expect(blobs.read(DIGEST, 10, 1_000)).rejects.toMatchObject({
      message: expect.stringMatching(/bytes 0-999.* from 10 on/),
    });
  });

  it('neither more nor less than its range says is taken from a stream', async () => {
    const wrong = (range: string): void =>
      void (bucket.misbehave = () => ({
        status: 206,
        headers: { 'content-range': `bytes ${range}/100000` },
        body: BYTES.subarray(0, 1_000),
      }));
    const part = { start: 0, end: 899 };
    wrong('0-899');
    await expect(buffer(blobs.open(DIGEST, part))).rejects.toMatchObject({
      code: 'ShortBody',
      message: expect.stringMatching(/more bytes than it announced/),
    });
    bucket.misbehave = (_, right) => ({ ...right(), body: BYTES.subarray(0, 0) });
    await expect(buffer(blobs.open(DIGEST, part))).rejects.toMatchObject({
      code: 'ShortBody',
      message: expect.stringMatching(/900 bytes less than it announced/),
    });
  });

  it('goes on where a long one broke off, each byte once', async () => {
    let breaks = 5;
    bucket.misbehave = (_, right) => (breaks-- > 0 ? { ...right(), until: 9_000, then: 'reset' } : undefined);
    expect((await buffer(blobs.open(DIGEST))).equals(BYTES)).toBe(true);
    const ranges = bucket.requests.map(({ headers }) => headers.range);
    expect(ranges).toHaveLength(6);
    expect(ranges[0]).toBeUndefined();
    const starts = ranges.slice(1).map((range) => Number(/^bytes=(\d+)-$/.exec(range!)![1]));
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect(starts.at(-1)).toBeGreaterThan(starts[0]!);
  });

  it('gives up where nothing more comes, in one that breaks off and in one that stalls', async () => {
    bucket.misbehave = (_, right) => ({ ...right(), until: 0, then: 'reset' });
    await expect(buffer(blobs.open(DIGEST))).rejects.toMatchObject({ name: 'S3Error' });
    expect(bucket.requests).toHaveLength(MAX_TRIES);
    let stalls = 1;
    bucket.misbehave = (_, right) => (stalls-- > 0 ? { ...right(), until: 700, then: 'nothing' } : undefined);
    expect((await blobs.read(DIGEST, 0, 1_000)).equals(BYTES.subarray(0, 1_000))).toBe(true);
  });

  it('one bit that is another is found, in a stream and in a file', async () => {
    const flipped = Buffer.from(BYTES);
    flipped[50_000]! ^= 1;
    bucket.objects.set(KEY, flipped);
    const damaged = { code: 'DamagedBlob', message: expect.stringContaining(DIGEST) };
    await expect(buffer(blobs.open(DIGEST))).rejects.toMatchObject(damaged);
    await expect(blobs.asFile(DIGEST)).rejects.toMatchObject(damaged);
  });

  it('waits for a server that is busy, and tells of one that stays so', async () => {
    bucket.misbehave = (_, __, n) => (n < 4 ? refusal(503, 'SlowDown') : undefined);
    expect(await blobs.read(DIGEST, 0, 10)).toEqual(BYTES.subarray(0, 10));
    expect(bucket.requests).toHaveLength(4);
    bucket.misbehave = () => refusal(503, 'SlowDown');
    const problem: unknown = await blobs.read(DIGEST, 0, 10).catch((error: unknown) => error);
    expect(problem).toMatchObject({ name: 'S3Error', code: 'SlowDown' });
    // So that a range's tries do not count against its records.
    expect(isTransient(problem)).toBe(true);
  });

  it('asks once where asking again changes nothing', async () => {
    bucket.misbehave = () => refusal(403, 'AccessDenied');
    await expect(blobs.read(DIGEST, 0, 10)).rejects.toMatchObject({
      code: 'AccessDenied',
      message: expect.stringMatching(/s3:ListBucket/),
    });
    expect(bucket.requests).toHaveLength(1);
    // What a proxy says is no S3.
    bucket.misbehave = () => ({ status: 403, body: '<html><body>Forbidden by policy' });
    await expect(blobs.read(DIGEST, 0, 10)).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  it('uses few connections, again and again', async () => {
    for (let n = 0; n < 20; n++) await blobs.read(DIGEST, n, 100);
    for (let n = 0; n < 20; n++) await blobs.has(DIGEST);
    // The second is made where an answer was not yet put away.
    expect(bucket.connections.made).toBeLessThanOrEqual(2);
    await Promise.all(Array.from({ length: 150 }, (_, n) => blobs.read(DIGEST, n, 50_000)));
    expect(bucket.connections.most).toBeLessThanOrEqual(32);
  });
});

describe('writing', () => {
  const small = BYTES.subarray(0, 20_000);

  it('what broke off on its way is sent again, whole', async () => {
    let breaks = 2;
    bucket.misbehave = ({ method }) => (method === 'PUT' && breaks-- > 0 ? { silent: true } : undefined);
    const { digest } = await put(small);
    expect([...bucket.objects.values()].map((object) => sha256(object))).toEqual([digest]);
    expect(bucket.requests.filter(({ method }) => method === 'PUT')).toHaveLength(3);
  });

  it('what the server saw other bytes of is sent again', async () => {
    bucket.misbehave = ({ method }, _, n) =>
      method === 'PUT' && n < 4 ? refusal(400, 'XAmzContentSHA256Mismatch') : undefined;
    const { digest } = await put(small);
    expect([...bucket.objects.values()].map((object) => sha256(object))).toEqual([digest]);
  });

  it('is signed with the digest of each body', async () => {
    await put();
    const sent = bucket.requests.filter(({ method }) => method !== 'GET' && method !== 'HEAD');
    expect(sent.length).toBeGreaterThan(5);
    for (const { headers, body } of sent) {
      expect(headers['x-amz-content-sha256']).toBe(sha256(body));
      expect(headers.authorization).toMatch(/SignedHeaders=[^,]*x-amz-content-sha256/);
    }
    expect(bucket.objects.get(KEY)!.equals(BYTES)).toBe(true);
  });

  it('a part that cannot be sent ends the upload: nothing is visible, nothing is left', async () => {
    bucket.misbehave = ({ query }) => (query.get('partNumber') === '2' ? refusal(403, 'AccessDenied') : undefined);
    await expect(put()).rejects.toMatchObject({ code: 'AccessDenied' });
    expect([...bucket.objects.keys()]).toEqual([]);
    expect([...bucket.uploads.keys()]).toEqual([]);
    expect(await blobs.has(DIGEST)).toBe(false);
  });

  it('parts that could not be joined at once are joined when the server can', async () => {
    const says = ['InternalError', 'SlowDown'];
    // It says 200 before it knows.
    bucket.misbehave = (request) => {
      const code = isJoin(request) ? says.shift() : undefined;
      return code === undefined ? undefined : refusal(200, code);
    };
    await put();
    expect(bucket.objects.get(KEY)!.equals(BYTES)).toBe(true);
  });

  it('parts that cannot be joined are no blob, whatever the status says', async () => {
    bucket.misbehave = (request) => (isJoin(request) ? refusal(200, 'InvalidPart') : undefined);
    await expect(put()).rejects.toMatchObject({ code: 'InvalidPart' });
    expect(bucket.requests.filter(isJoin)).toHaveLength(1);
    bucket.misbehave = (request) => (isJoin(request) ? { body: '<html>Welcome' } : undefined);
    await expect(put()).rejects.toMatchObject({ code: 'UnclearAnswer' });
    expect([...bucket.uploads.keys(), ...bucket.objects.keys()]).toEqual([]);
  });

  it('the answer to the joining is lost: what is there tells', async () => {
    let lost = 1;
    bucket.misbehave = (request, right) => {
      if (!isJoin(request) || lost-- <= 0) return undefined;
      right();
      return { silent: true };
    };
    await put();
    expect(bucket.objects.get(KEY)!.equals(BYTES)).toBe(true);
    expect(bucket.requests.filter(isJoin)).toHaveLength(2);
  });

  it('a joined object that is too short is not accepted', async () => {
    bucket.misbehave = (request, right) => {
      if (!isJoin(request)) return undefined;
      const given = right();
      bucket.objects.set(KEY, BYTES.subarray(0, 60_000));
      return given;
    };
    await expect(put()).rejects.toMatchObject({ code: 'IncompleteUpload' });
  });

  it('something else than S3 at the address is said', async () => {
    bucket.misbehave = (request) =>
      isGet(request) || request.method === 'HEAD' ? undefined : { body: '<html>Welcome' };
    await expect(put()).rejects.toMatchObject({
      code: 'UnclearAnswer',
      message: expect.stringMatching(/none of S3's: check S3_ENDPOINT/),
    });
  });

  it('a disk that is full is not taken for the network', async () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
    });
    const chunks = (async function* () {
      yield await Promise.resolve(small);
      throw full;
    })();
    await expect(blobs.put(chunks)).rejects.toBe(full);
    expect(bucket.requests).toEqual([]);
  });

  it('a bucket that is full is said', async () => {
    bucket.misbehave = ({ method }) => (method === 'PUT' ? refusal(507, 'XMinioStorageFull') : undefined);
    await expect(put(small)).rejects.toMatchObject({ message: expect.stringMatching(/there is no room left/) });
    expect(await blobs.problem()).toMatch(/there is no room left/);
    expect([...bucket.uploads.keys()]).toEqual([]);
  });
});

describe('what it says', () => {
  it('clocks that are apart, with both times', async () => {
    bucket.misbehave = () => ({
      ...refusal(403, 'RequestTimeTooSkewed'),
      headers: { date: 'Wed, 14 Dec 2016 08:00:00 GMT' },
    });
    expect(await blobs.problem()).toMatch(
      /clock of this machine \(20\d\d-.*Z\) and the server's \(2016-12-14T08:00:00.000Z\) are too far apart/,
    );
  });

  it('the region of the bucket, out of the answer or its headers', async () => {
    bucket.misbehave = () => refusal(400, 'AuthorizationHeaderMalformed', '<Region>eu-north-1</Region>');
    await expect(blobs.has(DIGEST)).rejects.toMatchObject({
      message: expect.stringMatching(/set AWS_REGION=eu-north-1/),
    });
    bucket.misbehave = () => ({ status: 301, headers: { 'x-amz-bucket-region': 'ap-south-1' } });
    await expect(blobs.has(DIGEST)).rejects.toMatchObject({
      message: expect.stringMatching(/set AWS_REGION=ap-south-1/),
    });
  });

  it('is green again as soon as the trouble is over, and red as soon as it begins', async () => {
    expect(await blobs.problem()).toBeUndefined();
    expect(await blobs.problem()).toBeUndefined();
    bucket.misbehave = () => refusal(403, 'SignatureDoesNotMatch');
    expect(await blobs.problem()).toMatch(/AWS_SECRET_ACCESS_KEY/);
    bucket.misbehave = () => undefined;
    const writes = (): number => bucket.requests.filter(({ method }) => method === 'PUT').length;
    const before = writes();
    expect(await blobs.problem()).toBeUndefined();
    expect(await blobs.problem()).toBeUndefined();
    // Believed for a while only after it was seen to be so.
    expect(writes()).toBe(before + 1);
    expect([...bucket.uploads.keys(), ...bucket.objects.keys()]).toEqual([]);
  });

  it('never holds the secret', async () => {
    bucket.misbehave = () => refusal(403, 'SignatureDoesNotMatch');
    const problem: unknown = await put().catch((error: unknown) => error);
    const shown = [problem, blobs, bucket.place(spool)].map(
      (each) => inspect(each, { depth: 20, showHidden: true }) + JSON.stringify(bucket.place(spool)),
    );
    expect(shown.join('')).not.toContain(SMALL_SECRET);
    expect(JSON.stringify(bucket.requests)).not.toContain(SMALL_SECRET);
    expect(bucket.requests.length).toBeGreaterThan(0);
  });
});

describe('addresses', () => {
  it.each([
    [
      { bucket: 'b', region: 'eu-west-1' },
      { origin: 'https://b.s3.eu-west-1.amazonaws.com', path: '' },
    ],
    [
      { bucket: 'b.c', region: 'eu-west-1' },
      { origin: 'https://s3.eu-west-1.amazonaws.com', path: '/b.c' },
    ],
    [
      { bucket: 'b', region: 'x', endpoint: 'http://127.0.0.1:9000/' },
      { origin: 'http://127.0.0.1:9000', path: '/b' },
    ],
    [
      { bucket: 'b', region: 'x', endpoint: 'https://s.org/s3/' },
      { origin: 'https://s.org', path: '/s3/b' },
    ],
  ])('%j', (place, address) => expect(addressOf(place)).toEqual(address));
});

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
