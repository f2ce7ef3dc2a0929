/**
 * Blobs in a bucket: `<prefix>sha256/ab/cd/<64 hex>`, the names of the file store. An object is visible when all of it is
 * there, never before, and its key is the digest of its bytes, so that anything may be asked for, or sent, again.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { sha256, type Digest } from '../../core/digest.js';
import type { BlobPart, OpenBlobs } from '../../pipeline/ports.js';
import { MissingBlobError } from '../blobs.js';
import { LEFT_AFTER_MS, PARTIALS_LEFT_AFTER_MS, removeOld, tightness } from '../files.js';
import { isPassing, leave, MAX_TRIES, S3Client, type S3Answer, type S3ClientOptions } from './client.js';
import { S3Error } from './errors.js';
import { showPlace, type S3Place } from './place.js';
import { spooled } from './spool.js';
import { abortOld, canWrite } from './uploads.js';
import { PARTS, sizeOf, upload, type PartPlan } from './upload.js';

export interface S3BlobsOptions extends S3ClientOptions {
  readonly parts?: PartPlan;
}

/** So long it is believed that what could be written can be written: each proof of it takes three requests. */
const WRITTEN_FOR_MS = 60_000;

export class S3Blobs implements OpenBlobs {
  readonly place: string;
  private readonly client: S3Client;
  private readonly spool: string;
  private readonly parts: PartPlan;
  /** Whether a missing object was once told from a missing bucket. */
  private bucketSeen = false;
  private writtenAt = -Infinity;

  constructor(place: S3Place, options: S3BlobsOptions = {}) {
    this.place = showPlace(place);
    this.client = new S3Client(place, options);
    this.spool = place.spool;
    this.parts = options.parts ?? PARTS;
  }

  async put(chunks: AsyncIterable<Uint8Array>): Promise<{ digest: Digest; bytes: number }> {
    return spooled(this.spool, chunks, async (blob) => {
      const { digest, bytes } = blob;
      if ((await this.size(digest)) !== bytes) await upload(this.client, keyOf(digest), blob, this.parts);
      return { digest, bytes };
    });
  }

  async has(digest: Digest): Promise<boolean> {
    return (await this.size(digest)) !== undefined;
  }

  async size(digest: Digest): Promise<number | undefined> {
    try {
      const size = await sizeOf(this.client, keyOf(digest));
      if (size === undefined && !this.bucketSeen) await this.explain(digest);
      this.bucketSeen = true;
      return size;
    } catch (error) {
      // An answer to HEAD has no body, and so no reason.
      if (error instanceof S3Error && error.status !== undefined && !error.mayPass) await this.explain(digest);
      throw error;
    }
  }

  async read(digest: Digest, offset: number, length: number): Promise<Buffer> {
    if (length === 0) {
      if (!(await this.has(digest))) throw this.missing(digest);
      return Buffer.alloc(0);
    }
    try {
      return await this.client.ask(rangeOf(digest, offset, offset + length - 1), (answer) => {
        const { end } = extentOf(answer, offset, this.client.where);
        if (end - offset < length) throw tooShort(digest, end, offset + length - end);
        return filled(answer, Buffer.allocUnsafe(length), this.client.where);
      });
    } catch (error) {
      if (isNoSuchRange(error)) throw tooShort(digest, offset, length, error);
      throw this.missingOr(digest, error);
    }
  }

  async *open(digest: Digest, part?: BlobPart): AsyncGenerator<Uint8Array> {
    // Of a part, nobody can tell whether its bytes are the right ones.
    const hash = part ? undefined : createHash('sha256');
    const { start = 0, end: last } = part ?? {};
    let at = start;
    // What fails while a chunk is with whoever reads is not ours.
    let isOurs = true;
    for (let end = Infinity, failures = 0; at < end;) {
      let answer: S3Answer | undefined;
      try {
        // What the answer breaks off at is where the next one goes on.
        answer = await this.client.once(
          part || at > 0 ? rangeOf(digest, at, last) : { method: 'GET', key: keyOf(digest) },
        );
        ({ end } = extentOf(answer, at, this.client.where));
        for await (const chunk of answer.body as AsyncIterable<Buffer>) {
          if (at + chunk.length > end) throw noSense(this.client.where, 'more bytes than it announced');
          hash?.update(chunk);
          at += chunk.length;
          failures = 0;
          isOurs = false;
          yield chunk;
          isOurs = true;
        }
        if (at < end) throw noSense(this.client.where, `${end - at} bytes less than it announced`);
      } catch (error) {
        if (!isOurs) throw error;
        if (isNoSuchRange(error) && at === start) return;
        const problem = this.client.problemOf(error);
        if (!isPassing(problem) || ++failures >= MAX_TRIES) throw this.missingOr(digest, problem);
        await this.client.pause(failures);
      } finally {
        if (answer) leave(answer.body);
      }
    }
    if (hash && hash.digest('hex') !== digest) throw damaged(this.client.where, digest);
  }

  async asFile(digest: Digest): Promise<{ path: string; release(): Promise<void> }> {
    await mkdir(this.spool, { recursive: true });
    const path = join(this.spool, `${digest}-${randomUUID()}`);
    const release = (): Promise<void> => rm(path, { force: true });
    try {
      await pipeline(Readable.from(this.open(digest), { objectMode: false }), createWriteStream(path, { mode: 0o600 }));
      return { path, release };
    } catch (error) {
      await release();
      throw error;
    }
  }

  async problem(): Promise<string | undefined> {
    const tight = await tightness(this.spool, `in ${this.spool}, where bytes gather on their way to the bucket`);
    if (tight !== undefined) return tight;
    try {
      if (Date.now() - this.writtenAt < WRITTEN_FOR_MS) await this.explain(sha256(''), 1);
      else {
        await canWrite(this.client);
        this.writtenAt = Date.now();
      }
      return undefined;
    } catch (error) {
      this.writtenAt = -Infinity;
      if (error instanceof S3Error) return error.message;
      throw error;
    }
  }

  async tidy(now = Date.now()): Promise<number> {
    const copies = await removeOld(this.spool, LEFT_AFTER_MS, now);
    const partials = await removeOld(join(this.spool, 'media'), PARTIALS_LEFT_AFTER_MS, now);
    return copies + partials + (await abortOld(this.client, now - LEFT_AFTER_MS));
  }

  close(): Promise<void> {
    return this.client.close();
  }

  /** Asks for a byte of it, so that a refusal says why. */
  private async explain(digest: Digest, tries?: number): Promise<void> {
    await this.client
      .ask(rangeOf(digest, 0, 0), () => Promise.resolve(), tries)
      .catch((error: unknown) => {
        if (!isNoSuchRange(error) && !isNoSuchKey(error)) throw error;
      });
  }

  private missingOr(digest: Digest, error: unknown): unknown {
    return isNoSuchKey(error) ? this.missing(digest, error) : error;
  }

  private missing(digest: Digest, cause?: unknown): MissingBlobError {
    return new MissingBlobError(`blob ${digest} is not in ${this.client.where}: check PERDURE_BLOBS`, { cause });
  }
}

function keyOf(digest: Digest): string {
  return `sha256/${digest.slice(0, 2)}/${digest.slice(2, 4)}/${digest}`;
}

function rangeOf(digest: Digest, first: number, last?: number) {
  return { method: 'GET', key: keyOf(digest), headers: { range: `bytes=${first}-${last ?? ''}` } } as const;
}

/** Where the bytes of an answer end, and that they begin where they were asked for. */
function extentOf({ status, headers }: S3Answer, start: number, where: string): { readonly end: number } {
  if (status === 206) {
    const [, from, to] = /^bytes (\d{1,16})-(\d{1,16})\//.exec(String(headers['content-range'])) ?? [];
    if (Number(from) === start && Number(to) >= start) return { end: Number(to) + 1 };
    throw noSense(where, `bytes ${String(headers['content-range'])}, asked for from ${start} on`);
  }
  const length = Number(headers['content-length']);
  if (start === 0 && Number.isSafeInteger(length)) return { end: length };
  throw noSense(where, start === 0 ? 'bytes without saying how many' : 'all of a blob where a part was asked for');
}

/** All of it, or an error: more and fewer bytes alike. */
async function filled({ body }: S3Answer, into: Buffer, where: string): Promise<Buffer> {
  let done = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (done + chunk.length > into.length) throw noSense(where, 'more bytes than were asked for');
    done += chunk.copy(into, done);
  }
  if (done < into.length) throw noSense(where, `${done} of ${into.length} bytes`);
  return into;
}

function tooShort(digest: Digest, end: number, missing: number, cause?: unknown): MissingBlobError {
  return new MissingBlobError(`blob ${digest} ends at byte ${end}; ${missing} more were expected`, { cause });
}

function noSense(where: string, what: string): S3Error {
  return new S3Error('ShortBody', `${where}: it sent ${what}`, true);
}

function damaged(where: string, digest: Digest): S3Error {
  return new S3Error(
    'DamagedBlob',
    `${where}: the bytes that came as blob ${digest} are others: it is damaged there, or was on the way`,
    false,
  );
}

function isNoSuchKey(error: unknown): boolean {
  return error instanceof S3Error && error.code === 'NoSuchKey';
}

function isNoSuchRange(error: unknown): boolean {
  return error instanceof S3Error && error.status === 416;
}
