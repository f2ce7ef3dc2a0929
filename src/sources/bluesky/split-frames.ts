/**
 * Where the frames of a recorded firehose begin and end. A frame is two CBOR maps, header and body. Recorders write them
 * one after another, bare or each with its length before it (four bytes, either end first).
 */
import type { RecordRange } from '../source.js';
import { Chunks } from './chunks.js';
import { skipValue } from './frame-scan.js';

/** Servers send 5 MB at most, and cut off at 2 by now. */
const MAX_FRAME = 64 * 1024 * 1024;

export type Framing = 'bare' | 'little' | 'big';

/** How frames are set apart, by the first of them. Undefined where this is no firehose. */
export function framingOf(head: Buffer): Framing | undefined {
  if (isFrame(head)) return 'bare';
  if (head.length < 16 || !isFrame(head.subarray(4))) return undefined;
  const [little, big] = [head.readUInt32LE(0), head.readUInt32BE(0)];
  return little <= MAX_FRAME ? 'little' : big <= MAX_FRAME ? 'big' : undefined;
}

// {"t": "#…", "op": 1} as servers write it; the other order, and the one key of an error (op: -1).
// eslint-disable-next-line no-control-regex -- bytes, not text
const HEADS = [/^\xa2at[\x60-\x77]#[a-z]/, /^\xa2bop\x01at[\x60-\x77]#[a-z]/, /^\xa1bop\x20[\xa1\xa2]/];

function isFrame(bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, 24);
  return HEADS.some((head) => head.test(start));
}

export async function* splitFrames(member: AsyncIterable<Uint8Array>): AsyncGenerator<RecordRange> {
  const chunks = new Chunks(member);
  await chunks.fill(64);
  const framing = framingOf(chunks.peek()) ?? 'bare';
  while (await chunks.fill(1)) {
    const range = framing === 'bare' ? await bare(chunks) : await measured(chunks, framing);
    yield range;
    // Where a frame cannot be told from what follows, nothing behind it can.
    if (range.refused && range.refused.reason !== 'too-large') break;
  }
  const rest = chunks.offset;
  while (await chunks.fill(1)) await chunks.skip(chunks.ready);
  if (chunks.offset === rest) return;
  const detail = 'what follows a frame that cannot be read: where the next one begins is not known';
  yield { offset: rest, length: chunks.offset - rest, refused: { reason: 'malformed', detail } };
}

async function bare(chunks: Chunks): Promise<RecordRange> {
  const offset = chunks.offset;
  for (const part of ['header', 'body']) {
    const end = await skipValue(chunks);
    const length = chunks.offset - offset;
    if (end === 'truncated') return { offset, length, refused: TRUNCATED };
    if (end !== 'whole') {
      return {
        offset,
        length,
        refused: { reason: end, detail: `the ${part} of this frame is no CBOR that can be followed` },
      };
    }
  }
  return within(offset, chunks.offset - offset);
}

async function measured(chunks: Chunks, framing: 'little' | 'big'): Promise<RecordRange> {
  const start = chunks.offset;
  if (!(await chunks.fill(4))) {
    await chunks.skip(chunks.ready);
    return { offset: start, length: chunks.offset - start, refused: TRUNCATED };
  }
  const length = framing === 'little' ? chunks.peek().readUInt32LE(0) : chunks.peek().readUInt32BE(0);
  await chunks.skip(4);
  if (length === 0) return { offset: start, length: 4, refused: NO_LENGTH };
  const offset = chunks.offset;
  if (await chunks.skip(length)) return within(offset, length);
  return { offset, length: chunks.offset - offset, refused: TRUNCATED };
}

const NO_LENGTH = { reason: 'malformed', detail: 'a frame of no length: what follows is no list of frames' } as const;
const TRUNCATED = { reason: 'truncated', detail: 'the file ends within this frame' } as const;

function within(offset: number, length: number): RecordRange {
  if (length <= MAX_FRAME) return { offset, length };
  const detail = `this frame has ${length} bytes; the limit is ${MAX_FRAME}`;
  return { offset, length, refused: { reason: 'too-large', detail } };
}
