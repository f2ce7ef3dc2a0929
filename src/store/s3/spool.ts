/**
 * Bytes on their way to a bucket: on the disk of this machine until their digest is known. The file has no name from its
 * first moment on, so that it ends with the process that fills it, however that ends.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Digest } from '../../core/digest.js';
import { writeAll } from '../files.js';

export interface Spooled {
  readonly digest: Digest;
  readonly bytes: number;
  /** Bytes `start` up to `end`, that one not included; any number of times, also side by side. */
  part(start: number, end: number): Readable;
}

const AT_A_TIME = 256 * 1024;

/** @param use what is done with it; afterwards it is gone */
export async function spooled<T>(
  folder: string,
  chunks: AsyncIterable<Uint8Array>,
  use: (spooled: Spooled) => Promise<T>,
): Promise<T> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, randomUUID());
  const file = await open(path, 'wx+', 0o600);
  try {
    await rm(path);
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of chunks) {
      // The write goes on in another thread meanwhile.
      const written = writeAll(file, chunk);
      hash.update(chunk);
      bytes += chunk.length;
      await written;
    }
    return await use({
      digest: hash.digest('hex') as Digest,
      bytes,
      part: (start, end) => Readable.from(readPart(file, start, end), { objectMode: false }),
    });
  } finally {
    await file.close();
  }
}

async function* readPart(file: FileHandle, start: number, end: number): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end;) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(Math.min(AT_A_TIME, end - at)), { position: at });
    if (bytesRead === 0) throw new Error(`a file that was just written ends at byte ${at} of ${end}`);
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}
