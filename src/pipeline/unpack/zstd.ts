/**
 * `.zst` into bytes, as a stream. Node's own decompressor where this Node has one (22.15 and later), with windows up to
 * 2 GiB, which the large Reddit dumps need; it then holds as much in memory. Else a library that reaches back 32 MiB.
 */
import { Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import { Rejection } from '../../core/errors.js';
import { ByteReader } from './byte-reader.js';
import { isOfTheStore } from './guards.js';
import { Xxh64 } from './xxh64.js';
import { frameBytes, nextFrame, type Frame } from './zstd-frames.js';

/** Unpacks one frame, whose bytes come block by block. */
export type UnpackFrame = (frame: Frame, bytes: AsyncIterable<Buffer>) => AsyncIterable<Uint8Array>;

/** Throws a Rejection for what is damaged, cut short or out of this machine's reach. */
export async function* unzstd(
  packed: AsyncIterable<Uint8Array>,
  unpackFrame: UnpackFrame = NATIVE ? nativeFrame(NATIVE) : libraryFrame,
): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(packed, 'the zstd stream');
  try {
    for (let frame = await nextFrame(reader); frame; frame = await nextFrame(reader)) {
      let bytes = 0;
      for await (const chunk of unpackFrame(frame, frameBytes(reader, frame))) {
        bytes += chunk.length;
        if (chunk.length > 0) yield chunk;
      }
      if (frame.contentBytes !== undefined && frame.contentBytes !== bytes) {
        throw damaged(frame, `it unpacks to ${bytes} bytes and says ${frame.contentBytes}`);
      }
    }
  } catch (error) {
    throw error instanceof Rejection || isOfTheStore(error) ? error : damaged(undefined, (error as Error).message);
  } finally {
    await reader.close();
  }
}

function damaged(frame: Frame | undefined, why: string): Rejection {
  const where = frame === undefined ? 'the zstd stream' : `the zstd frame at byte ${frame.at}`;
  return new Rejection('malformed', `${where} is damaged: ${why}. Copy or download it again`);
}

// ── Node's own ──────────────────────────────────────────────────────────────────────────────────────────────────────

type Create = (options: { params: Record<number, number> }) => Transform;

const NATIVE = (zlib as unknown as { createZstdDecompress?: Create }).createZstdDecompress;
/** ZSTD_d_windowLogMax, and the largest window that a 64-bit machine can be asked for. */
const WINDOW_LOG_MAX = 100;
const LARGEST_LOG = 31;

/** A decompressor a frame: Node's stops at the end of the first one and is silent about the rest. */
function nativeFrame(create: Create): UnpackFrame {
  return async function* (frame, bytes) {
    refuseWindow(frame, 2 ** LARGEST_LOG, 'Unpack it by other means');
    const source = Readable.from(bytes, { objectMode: false });
    const unpacked = create({ params: { [WINDOW_LOG_MAX]: LARGEST_LOG } });
    source.on('error', (error) => unpacked.destroy(error));
    try {
      yield* source.pipe(unpacked) as AsyncIterable<Uint8Array>;
    } finally {
      source.destroy();
    }
  };
}

// ── the library ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** It reads offsets of at most 25 bits. */
const LIBRARY_WINDOW = 2 ** 25;

export const libraryFrame: UnpackFrame = async function* (frame, bytes) {
  refuseWindow(
    frame,
    LIBRARY_WINDOW,
    'Run Perdure with Node 22.15 or later, or unpack it first with `zstd -d --long=31` and import what comes out',
  );
  const sum = new Xxh64();
  let ready: Uint8Array[] = [];
  const decompress = new Decompress((chunk) => void ready.push(chunk));
  const take = (): readonly Uint8Array[] => {
    const taken = ready;
    ready = [];
    if (frame.hasChecksum) for (const chunk of taken) sum.update(chunk);
    return taken;
  };
  let last: Buffer | undefined;
  for await (const part of bytes) {
    decompress.push(part);
    yield* take();
    last = part;
  }
  // It waits for 18 bytes before it looks, and a whole frame may be shorter.
  decompress.push(new Uint8Array(0), true);
  yield* take();
  if (frame.hasChecksum && last?.readUInt32LE(0) !== sum.lower()) throw damaged(frame, 'its checksum does not match');
};

function refuseWindow(frame: Frame, limit: number, todo: string): void {
  if (frame.windowBytes <= limit) return;
  const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  const detail = `packed with a window of ${mebibytes(frame.windowBytes)}; ${mebibytes(limit)} can be unpacked here`;
  throw new Rejection('not-supported', `${detail}. ${todo}`);
}
