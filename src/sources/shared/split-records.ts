/**
 * Where records begin and end in JSON of either kind: lines where the file is JSON Lines, so that a broken line fails
 * alone; else the elements of lists and whole values (`splitJson`).
 */
import { peekAhead } from './ahead.js';
import { isObject, type JsonObject } from './json.js';
import { splitLines } from './lines.js';
import { peekJson } from './peek.js';
import { splitJson } from './split-json.js';
import type { RecordRange } from '../source.js';

const BRACE = 0x7b;
const NEWLINE = 0x0a;

/** `within` is that of `splitJson`: the lists of a lone object that are too long to be one record. */
export async function* splitRecords(
  member: AsyncIterable<Uint8Array>,
  within?: (first: JsonObject) => ReadonlySet<string> | undefined,
): AsyncGenerator<RecordRange> {
  const { head, all } = await peekAhead(member);
  const lists = (): boolean => {
    const first = peekJson(head)?.values[0];
    return within !== undefined && isObject(first) && within(first) !== undefined;
  };
  yield* isLines(head, lists) ? splitLines(all) : splitJson(all, within);
}

/**
 * The first line is a whole object and another line follows, or it is broken and the next one begins with an object. A
 * line that is longer than the head is a record unless it is a list.
 */
function isLines(head: Uint8Array, lists: () => boolean): boolean {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (start < bytes.length && bytes[start]! <= 0x20) start++;
  if (bytes[start] !== BRACE) return false;
  const newline = bytes.indexOf(NEWLINE, start);
  if (newline < 0) return !lists();
  let next = newline + 1;
  while (next < bytes.length && bytes[next]! <= 0x20) next++;
  // One line is one value: it may be a list.
  if (next >= bytes.length) return !lists() && isWhole(bytes, start, newline);
  if (bytes[next] === BRACE && bytes[next - 1] === NEWLINE) return true;
  return isWhole(bytes, start, newline);
}

function isWhole(bytes: Buffer, start: number, end: number): boolean {
  try {
    JSON.parse(bytes.toString('utf8', start, end));
    return true;
  } catch {
    return false;
  }
}
