/**
 * Where the records of X's files begin and end: lines where the file is JSON Lines, else the elements of its arrays
 * and its top-level objects. Layout is told by the first 64 KiB, whatever the format: every exporter has its own.
 */
import type { RecordRange } from '../source.js';
import { scanJson, type Verdict } from '../shared/json-scanner.js';
import { splitLines } from '../shared/lines.js';

const HEAD_BYTES = 64 * 1024;
const BRACE = 0x7b;
const BRACKET = 0x5b;
const NEWLINE = 0x0a;

export async function* splitRecords(member: AsyncIterable<Uint8Array>): AsyncGenerator<RecordRange> {
  const chunks = member[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  let size = 0;
  while (size < HEAD_BYTES) {
    const next = await chunks.next();
    if (next.done) break;
    first.push(Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength));
    size += next.value.byteLength;
  }
  const head = Buffer.concat(first);
  async function* whole(): AsyncGenerator<Uint8Array> {
    if (head.length > 0) yield head;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  }
  if (isLines(head.subarray(0, HEAD_BYTES))) {
    yield* splitLines(whole());
    return;
  }
  for await (const { offset, length, refused } of scanJson(whole(), select)) {
    yield refused ? { offset, length, refused } : { offset, length };
  }
}

/** Objects are records, wherever arrays hold them; what else stands in an array is one too, to be refused by name. */
export function select(path: string, firstByte: number): Verdict {
  return firstByte === BRACKET && path.length < 8 ? 'descend' : 'record';
}

/**
 * In JSON Lines each broken line must fail alone, so there the line break counts, not the bracket. A first line that is
 * longer than the head is one too: whoever indents breaks lines sooner.
 */
function isLines(head: Buffer): boolean {
  let start = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  while (start < head.length && head[start]! <= 0x20) start++;
  if (head[start] !== BRACE) return false;
  const newline = head.indexOf(NEWLINE, start);
  if (newline < 0) return true;
  // A cut first line before a good second one.
  let second = newline + 1;
  while (second < head.length && head[second]! <= 0x20) second++;
  if (head[second] === BRACE && head[second - 1] === NEWLINE) return true;
  try {
    JSON.parse(head.toString('utf8', start, newline));
    return true;
  } catch {
    return false;
  }
}
