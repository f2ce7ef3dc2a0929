/** Packages of every kind, good and bad: what is kept, what is refused, and why. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import tar from 'tar-stream';
import yazl from 'yazl';
import { Rejection } from '../../src/core/errors.js';
import type { Digest } from '../../src/core/digest.js';
import type { UnpackedMember } from '../../src/pipeline/ports.js';
import { packingOf } from '../../src/pipeline/unpack/packing.js';
import { unpack } from '../../src/pipeline/unpack/index.js';
import { FileBlobs } from '../../src/store/blobs.js';

describe('unpack', () => {
  let folder: string;
  let blobs: FileBlobs;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perdure-unpack-'));
    blobs = new FileBlobs(join(folder, 'blobs'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function unpacked(bytes: Buffer, path = 'package.zip'): Promise<UnpackedMember[]> {
    const { digest } = await blobs.put(once1(bytes));
    const members: UnpackedMember[] = [];
    await unpack(
      blobs,
      {
        path,
        packing: packingOf(bytes.subarray(0, 512)),
        digest,
        bytes: bytes.length,
      },
      (member) => Promise.resolve(void members.push(member)),
    );
    return members;
  }

  async function textOf(digest: Digest | undefined): Promise<string> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of blobs.open(digest!)) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }

  it('takes a plain file as its own member', async () => {
    const [member, ...rest] = await unpacked(Buffer.from('{"a":1}'), 'a.json');
    expect(rest).toEqual([]);
    expect(member).toMatchObject({ path: 'a.json', bytes: 7 });
    expect(await textOf(member!.digest)).toBe('{"a":1}');
  });

  it('reads ZIP, with the wall-clock time of each member', async () => {
    const members = await unpacked(await zip({ 'data/حلب.js': 'one', 'data/b.js': 'two' }));
    expect(members.map((member) => member.path)).toEqual(['data/حلب.js', 'data/b.js']);
    expect(members[0]!.modified).toBe('2017-01-02T08:00:00');
    expect(await textOf(members[1]!.digest)).toBe('two');
  });

  it('reads zip64', async () => {
    const members = await unpacked(await zip({ 'a.js': 'zip64' }, { forceZip64Format: true }));
    expect(await textOf(members[0]!.digest)).toBe('zip64');
  });

  it('keeps several members of a ZIP at a time, and lists them in its order', async () => {
    const names = Array.from({ length: 30 }, (_, n) => `${n}.json`);
    const bytes = await zip(Object.fromEntries(names.map((name, n) => [name, `member ${n}`])));
    const { digest } = await blobs.put(once1(bytes));
    let [running, most] = [0, 0];
    const slow = Object.assign(Object.create(blobs) as FileBlobs, {
      put: async (chunks: AsyncIterable<Uint8Array>) => {
        most = Math.max(most, ++running);
        const kept = await blobs.put(chunks);
        await sleep(most < 8 ? 40 : 1);
        running--;
        return kept;
      },
    });
    const paths: string[] = [];
    await unpack(slow, { path: 'p.zip', packing: 'zip', digest, bytes: bytes.length }, ({ path }) =>
      Promise.resolve(void paths.push(path)),
    );
    expect(paths).toEqual(names);
    expect(most).toBe(8);
  });

  it('reads tar, tar.gz and a single compressed file', async () => {
    const bytes = await tarOf([
      { name: './outbox.json', body: '{}' },
      { name: 'media/1.png', body: 'png' },
    ]);
    for (const packed of [bytes, gzipSync(bytes)]) {
      const members = await unpacked(packed, 'archive.tar.gz');
      expect(members.map((member) => member.path)).toEqual(['outbox.json', 'media/1.png']);
      expect(await textOf(members[0]!.digest)).toBe('{}');
    }
    const [single] = await unpacked(gzipSync(Buffer.from('{"a":1}\n')), 'posts.jsonl.gz');
    expect(single).toMatchObject({ path: 'posts.jsonl', bytes: 8 });
  });

  it.each([
    ['../evil.json', 'leads out of the package'],
    ['/etc/evil.js', 'absolute'],
    ['a\\..\\evil.j', 'absolute or foreign'],
  ])('refuses the member %s and keeps the others', async (name, why) => {
    const placeholder = 'x'.repeat(Buffer.byteLength(name));
    const bytes = replaceAll(await zip({ [placeholder]: 'evil', 'good.json': '{}' }), placeholder, name);
    const members = await unpacked(bytes);
    expect(members[0]).toMatchObject({ path: name, refusal: { reason: 'unsafe-path' } });
    expect(members[0]!.refusal!.detail).toContain(why);
    expect(members[0]!.digest).toBeUndefined();
    expect(await textOf(members[1]!.digest)).toBe('{}');
  });

  it('refuses a second member of the same name and symbolic links', async () => {
    const bytes = replaceAll(await zip({ 'a.json': 'first', 'b.json': 'second' }), 'b.json', 'a.json');
    expect((await unpacked(bytes))[1]).toMatchObject({
      refusal: { reason: 'unsafe-path', detail: expect.stringContaining('second member') },
    });
    const link = await zip({ 'link.json': '/etc/passwd' }, { mode: 0o120777 });
    expect((await unpacked(link))[0]).toMatchObject({ refusal: { reason: 'unsafe-path', detail: 'a symbolic link' } });
    const [tarLink] = await unpacked(await tarOf([{ name: 'l', body: '', type: 'symlink' }]), 'a.tar');
    expect(tarLink).toMatchObject({ refusal: { reason: 'unsafe-path' } });
  });

  it('refuses encrypted members', async () => {
    const bytes = await zip({ 'secret.js': 'x' });
    for (const signature of ['PK\u0003\u0004', 'PK\u0001\u0002']) {
      const at = bytes.indexOf(signature, 0, 'latin1');
      bytes[at + (signature === 'PK\u0003\u0004' ? 6 : 8)]! |= 1;
    }
    expect((await unpacked(bytes))[0]).toMatchObject({ refusal: { reason: 'encrypted' } });
  });

  it('refuses a bomb: over 100 MB and over 200 times its packed size', async () => {
    const zeros = Buffer.alloc(120_000_000);
    expect((await unpacked(await zip({ 'bomb.json': zeros })))[0]).toMatchObject({ refusal: { reason: 'bomb' } });
    await expect(unpacked(gzipSync(zeros), 'bomb.gz')).rejects.toMatchObject({ reason: 'bomb' });
  });

  it('rejects what is cut short, with the place to look', async () => {
    const whole = await zip({ 'a.json': 'some text that is long enough' });
    await expect(unpacked(whole.subarray(0, whole.length - 30))).rejects.toBeInstanceOf(Rejection);
    await expect(unpacked(gzipSync(Buffer.alloc(5_000, 'abc')).subarray(0, 30), 'a.gz')).rejects.toMatchObject({
      reason: 'truncated',
    });
    const cutTar = (await tarOf([{ name: 'a', body: 'x'.repeat(2_000) }])).subarray(0, 900);
    await expect(unpacked(cutTar, 'a.tar')).rejects.toMatchObject({ reason: 'truncated' });
  });

  it.each(['a.zip', 'a.tar', 'a.tar.gz', 'a.json.gz'])(
    '%s is not blamed for a disk or a bucket that fails',
    async (path) => {
      const name = path.startsWith('a.json') ? 'a.json' : 'folder/a.json';
      const body = 'x'.repeat(300_000);
      const tarred = await tarOf([{ name, body }]);
      const bytes = {
        'a.zip': await zip({ [name]: body }),
        'a.tar': tarred,
        'a.tar.gz': gzipSync(tarred),
        'a.json.gz': gzipSync(Buffer.from(body)),
      }[path]!;
      const { digest } = await blobs.put(once1(bytes));
      const pack = { path, packing: packingOf(bytes.subarray(0, 512)), digest, bytes: bytes.length };
      const trouble = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      const members: UnpackedMember[] = [];
      const take = (member: UnpackedMember): Promise<void> => Promise.resolve(void members.push(member));

      const full = Object.assign(Object.create(blobs) as FileBlobs, { put: () => Promise.reject(trouble) });
      await expect(unpack(full, pack, take)).rejects.toBe(trouble);
      const away = Object.assign(Object.create(blobs) as FileBlobs, {
        asFile: () => Promise.reject(trouble),
        open: async function* () {
          yield* once1(bytes.subarray(0, bytes.length >> 1));
          throw trouble;
        },
      });
      await expect(unpack(away, pack, take)).rejects.toBe(trouble);
      const gone = { ...pack, digest: '0'.repeat(64) as Digest };
      await expect(unpack(blobs, gone, take)).rejects.toMatchObject({ name: 'MissingBlobError' });
      expect(members).toEqual([]);
    },
  );

  it('refuses a member whose content does not match its checksum, and leaves no partial blob', async () => {
    const bytes = await zip({ 'a.json': 'stored content' }, { compress: false });
    bytes[bytes.indexOf('stored content')]! ^= 1;
    const [member] = await unpacked(bytes);
    expect(member).toMatchObject({ refusal: { reason: 'malformed' } });
    expect(await readdir(join(folder, 'blobs', 'incoming'))).toEqual([]);
  });
});

async function* once1(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

type ZipOptions = Partial<yazl.Options> & { forceZip64Format?: boolean };

async function zip(files: Record<string, string | Buffer>, options: ZipOptions = {}): Promise<Buffer> {
  const out = new yazl.ZipFile();
  const mtime = new Date(2017, 0, 2, 8, 0, 0);
  for (const [name, body] of Object.entries(files)) out.addBuffer(Buffer.from(body), name, { mtime, ...options });
  out.end({ forceZip64Format: options.forceZip64Format ?? false, comment: '' });
  return buffer(out.outputStream);
}

async function tarOf(files: { name: string; body: string; type?: 'file' | 'symlink' }[]): Promise<Buffer> {
  const pack = tar.pack();
  for (const { name, body, type = 'file' } of files)
    pack.entry({ name, type, ...(type === 'symlink' && { linkname: '/etc/passwd' }) }, body);
  pack.finalize();
  return buffer(pack);
}

function replaceAll(bytes: Buffer, from: string, to: string): Buffer {
  const copy = Buffer.from(bytes);
  for (let at = copy.indexOf(from); at >= 0; at = copy.indexOf(from, at + 1)) copy.write(to, at);
  return copy;
}
