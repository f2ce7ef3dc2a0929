/** The body of an answer, onto the disk: counted, bounded, judged by its first bytes, and held where it breaks off. */
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { withoutSecrets } from '../core/secrets.js';
import { decoded } from './body.js';
import { hold, openPartial, strongValidator, type Held } from './download-partial.js';

export type Received =
  | { readonly kind: 'whole'; readonly status: number; readonly bytes: number; readonly head: Buffer }
  | { readonly kind: 'refused'; readonly problem: string; readonly status: number }
  /** `gained`: bytes that came and are held. */
  | { readonly kind: 'broken'; readonly problem: string; readonly gained: number };

interface Wishes {
  readonly partial: string;
  readonly maxBytes: number;
  readonly unwanted: (head: Buffer) => string | undefined;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

interface Extent {
  /** What the answer goes on with. */
  readonly from: Held | undefined;
  /** Bytes of the whole file as they are sent, where that is known. */
  readonly total: number | undefined;
}

const HEAD_BYTES = 512;

export async function receive(
  { partial, maxBytes, unwanted }: Wishes,
  { status, headers, body }: Answer,
  { from, total }: Extent,
  /** Told of every chunk. */
  came: (bytes: number) => void,
): Promise<Received> {
  const refuse = (problem: string): Received => ({ kind: 'refused', problem, status });
  if (total !== undefined && total > maxBytes) {
    body.on('error', () => undefined).destroy();
    return refuse(`too large: ${total} bytes by the server's word, the limit is ${maxBytes}`);
  }
  const coding = headers['content-encoding'] ?? '';
  const isPlain = coding === '' || coding.trim().toLowerCase() === 'identity';
  const file = await openPartial(partial, from);
  const start = from?.bytes ?? 0;
  let bytes = start;
  try {
    let head = await headOf(file, start);
    let isJudged = false;
    for await (const chunk of decoded(body, coding)) {
      came(chunk.length);
      if (bytes + chunk.length > maxBytes) return refuse(`too large: more than the limit of ${maxBytes} bytes`);
      await writeAll(file, chunk, bytes);
      bytes += chunk.length;
      if (head.length < HEAD_BYTES) head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)]);
      if (isJudged || head.length < HEAD_BYTES) continue;
      isJudged = true;
      const why = unwanted(head);
      if (why !== undefined) return refuse(why);
    }
    if (isPlain && total !== undefined && bytes !== total)
      throw new Error(`${bytes} bytes came, ${total} were announced`);
    const why = isJudged ? undefined : unwanted(head);
    return why === undefined ? { kind: 'whole', status, bytes, head } : refuse(why);
  } catch (error) {
    if (isOurs(error)) throw error;
    const problem = `the transfer broke off: ${worded(error)}`;
    const validator = isPlain ? (from?.validator ?? strongValidator(headers)) : undefined;
    const fits = total === undefined || bytes < total;
    if (validator === undefined || bytes === 0 || !fits) return { kind: 'broken', problem, gained: 0 };
    await hold(partial, file, { bytes, validator, ...(total !== undefined && { total }) });
    return { kind: 'broken', problem, gained: bytes - start };
  } finally {
    body.on('error', () => undefined).destroy();
    await file.close();
  }
}

/** Longer ones than the pages that servers show with an error are not kept. */
const SHORT_BYTES = 256 * 1024;

interface Short {
  /** Where it came whole. */
  readonly content?: Buffer;
  readonly problem?: string;
}

/** The body of an answer that is no file. Never throws: what the answer said stands in its head. */
export async function receiveShort(body: Readable, coding: string, came: (bytes: number) => void): Promise<Short> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of decoded(body, coding)) {
      bytes += chunk.length;
      came(chunk.length);
      if (bytes > SHORT_BYTES) return { problem: `too-large: more than ${SHORT_BYTES} bytes of no file` };
      chunks.push(chunk);
    }
    return { content: Buffer.concat(chunks) };
  } catch (error) {
    return { problem: `broken: ${worded(error)}` };
  } finally {
    body.on('error', () => undefined).destroy();
  }
}

async function headOf(file: FileHandle, bytes: number): Promise<Buffer> {
  const head = Buffer.alloc(Math.min(bytes, HEAD_BYTES));
  if (head.length > 0) await file.read(head, 0, head.length, 0);
  return head;
}

async function writeAll(file: FileHandle, chunk: Uint8Array, at: number): Promise<void> {
  let done = 0;
  while (done < chunk.length) done += (await file.write(chunk, done, chunk.length - done, at + done)).bytesWritten;
}

const DISK: readonly string[] = ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EACCES', 'ENOENT', 'EMFILE', 'ENFILE'];

/** Trouble with our disk, not with the server. */
export function isOurs(error: unknown): boolean {
  const { code, syscall } = error as { code?: string; syscall?: string };
  return code !== undefined && DISK.includes(code) && syscall !== 'connect';
}

/** For people, without secrets. */
export function worded(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  const text = message !== undefined && message !== '' ? message : (code ?? String(error));
  return withoutSecrets(text).url.slice(0, 300);
}
