/** Splits text into lines without decoding it. For formats whose record is a line. */
import type { RecordRange } from '../source.js';

const NEWLINE = 0x0a;
const MAX_LINE = 64 * 1024 * 1024;

/** Every line that holds more than white space; the line break is not part of its range. Memory is flat. */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>, maxLine = MAX_LINE): AsyncGenerator<RecordRange> {
  let base = 0;
  let start = 0;
  let blank = true;
  for await (const bytes of chunks) {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let i = 0;
    while (i < chunk.length) {
      const newline = chunk.indexOf(NEWLINE, i);
      const end = newline < 0 ? chunk.length : newline;
      if (blank) blank = isBlank(chunk, i, end);
      if (newline < 0) break;
      if (!blank) yield range(start, base + newline, maxLine);
      i = newline + 1;
      start = base + i;
      blank = true;
    }
    base += chunk.length;
  }
  if (!blank) yield range(start, base, maxLine);
}

function range(offset: number, end: number, maxLine: number): RecordRange {
  const length = end - offset;
  if (length <= maxLine) return { offset, length };
  const detail = `this line has ${length} bytes; the limit is ${maxLine}`;
  return { offset, length, refused: { reason: 'too-large', detail } };
}

function isBlank(chunk: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (chunk[i]! > 0x20) return false;
  return true;
}
