import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Digest } from '../core/digest.js';
import type { BlobPart, OpenBlobs } from '../pipeline/ports.js';
import { Flush, LEFT_AFTER_MS, PARTIALS_LEFT_AFTER_MS, removeOld, tightness, writeAll } from './files.js';

/** The code makes it trouble of the store, not of what was being read (transaction.ts): a folder that is not mounted. */
export class MissingBlobError extends Error {
  override readonly name = 'MissingBlobError';
  readonly code = 'MISSING_BLOB';
}

/**
 * Blobs as files: `<root>/sha256/ab/cd/<64 hex>`. A blob is written beside its place, flushed to disk, and then renamed:
 * whatever happens, a name that exists holds all of its bytes.
 */
export class FileBlobs implements OpenBlobs {
  readonly place: string;
  private readonly incoming: string;

  constructor(private readonly root: string) {
    this.place = `the blob folder ${root}`;
    this.incoming = join(root, 'incoming');
  }

  async put(chunks: AsyncIterable<Uint8Array>): Promise<{ digest: Digest; bytes: number }> {
    await mkdir(this.incoming, { recursive: true });
    const partial = join(this.incoming, randomUUID());
    try {
      const file = await open(partial, 'wx', 0o640);
      const hash = createHash('sha256');
      const flush = new Flush(file);
      let bytes = 0;
      try {
        for await (const chunk of chunks) {
          // The write goes on in another thread meanwhile.
          const written = writeAll(file, chunk);
          hash.update(chunk);
          bytes += chunk.length;
          await written;
          flush.wrote(chunk.length);
        }
        await flush.end();
      } finally {
        await flush.settled;
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
    return (await this.size(digest)) !== undefined;
  }

  async size(digest: Digest): Promise<number | undefined> {
    try {
      return (await stat(this.pathOf(digest))).size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
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

  async *open(digest: Digest, part?: BlobPart): AsyncGenerator<Uint8Array> {
    try {
      // 256 KiB: four times Node's default halves the awaits of a long pass; more gained nothing.
      yield* createReadStream(this.pathOf(digest), {
        highWaterMark: 256 * 1024,
        ...part,
      }) as AsyncIterable<Uint8Array>;
    } catch (error) {
      this.missing(digest, error);
    }
  }

  async asFile(digest: Digest): Promise<{ path: string; release(): Promise<void> }> {
    if (!(await this.has(digest))) this.missing(digest, { code: 'ENOENT' });
    return { path: this.pathOf(digest), release: () => Promise.resolve() };
  }

  async problem(): Promise<string | undefined> {
    // Where uploads are written, so that a mount that is read-only or full shows here first.
    await mkdir(this.incoming, { recursive: true });
    const probe = join(this.incoming, `probe-${randomUUID()}`);
    try {
      const file = await open(probe, 'wx');
      try {
        await file.write('perdure');
      } finally {
        await file.close();
      }
    } finally {
      await rm(probe, { force: true });
    }
    return tightness(this.root, 'where blobs are kept');
  }

  async tidy(now = Date.now()): Promise<number> {
    const puts = await removeOld(this.incoming, LEFT_AFTER_MS, now);
    return puts + (await removeOld(join(this.incoming, 'media'), PARTIALS_LEFT_AFTER_MS, now));
  }

  close(): Promise<void> {
    return Promise.resolve();
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
