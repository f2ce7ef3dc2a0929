/** `.zst` and `.tar.zst`: frames of every kind, good and bad. The frames are put together here, byte by byte. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import tar from 'tar-stream';
import type { UnpackedMember } from '../../src/pipeline/ports.js';
import { packingOf } from '../../src/pipeline/unpack/packing.js';
import { unpack } from '../../src/pipeline/unpack/index.js';
import { Xxh64 } from '../../src/pipeline/unpack/xxh64.js';
import { libraryFrame, unzstd } from '../../src/pipeline/unpack/zstd.js';
import { FileBlobs } from '../../src/store/blobs.js';

describe('unpack: zstd', () => {
  let folder: string;
  let blobs: FileBlobs;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perdure-zstd-'));
    blobs = new FileBlobs(join(folder, 'blobs'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function unpacked(bytes: Buffer, path = 'RC_2016-12.zst'): Promise<UnpackedMember[]> {
    const { digest } = await blobs.put(chunks(bytes, bytes.length));
    const members: UnpackedMember[] = [];
    const packing = packingOf(bytes.subarray(0, 512));
    expect(packing).toBe('zstd');
    await unpack(blobs, { path, packing, digest, bytes: bytes.length }, (member) =>
      Promise.resolve(void members.push(member)),
    );
    return members;
  }

  const textOf = async (member: UnpackedMember | undefined): Promise<string> =>
    (await buffer(blobs.open(member!.digest!))).toString();

  it('reads what the zstd tool packed, whatever the size of the chunks, and compares its checksum', async () => {
    const lines = Array.from({ length: 40 }, (_, i) => {
      const body = 'هل يسمعنا أحد؟ Can anyone hear us? '.repeat(2) + String(i * 7919);
      return `{"id": "line${i}", "body": "${body}"}\n`;
    }).join('');
    const [member] = await unpacked(PACKED_LINES);
    expect(member).toMatchObject({ path: 'RC_2016-12', bytes: Buffer.byteLength(lines) });
    expect(await textOf(member)).toBe(lines);
    for (const size of [1, 7, 300]) {
      expect((await collect(unzstd(chunks(PACKED_LINES, size), libraryFrame))).toString()).toBe(lines);
    }
    const wrong = Buffer.from(PACKED_LINES);
    wrong[wrong.length - 1]! ^= 1;
    await expect(collect(unzstd(chunks(wrong, 64), libraryFrame))).rejects.toMatchObject({ reason: 'malformed' });
  });

  it('reads several frames one after another, passing over skippable and empty ones', async () => {
    const bytes = Buffer.concat([
      skippable(Buffer.alloc(200_000, 1)),
      frame([raw('one '), raw('two ')]),
      frame([raw('')], { contentBytes: 0 }),
      skippable(Buffer.alloc(0)),
      frame([raw('three'), run(0x21, 3)], { contentBytes: 8, checksum: true }),
    ]);
    expect(await textOf((await unpacked(bytes))[0])).toBe('one two three!!!');
  });

  it('reads a compressed tar', async () => {
    const pack = tar.pack();
    pack.entry({ name: 'outbox.json' }, '{}');
    pack.entry({ name: 'media/1.png' }, 'png');
    pack.finalize();
    const members = await unpacked(frame([raw(await buffer(pack))]), 'archive.tar.zst');
    expect(members.map((member) => member.path)).toEqual(['outbox.json', 'media/1.png']);
    expect(await textOf(members[1])).toBe('png');
  });

  it('refuses a window that it cannot hold, and says what to do', async () => {
    const bytes = frame([raw('text')], { windowLog: 31 });
    const reading = collect(unzstd(chunks(bytes, 64), libraryFrame));
    await expect(reading).rejects.toMatchObject({
      reason: 'not-supported',
      detail: expect.stringContaining('window of 2048 MiB') as unknown,
    });
    await expect(reading).rejects.toMatchObject({ detail: expect.stringContaining('zstd -d --long=31') as unknown });
    expect((await collect(unzstd(chunks(frame([raw('text')], { windowLog: 25 }), 9), libraryFrame))).toString()).toBe(
      'text',
    );
  });

  it('refuses a dictionary', async () => {
    const bytes = frame([raw('text')], { dictionary: 7 });
    await expect(unpacked(bytes)).rejects.toMatchObject({ reason: 'not-supported' });
  });

  it('refuses a bomb: over 100 MB and over 200 times its packed size', async () => {
    const bytes = frame(Array.from({ length: 1_000 }, () => run(0x20, 128 * 1024)));
    await expect(unpacked(bytes)).rejects.toMatchObject({ reason: 'bomb' });
    expect(await readdir(join(folder, 'blobs', 'incoming'))).toEqual([]);
  });

  it('rejects what is cut short anywhere, and leaves no partial blob', async () => {
    const whole = frame([raw('some text'), raw('that goes on')], { checksum: true });
    const whys = new Set<string>();
    for (let end = 4; end < whole.length; end++) {
      const error = await unpacked(whole.subarray(0, end)).catch((thrown: unknown) => thrown as { reason: string });
      whys.add('reason' in error ? error.reason : 'was read');
    }
    expect([...whys]).toEqual(['truncated']);
    expect(await readdir(join(folder, 'blobs', 'incoming'))).toEqual([]);
  });

  it.each([
    ['something behind the last frame', Buffer.concat([frame([raw('text')]), Buffer.from('trailing')])],
    ['a few bytes behind it', Buffer.concat([frame([raw('text')]), Buffer.from('x')])],
    ['a block of no type', frame([block(3, 4, Buffer.from('text'))])],
    ['a block of more than 128 KiB', frame([block(1, 128 * 1024 + 1, Buffer.from('x'))])],
    ['another length than it says', frame([raw('text')], { contentBytes: 5 })],
    ['a compressed block of nonsense', frame([block(2, 9, Buffer.from('nonsense!'))])],
    ['a wrong checksum', frame([raw('text')], { checksum: true, sum: 1 })],
  ])('rejects as malformed: %s', async (_, bytes) => {
    await expect(unpacked(bytes)).rejects.toMatchObject({ reason: 'malformed' });
  });
});

describe('XXH64', () => {
  it.each([
    ['', 0x51d8e999],
    ['abc', 0xad770999],
  ])('of %j', (text, sum) => {
    expect(sumOf(text)).toBe(sum);
  });
});

function sumOf(text: string): number {
  const sum = new Xxh64();
  sum.update(Buffer.from(text));
  return sum.lower();
}

async function* chunks(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield await Promise.resolve(bytes.subarray(i, i + size));
}

async function collect(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all);
}

interface FrameOptions {
  readonly windowLog?: number;
  readonly contentBytes?: number;
  readonly dictionary?: number;
  readonly checksum?: boolean;
  /** Another checksum than the right one. */
  readonly sum?: number;
}

interface Block {
  readonly bytes: Buffer;
  readonly content: Buffer;
}

function block(type: number, size: number, body: Buffer, content = body): Block {
  const head = Buffer.alloc(3);
  head.writeUIntLE((size << 3) | (type << 1), 0, 3);
  return { bytes: Buffer.concat([head, body]), content };
}

function raw(content: string | Buffer): Block {
  const body = Buffer.from(content as string);
  return block(0, body.length, body);
}

function run(byte: number, length: number): Block {
  return block(1, length, Buffer.from([byte]), Buffer.alloc(length, byte));
}

function frame(blocks: readonly Block[], options: FrameOptions = {}): Buffer {
  const { windowLog = 17, contentBytes, dictionary, checksum = false } = options;
  const flags = (contentBytes === undefined ? 0 : 0xc0) | (checksum ? 4 : 0) | (dictionary === undefined ? 0 : 1);
  const size = Buffer.alloc(contentBytes === undefined ? 0 : 8);
  if (contentBytes !== undefined) size.writeBigUInt64LE(BigInt(contentBytes));
  const body = blocks.map(({ bytes }) => Buffer.from(bytes));
  body.at(-1)![0]! |= 1;
  const sum = new Xxh64();
  for (const { content } of blocks) sum.update(content);
  const end = Buffer.alloc(checksum ? 4 : 0);
  if (checksum) end.writeUInt32LE(options.sum ?? sum.lower());
  return Buffer.concat([
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, flags, (windowLog - 10) << 3]),
    Buffer.from(dictionary === undefined ? [] : [dictionary]),
    size,
    ...body,
    end,
  ]);
}

function skippable(content: Buffer): Buffer {
  const head = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content]);
}

/** Forty lines, packed by the zstd tool with a checksum. */
const PACKED_LINES = Buffer.from(
  [
    'KLUv/WQMEzUKAPZSNSCQzXDvjjUvO3L1LZGECwBcGP0XI5qUUkoppYHa36XABT0AJQAmAO89YBIVNHhAIEcBkYAQjEaEUYAYBQKU',
    'kToSR9JI0EayTB+pMnkkzARRpssUOTQMERSICsFQLCJIEB0UkSRXrv/YVj+2yrauL7/qX/u25Z3yHWYuPhc1Ozt19Yebe3Z8nLcO',
    '5/tic5Zpbm9qVjXu3fj4hmvdpvri47IrVrZhGvKZ4i3WqmnycgaASXRkbrOuOr6q60WuZE39bipa49pdjwsvrRkTX5t7dU/tttsb',
    'X1CoEeCRwNnrz2ago6TVEmAQeAZBElbw/zcE8wMp4DSRRw86nCoyUBF9Qtepi1y04DxOFRmoiD76b/pBLRrohmLeRNgBJED/iP74',
    'ESd40AG9pUfXAZ7RkTmGUfqonBiCjy8Bj6vXb+ZypJ2qBPhqV4gsXw==',
  ].join(''),
  'base64',
);
