/** One compressed stream. */
import type { Transform } from 'node:stream';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { Rejection } from '../../core/errors.js';

export async function* gunzip(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* through(packed, createGunzip());
  } catch (error) {
    if (!isOfZlib(error)) throw error;
    throw new Rejection('truncated', `the gzip stream is damaged or cut short: ${error.message}`);
  }
}

export function isOfZlib(error: unknown): error is Error {
  return String((error as NodeJS.ErrnoException | undefined)?.code).startsWith('Z_');
}

/**
 * What comes out of a decoder. When it ends, well or badly, nothing is being read from `bytes` any more: somebody may
 * go on reading where the decoder stopped.
 */
export async function* through(bytes: AsyncIterable<Uint8Array>, decoder: Transform): AsyncGenerator<Uint8Array> {
  const closed = new Promise((resolve) => decoder.once('close', resolve));
  const feed = async (): Promise<void> => {
    for await (const chunk of bytes) {
      if (decoder.destroyed) return;
      if (!decoder.write(chunk)) await Promise.race([new Promise((resolve) => decoder.once('drain', resolve)), closed]);
    }
    if (!decoder.destroyed) decoder.end();
  };
  const fed = feed().catch((error: unknown) => void decoder.destroy(error as Error));
  try {
    yield* decoder as AsyncIterable<Uint8Array>;
  } finally {
    decoder.destroy();
    await fed;
  }
}

/** What the beginning of a gzip stream unpacks to; empty when it is none. */
export function unpackedHead(head: Buffer): Buffer {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1024 * 1024 });
  } catch (error) {
    if (isOfZlib(error) || (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return Buffer.alloc(0);
    throw error;
  }
}

/** Without the ending that says that it is compressed. */
export function plainPath(path: string): string {
  return path.replace(/\.(?:gz|zst|zstd)$/i, '');
}

/** Looks at a stream's beginning. Either `all` is read (from the beginning) or `close` called. */
export async function headAndAll(
  chunks: AsyncIterable<Uint8Array>,
  bytes: number,
): Promise<{ head: Buffer; all: AsyncIterable<Uint8Array>; close: () => Promise<void> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  while (length < bytes) {
    const next = await iterator.next();
    if (next.done === true) break;
    first.push(next.value);
    length += next.value.length;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    yield* first;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  }
  return { head: Buffer.concat(first), all: all(), close: async () => void (await iterator.return?.()) };
}
