/**
 * What is spooled becomes an object: in one request, or in parts where it is large. Nothing is visible under the key
 * before all of it is there, and each request is signed with the digest of what it carries: the server refuses a body in
 * which one bit changed on the way.
 */
import { createHash } from 'node:crypto';
import { refusalOf, S3Error, xmlElements } from './errors.js';
import { leave, MAX_TRIES, type S3Answer, type S3Body, type S3Client } from './client.js';
import type { Spooled } from './spool.js';

export interface PartPlan {
  /** Up to so many bytes go in one request. */
  readonly bytes: number;
  readonly atOnce: number;
}

const MIB = 1024 * 1024;
export const PARTS: PartPlan = { bytes: 64 * MIB, atOnce: 4 };
/** Amazon takes 10,000, OpenStack Swift 1,000 unless told otherwise. */
const MAX_PARTS = 1_000;
const TYPE = { 'content-type': 'application/octet-stream' };
/** A server joins the parts of a large object for a while before it answers. */
const JOIN_MS = 300_000;

export async function upload(client: S3Client, key: string, blob: Spooled, plan = PARTS): Promise<void> {
  const { bytes, digest } = blob;
  if (bytes <= plan.bytes) {
    const body: S3Body = { bytes, sha256: digest, open: () => blob.part(0, bytes) };
    return client.ask({ method: 'PUT', key, headers: TYPE, body }, nothing);
  }
  const uploadId = await begin(client, key);
  try {
    await join(client, key, uploadId, await sendParts(client, key, uploadId, blob, plan), bytes);
  } catch (error) {
    // Told of that first; what cannot be taken back now is taken back by tidy().
    await abort(client, key, uploadId).catch(() => undefined);
    throw error;
  }
}

export async function begin(client: S3Client, key: string, tries = MAX_TRIES): Promise<string> {
  return client.ask(
    { method: 'POST', key, query: { uploads: '' }, headers: TYPE },
    async (answer) => {
      const id = xmlElements(await textOf(answer), 'InitiateMultipartUploadResult')[0]?.['UploadId'];
      if (id === undefined || id === '') throw unclear(client, 'a new upload');
      return id;
    },
    tries,
  );
}

export async function sendPart(
  client: S3Client,
  key: string,
  uploadId: string,
  partNumber: number,
  body: S3Body,
  tries = MAX_TRIES,
): Promise<string> {
  const query = { partNumber: String(partNumber), uploadId };
  return client.ask(
    { method: 'PUT', key, query, body },
    async ({ headers: { etag } }) => {
      if (typeof etag !== 'string') throw unclear(client, 'a part');
      return etag;
    },
    tries,
  );
}

export async function abort(client: S3Client, key: string, uploadId: string, tries = MAX_TRIES): Promise<void> {
  await client.ask({ method: 'DELETE', key, query: { uploadId } }, nothing, tries).catch(passOver('NoSuchUpload'));
}

/** @returns the ETags, in order */
async function sendParts(
  client: S3Client,
  key: string,
  uploadId: string,
  blob: Spooled,
  plan: PartPlan,
): Promise<readonly string[]> {
  const size = Math.max(plan.bytes, Math.ceil(blob.bytes / MAX_PARTS));
  const count = Math.ceil(blob.bytes / size);
  const tags: string[] = [];
  let next = 0;
  let failed = false;
  const lane = async (): Promise<void> => {
    while (next < count && !failed) {
      const place = next++;
      try {
        const start = place * size;
        const body = await partOf(blob, start, Math.min(start + size, blob.bytes));
        tags[place] = await sendPart(client, key, uploadId, place + 1, body);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  // All of them end before the upload is aborted: a part that arrives later would be left.
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(plan.atOnce, count) }, lane));
  const broken = lanes.find((each) => each.status === 'rejected');
  if (broken) throw broken.reason;
  return tags;
}

async function partOf(blob: Spooled, start: number, end: number): Promise<S3Body> {
  const hash = createHash('sha256');
  for await (const chunk of blob.part(start, end) as AsyncIterable<Buffer>) hash.update(chunk);
  return { bytes: end - start, sha256: hash.digest('hex'), open: () => blob.part(start, end) };
}

async function join(
  client: S3Client,
  key: string,
  uploadId: string,
  tags: readonly string[],
  bytes: number,
): Promise<void> {
  const parts = tags.map((tag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${escaped(tag)}</ETag></Part>`);
  const xml = Buffer.from(
    `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join('')}</CompleteMultipartUpload>`,
  );
  const body: S3Body = { bytes: xml.length, sha256: createHash('sha256').update(xml).digest('hex'), open: () => xml };
  const request = { method: 'POST', key, query: { uploadId }, body, patienceMs: JOIN_MS } as const;
  await client
    .ask(request, async (answer) => {
      // It says 200 as soon as it begins, and what came of it in the body.
      const text = await textOf(answer);
      if (xmlElements(text, 'Error').length > 0) throw refusalOf({ ...answer, text }, client.where);
      if (xmlElements(text, 'CompleteMultipartUploadResult').length === 0)
        throw unclear(client, 'the end of an upload');
    })
    // Joined already, and the answer to that was lost: the size tells.
    .catch(passOver('NoSuchUpload'));
  const found = await sizeOf(client, key);
  if (found !== bytes)
    throw new S3Error('IncompleteUpload', `${client.where}: ${String(found)} of ${bytes} bytes arrived`, true);
}

/** In bytes; undefined when there is none. */
export async function sizeOf(client: S3Client, key: string, tries = MAX_TRIES): Promise<number | undefined> {
  return client
    .ask(
      { method: 'HEAD', key },
      async ({ headers }) => {
        const bytes = Number(headers['content-length']);
        if (!Number.isSafeInteger(bytes)) throw unclear(client, 'how large a blob is');
        return bytes;
      },
      tries,
    )
    .catch((error: unknown) => {
      if (error instanceof S3Error && error.status === 404) return undefined;
      throw error;
    });
}

export const nothing = (): Promise<void> => Promise.resolve();

function passOver(code: string) {
  return (error: unknown): void => {
    if (!(error instanceof S3Error) || error.code !== code) throw error;
  };
}

export async function textOf({ body }: S3Answer): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) break;
    chunks.push(chunk);
  }
  if (bytes > MAX_ANSWER_BYTES) leave(body);
  return Buffer.concat(chunks).toString('utf8');
}

/** A list of a thousand uploads takes less. */
const MAX_ANSWER_BYTES = 8 * MIB;

function unclear(client: S3Client, what: string): S3Error {
  return new S3Error(
    'UnclearAnswer',
    `${client.where}: its answer to ${what} is none of S3's: check S3_ENDPOINT`,
    true,
  );
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
