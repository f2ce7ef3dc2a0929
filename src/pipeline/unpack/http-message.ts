/** An HTTP answer as a WARC keeps it: its body as it was meant, without chunks and compression (RFC 9112, RFC 9110). */
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { Rejection } from '../../core/errors.js';
import { ByteReader } from './byte-reader.js';
import { headAndAll, isOfZlib, through } from './compressed.js';
import { readFields } from './warc-records.js';
import { unzstd } from './zstd.js';

export interface HttpAnswer {
  readonly status: number;
  /** Lower case, without parameters; empty when none is named. */
  readonly type: string;
  /** Throws a Rejection where it is damaged. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Undefined when the block is no HTTP answer. */
export async function readAnswer(block: AsyncIterable<Uint8Array>): Promise<HttpAnswer | undefined> {
  const reader = new ByteReader(block, 'the HTTP answer');
  const status = /^HTTP\/\d(?:\.\d)? (\d{3})/.exec((await reader.line(8_192, 'the status line')) ?? '')?.[1];
  if (status === undefined) return undefined;
  const fields = await readFields(reader);
  const chunked = /\bchunked\b/i.test(fields.get('transfer-encoding') ?? '');
  const encodings = (fields.get('content-encoding') ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  const raw = chunked ? dechunked(reader) : rest(reader);
  return {
    status: Number(status),
    type: typeOf(fields.get('content-type')),
    body: encodings.reduceRight<AsyncIterable<Uint8Array>>((bytes, encoding) => decoded(bytes, encoding), raw),
  };
}

export function typeOf(field: string | undefined): string {
  return (field ?? '').split(';')[0]!.trim().toLowerCase();
}

async function* rest(reader: ByteReader): AsyncGenerator<Buffer> {
  for (let part = await reader.some(Infinity); part.length > 0; part = await reader.some(Infinity)) yield part;
}

/** Some crawlers keep the field and take the chunks away: a body that does not begin with a size is taken as it is. */
async function* dechunked(reader: ByteReader): AsyncGenerator<Buffer> {
  const start = await reader.take(20);
  reader.unread(start);
  if (!/^[0-9a-f]{1,8}[ \t]*(?:;[^\n]*)?\r?\n/i.test(start.toString('latin1'))) {
    yield* rest(reader);
    return;
  }
  for (;;) {
    const line = await reader.line(1_024, 'a chunk’s size');
    const size = /^[0-9a-f]{1,8}/i.exec(line ?? '')?.[0];
    if (size === undefined)
      throw new Rejection('malformed', `a chunk of the HTTP answer has no size: ${line ?? 'it ends'}`);
    let left = parseInt(size, 16);
    if (left === 0) return;
    while (left > 0) {
      const part = await reader.some(left);
      if (part.length === 0)
        throw new Rejection('truncated', `the HTTP answer ends ${left} bytes before its chunk does`);
      left -= part.length;
      yield part;
    }
    await reader.line(16, 'a chunk’s end');
  }
}

// ── content codings ─────────────────────────────────────────────────────────────────────────────────────────────────

/** Crawlers may have stored what they had already decoded: the first bytes decide, where they can. */
async function* decoded(bytes: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<Uint8Array> {
  const { head, all } = await headAndAll(bytes, 16);
  const decoder = decoderOf(encoding, head);
  try {
    if (decoder === undefined) yield* all;
    else if (decoder === 'zstd') yield* unzstd(all);
    else yield* through(all, decoder);
  } catch (error) {
    if (!isOfZlib(error)) throw error;
    throw new Rejection('malformed', `the HTTP answer’s ${encoding} coding is damaged: ${error.message}`);
  }
}

function decoderOf(encoding: string, head: Buffer): Transform | 'zstd' | undefined {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return head.length >= 2 && head.readUInt16BE(0) === 0x1f8b ? createGunzip() : undefined;
    case 'deflate':
      // With zlib's header, as the specification says, or without, as some servers send it.
      if (isText(head)) return undefined;
      return head.length >= 2 && (head[0]! & 15) === 8 && head.readUInt16BE(0) % 31 === 0
        ? createInflate()
        : createInflateRaw();
    case 'br':
      return isText(head) ? undefined : createBrotliDecompress();
    case 'zstd':
      return head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528 ? 'zstd' : undefined;
    case 'identity':
      return undefined;
    default:
      throw new Rejection('not-supported', `the HTTP answer’s content coding ${JSON.stringify(encoding)} is not known`);
  }
}

/** Sixteen bytes of JSON or HTML. */
function isText(head: Buffer): boolean {
  return /^\s*[[{<"]/.test(head.toString('latin1')) && head.every((byte) => byte >= 0x20 || (byte >= 9 && byte <= 13));
}
