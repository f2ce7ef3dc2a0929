/** A message begins on a line with a head, and ends before the next such line. Memory is flat: only heads are looked at. */
import type { RecordRange } from '../source.js';
import { HEAD_CHARS, headOf } from './head.js';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** Enough for the head's characters in UTF-8. */
const PROBE = HEAD_CHARS * 3;
const MAX_MESSAGE = 16 * 1024 * 1024;

export async function* splitChat(member: AsyncIterable<Uint8Array>): AsyncGenerator<RecordRange> {
  let start = -1; // of the message at hand
  let end = 0; // of its last line, without the line break
  let line = 0;
  let base = 0;
  let probe = Buffer.alloc(0);
  let last = 0; // the byte before the line break
  const lineEnds = function* (at: number, broken: boolean): Generator<RecordRange> {
    const length = at - line - (broken && last === RETURN ? 1 : 0);
    if (isHead(probe)) {
      if (start >= 0) yield range(start, end);
      start = line;
      end = line + length;
    } else if (isBlank(probe, length)) {
      // Within a message it counts once something follows.
    } else if (start >= 0) end = line + length;
    else yield stray(line, length);
    line = at + 1;
    probe = Buffer.alloc(0);
    last = 0;
  };
  for await (const bytes of member) {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    while (at < chunk.length) {
      const newline = chunk.indexOf(NEWLINE, at);
      const stop = newline < 0 ? chunk.length : newline;
      if (probe.length < PROBE && stop > at) {
        const more = chunk.subarray(at, Math.min(stop, at + PROBE - probe.length));
        probe = probe.length === 0 ? Buffer.from(more) : Buffer.concat([probe, more]);
      }
      if (stop > at) last = chunk[stop - 1]!;
      if (newline < 0) break;
      yield* lineEnds(base + newline, true);
      at = newline + 1;
    }
    base += chunk.length;
  }
  if (base > line) yield* lineEnds(base, false);
  if (start >= 0) yield range(start, end);
}

function isHead(probe: Buffer): boolean {
  const first = probe[0];
  // A digit, a bracket, or the first byte of an invisible mark or of a digit of another script.
  if (first === undefined || !((first >= 0x30 && first <= 0x39) || first === 0x5b || first >= 0xd9)) return false;
  return headOf(probe.toString('utf8')) !== undefined;
}

function isBlank(probe: Buffer, length: number): boolean {
  return length <= PROBE && probe.toString('utf8').trim() === '';
}

function range(start: number, end: number): RecordRange {
  const length = end - start;
  if (length <= MAX_MESSAGE) return { offset: start, length };
  return {
    offset: start,
    length,
    refused: { reason: 'too-large', detail: `this message has ${length} bytes; the limit is ${MAX_MESSAGE}` },
  };
}

function stray(offset: number, length: number): RecordRange {
  const detail = 'a line before the first message, without date and time: the beginning of the chat is missing';
  return { offset, length, refused: { reason: 'malformed', detail } };
}
