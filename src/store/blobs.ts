import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Digest } from '../core/digest.js';
import type { BlobStore } from '../pipeline/ports.js';

export class MissingBlobError extends Error {
  override readonly name = 'MissingBlobError';
}

/**
 * Blobs as files: `<root>/sha256/ab/cd/<64 hex>`. A blob is written beside its place, flushed to disk, and then renamed:
 * whatever happens, a name that exists holds all of its bytes.
 */
export class FileBlobs implements BlobStore {
  constructor(private readonly root: string) {}

  async put(chunks: AsyncIterable<Uint8Array>): Promise<{ digest: Digest; bytes: number }> {
    const incoming = join(this.root, 'incoming');
    await mkdir(incoming, { recursive: true });
    const partial = join(incoming, randomUUID());
    try {
      const file = await open(partial, 'wx', 0o640);
      const hash = createHash('sha256');
      let bytes = 0;
      try {
        for await (const chunk of chunks) {
          // The write goes on in another thread meanwhile.
          const written = writeAll(file, chunk);
          hash.update(chunk);
          bytes += chunk.length;
          await written;
        }
        await file.datasync();
      } finally {
        await file.close();
      }
      const digest = hash.digest('hex') as Digest;
      await this.publish(partial, digest);
      return { digest, bytes };
    } finally {
      await rm(partial, { force: true });
    }
  }

  async has(digest: Digest): Promise<boolean> {
    try {
      await stat(this.pathOf(digest));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  async read(digest: Digest, offset: number, length: number): Promise<Buffer> {
    const file = await open(this.pathOf(digest), 'r').catch((error: unknown) => this.missing(digest, error));
    try {
      const buffer = Buffer.allocUnsafe(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await file.read(buffer, done, length - done, offset + done);
        if (bytesRead === 0) {
          throw new MissingBlobError(
            `blob ${digest} ends at byte ${offset + done}; ${length - done} more were expected`,
          );
        }
        done += bytesRead;
      }
      return buffer;
    } finally {
      await file.close();
    }
  }

  async *open(digest: Digest): AsyncGenerator<Uint8Array> {
    try {
      // 256 KiB: four times Node's default halves the awaits of a long pass; more gained nothing.
      yield* createReadStream(this.pathOf(digest), { highWaterMark: 256 * 1024 }) as AsyncIterable<Uint8Array>;
    } catch (error) {
      this.missing(digest, error);
    }
  }

  async asFile(digest: Digest): Promise<{ path: string; release(): Promise<void> }> {
    if (!(await this.has(digest))) this.missing(digest, { code: 'ENOENT' });
    return { path: this.pathOf(digest), release: () => Promise.resolve() };
  }

  pathOf(digest: Digest): string {
    return join(this.root, 'sha256', digest.slice(0, 2), digest.slice(2, 4), digest);
  }

  private async publish(partial: string, digest: Digest): Promise<void> {
    const path = this.pathOf(digest);
    if (await this.has(digest)) return;
    await mkdir(dirname(path), { recursive: true });
    await rename(partial, path);
    // The rename itself is durable once the folder is flushed.
    const folder = await open(dirname(path), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  private missing(digest: Digest, error: unknown): never {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new MissingBlobError(`blob ${digest} is not in ${this.root}: check PERDURE_BLOBS`, { cause: error });
  }
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, chunk: Uint8Array): Promise<void> {
  let done = 0;
  while (done < chunk.length) done += (await file.write(chunk, done, chunk.length - done)).bytesWritten;
}
