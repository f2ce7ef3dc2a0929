/**
 * Zstandard's outer shape (RFC 8878): frames one after another, each a header, blocks with their length in front, and
 * perhaps a checksum. Walked here rather than left to a decompressor, since none at hand does all of it: where a file
 * is cut short is known to the byte, frames that follow a first one are read, and no block unpacks to more than 128 KiB
 * before somebody has counted it.
 */
import { Rejection } from '../../core/errors.js';
import type { ByteReader } from './byte-reader.js';

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const MAX_BLOCK = 128 * 1024;

/** Of the four bytes that a `.zst` begins with, read little-endian. */
export function isZstdMagic(magic: number): boolean {
  return magic === FRAME_MAGIC || isSkippable(magic);
}

function isSkippable(magic: number): boolean {
  return (magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC;
}

export interface Frame {
  /** Where it begins in the file. */
  readonly at: number;
  readonly header: Buffer;
  /** How far back it may refer: what its decompressor must hold. */
  readonly windowBytes: number;
  /** How much it unpacks to, where it says so. */
  readonly contentBytes?: number;
  readonly hasChecksum: boolean;
}

/** The next frame with content; undefined at the end of the stream. Skippable frames are passed over. */
export async function nextFrame(reader: ByteReader): Promise<Frame | undefined> {
  for (;;) {
    const at = reader.at;
    const start = await reader.take(4);
    if (start.length === 0) return undefined;
    if (start.length < 4) throw strange(at);
    const magic = start.readUInt32LE(0);
    if (magic === FRAME_MAGIC) return readHeader(reader, start, at);
    if (!isSkippable(magic)) throw strange(at);
    const size = await reader.need(4, 'the header of a skippable frame');
    await reader.skip(size.readUInt32LE(0), 'a skippable frame');
  }
}

function strange(at: number): Rejection {
  const detail = `no zstd frame begins at byte ${at}: the file is damaged, or something else stands behind its content`;
  return new Rejection('malformed', detail);
}

const DICTIONARY_BYTES = [0, 1, 2, 4] as const;
const SIZE_BYTES = [0, 2, 4, 8] as const;

async function readHeader(reader: ByteReader, magic: Buffer, at: number): Promise<Frame> {
  const what = 'a frame’s header';
  const flags = await reader.need(1, what);
  const flag = flags[0]!;
  const single = (flag & 0x20) !== 0;
  if ((flag & 0x08) !== 0) throw new Rejection('malformed', `the zstd frame at byte ${at} has a reserved bit set`);
  const descriptor = await reader.need(single ? 0 : 1, what);
  const dictionary = await reader.need(DICTIONARY_BYTES[flag & 3]!, what);
  if (dictionary.some((byte) => byte !== 0)) {
    const detail = `the zstd frame at byte ${at} was packed with a dictionary: unpack it with \`zstd -d -D <dictionary>\``;
    throw new Rejection('not-supported', detail);
  }
  const sizeBytes = SIZE_BYTES[flag >> 6]! || (single ? 1 : 0);
  const size = await reader.need(sizeBytes, what);
  const contentBytes = contentSize(size);
  return {
    at,
    header: Buffer.concat([magic, flags, descriptor, dictionary, size]),
    windowBytes: single ? contentBytes! : windowOf(descriptor[0]!),
    ...(contentBytes !== undefined && { contentBytes }),
    hasChecksum: (flag & 0x04) !== 0,
  };
}

function contentSize(size: Buffer): number | undefined {
  if (size.length === 0) return undefined;
  if (size.length === 8) return Number(size.readBigUInt64LE(0));
  const number = size.readUIntLE(0, size.length);
  return size.length === 2 ? number + 256 : number;
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** The frame's bytes: its header, each block, its checksum. */
export async function* frameBytes(reader: ByteReader, frame: Frame): AsyncGenerator<Buffer> {
  yield frame.header;
  for (let last = false; !last;) {
    const head = await reader.need(3, 'a block’s header');
    const value = head.readUIntLE(0, 3);
    last = (value & 1) !== 0;
    const size = value >> 3;
    const type = (value >> 1) & 3;
    if (type === 3 || size > MAX_BLOCK) {
      throw new Rejection('malformed', `the zstd block before byte ${reader.at} has no possible type or size`);
    }
    const RUN = 1; // one byte, to be repeated `size` times
    yield Buffer.concat([head, await reader.need(type === RUN ? 1 : size, 'a block')]);
  }
  if (frame.hasChecksum) yield await reader.need(4, 'a frame’s checksum');
}
