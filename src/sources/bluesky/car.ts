/**
 * CAR version 1: a header that names the roots, then blocks, each with its length and its CID before it, in any order.
 *
 *   varint  header   {roots: [CID], version: 1}
 *   varint  CID  block, again and again
 */
import { Rejection } from '../../core/errors.js';
import { asArray } from '../shared/json.js';
import { bufferOf, cidAt, cidOfLink, CID_LENGTH, decodeObject, type Cid } from './cbor.js';
import type { Chunks } from './chunks.js';

/** A record has a megabyte at most, a tree’s node some kilobytes. */
const MAX_BLOCK = 8 * 1024 * 1024;
const MAX_HEADER = 64 * 1024;
const MAX_VARINT = 8;

export type Section =
  | {
      readonly kind: 'block';
      readonly offset: number;
      readonly length: number;
      readonly cid: Cid;
      readonly data: Buffer;
    }
  /** No block that can be read: too long, of an unknown kind, or cut by the end of the file. */
  | {
      readonly kind: 'refused';
      readonly offset: number;
      readonly length: number;
      readonly reason: 'truncated' | 'too-large' | 'malformed';
      readonly detail: string;
    };

/** The header’s first root. Throws a Rejection where this is no CAR that can be read. */
export async function readHeader(chunks: Chunks): Promise<Cid | undefined> {
  await chunks.fill(MAX_VARINT);
  const length = varint(chunks);
  if (length === undefined || length > MAX_HEADER) throw new Rejection('malformed', 'no CAR: it begins with no header');
  if (!(await chunks.fill(length))) throw new Rejection('truncated', 'the CAR ends within its header');
  const root = rootOf(chunks.peek().subarray(0, length));
  await chunks.skip(length);
  return root;
}

function rootOf(bytes: Buffer): Cid | undefined {
  const header = decodeObject(bytes, 'the CAR’s header');
  if (header['version'] !== 1) {
    const detail = `a CAR of version ${String(header['version']).slice(0, 20)}: only version 1 is read, which is what servers give`;
    throw new Rejection('not-supported', detail);
  }
  return cidOfLink(asArray(header['roots'])[0]);
}

/** The blocks, in the order of the file. Their bytes hold until the next one is asked for. */
export async function* sections(chunks: Chunks): AsyncGenerator<Section> {
  for (;;) {
    const start = chunks.offset;
    if (chunks.ready === 0 && !(await chunks.fill(1))) return;
    if (chunks.ready < MAX_VARINT) await chunks.fill(MAX_VARINT);
    const length = varint(chunks);
    const offset = chunks.offset;
    if (length === undefined) {
      yield { kind: 'refused', offset: start, length: offset - start, ...ENDS };
      return;
    }
    if (length === 0) continue;
    if (length > MAX_BLOCK) {
      const whole = await chunks.skip(length);
      const detail = `a block of ${length} bytes; the limit is ${MAX_BLOCK}`;
      const why = whole ? ({ reason: 'too-large', detail } as const) : ENDS;
      yield { kind: 'refused', offset, length: chunks.offset - offset, ...why };
      continue;
    }
    if (chunks.ready < length && !(await chunks.fill(length))) {
      await chunks.skip(length);
      yield { kind: 'refused', offset, length: chunks.offset - offset, ...ENDS };
      return;
    }
    const bytes = chunks.peek().subarray(0, length);
    const cid = cidAt(bytes);
    if (cid) yield { kind: 'block', offset, length, cid, data: bytes.subarray(CID_LENGTH) };
    else
      yield { kind: 'refused', offset, length, reason: 'malformed', detail: 'a block without a CID that can be read' };
    chunks.pass(length);
  }
}

const ENDS = { reason: 'truncated', detail: 'the file ends within this block: what follows is missing' } as const;

/** Of what is ready. Undefined where that ends, or the number is longer than any. */
function varint(chunks: Chunks): number | undefined {
  let value = 0;
  const bytes = chunks.peek();
  for (let i = 0, factor = 1; i < MAX_VARINT && i < bytes.length; i++, factor *= 128) {
    value += (bytes[i]! & 127) * factor;
    if (bytes[i]! < 128) {
      chunks.pass(i + 1);
      return value;
    }
  }
  chunks.pass(Math.min(MAX_VARINT, bytes.length));
  return undefined;
}

export interface Slice {
  readonly root: Cid | undefined;
  /** By the hex digits of the digest. */
  readonly blocks: ReadonlyMap<string, { readonly cid: Cid; readonly data: Buffer }>;
}

/** A small CAR that is in memory already: the blocks of one commit. What cannot be read is left out. */
export function sliceOf(bytes: Uint8Array): Slice {
  const all = bufferOf(bytes);
  const blocks = new Map<string, { cid: Cid; data: Buffer }>();
  let at = 0;
  const next = (): Buffer | undefined => {
    let length = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = all[at++];
      if (byte === undefined || factor > 2 ** 49) return undefined;
      length += (byte & 127) * factor;
      if (byte < 128) break;
    }
    if (at + length > all.length) return undefined;
    at += length;
    return all.subarray(at - length, at);
  };
  const header = next();
  const root = header && rootOf(header);
  for (let part = next(); part; part = next()) {
    const cid = cidAt(part);
    if (cid) blocks.set(cid.digest.toString('hex'), { cid, data: part.subarray(CID_LENGTH) });
  }
  return { root, blocks };
}
