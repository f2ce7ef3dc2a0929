/** Where a CBOR value ends, found byte by byte without decoding it: frames follow one another with nothing between. */
import type { Chunks } from './chunks.js';

/** Deeper is nobody's frame. */
const MAX_DEPTH = 256;

export type Skipped = 'whole' | 'truncated' | 'malformed' | 'too-deep';

/** Passes over one value. */
export async function skipValue(chunks: Chunks): Promise<Skipped> {
  /** How many values are still to come at each level. */
  const waiting = [1];
  while (waiting.length > 0) {
    if (waiting[waiting.length - 1] === 0) {
      waiting.pop();
      continue;
    }
    waiting[waiting.length - 1]!--;
    if (!(await chunks.fill(9)) && chunks.ready === 0) return 'truncated';
    const head = chunks.peek();
    const [type, info] = [head[0]! >> 5, head[0]! & 31];
    const size = info < 24 ? 0 : info < 28 ? 1 << (info - 24) : -1;
    // Lengths that are not known beforehand do not occur in DAG-CBOR.
    if (size < 0) return 'malformed';
    if (head.length < 1 + size) return 'truncated';
    const argument = size === 0 ? info : numberAt(head, size);
    await chunks.skip(1 + size);
    if (type === 2 || type === 3) {
      if (!(await chunks.skip(argument))) return 'truncated';
    } else if (type === 4 || type === 5) {
      waiting.push(type === 4 ? argument : argument * 2);
    } else if (type === 6) waiting.push(1);
    if (waiting.length > MAX_DEPTH) return 'too-deep';
  }
  return 'whole';
}

function numberAt(head: Buffer, size: number): number {
  return size === 8 ? head.readUInt32BE(1) * 2 ** 32 + head.readUInt32BE(5) : head.readUIntBE(1, size);
}
