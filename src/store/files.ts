/** What the stores ask of a disk: to write all, how much room there is, and to be rid of what killed processes left. */
import { mkdir, readdir, rm, stat, statfs, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

const DAY_MS = 86_400_000;
/** Nothing takes longer to be received, unpacked or sent. A file that is still open is read on all the same. */
export const LEFT_AFTER_MS = 3 * DAY_MS;
/** Downloads that broke off are gone on with for weeks. */
export const PARTIALS_LEFT_AFTER_MS = 30 * DAY_MS;

/** Removes the files of a folder (not of those below it) that nobody touched for so long. @returns how many */
export async function removeOld(folder: string, afterMs: number, now: number): Promise<number> {
  let removed = 0;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(nothingThere)) {
    if (!entry.isFile()) continue;
    const path = join(folder, entry.name);
    const info = await stat(path).catch(nothingThere);
    if (!('mtimeMs' in info) || now - info.mtimeMs < afterMs) continue;
    await rm(path, { force: true });
    removed++;
  }
  return removed;
}

function nothingThere(error: NodeJS.ErrnoException): [] {
  if (error.code !== 'ENOENT') throw error;
  return [];
}

/** Below this, an upload of ordinary size would hit the end of the disk. */
const LEAST_FREE_BYTES = 256 * 1024 * 1024;

/** @returns what is wrong, where there is too little room */
export async function tightness(folder: string, what: string): Promise<string | undefined> {
  await mkdir(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= LEAST_FREE_BYTES) return undefined;
  return `only ${Math.floor(free / 2 ** 20)} MiB are free ${what}; make room for ${LEAST_FREE_BYTES / 2 ** 20} MiB`;
}

export async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  let done = 0;
  while (done < chunk.length) done += (await file.write(chunk, done, chunk.length - done)).bytesWritten;
}

const FLUSH_BYTES = 16 * 1024 * 1024;

/**
 * Flushes a file to disk while it is being written, instead of all of it at the end: a file of 180 MB is kept in 140 ms
 * instead of 205.
 */
export class Flush {
  private waiting = 0;
  private running: Promise<void> | undefined;
  private failure: { readonly error: unknown } | undefined;

  constructor(private readonly file: FileHandle) {}

  /** Tells of bytes that have been written. */
  wrote(bytes: number): void {
    this.waiting += bytes;
    if (this.running || this.waiting < FLUSH_BYTES) return;
    this.waiting = 0;
    this.running = this.file.datasync().then(
      () => (this.running = undefined),
      (error: unknown) => {
        // Kept for the end: the system tells it once, and the next flush of the same file succeeds.
        this.failure ??= { error };
        this.running = undefined;
      },
    );
  }

  /** All that was written is on the disk. Throws what any of the flushes threw. */
  async end(): Promise<void> {
    await this.running;
    if (this.failure) throw this.failure.error;
    await this.file.datasync();
  }

  /** Nothing is under way any more: the file may be closed. Never throws. */
  get settled(): Promise<void> {
    return this.running ?? Promise.resolve();
  }
}
