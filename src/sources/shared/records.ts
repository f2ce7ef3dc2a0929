/** The bytes of a member's records, one by one, in flat memory: for a survey that must look at all of them. */
import type { RecordRange } from '../source.js';
import { scanJson, type Select } from './json-scanner.js';

export interface RecordBytes {
  readonly offset: number;
  readonly bytes: Buffer;
}

export async function* recordBytes(chunks: AsyncIterable<Uint8Array>, select: Select): AsyncGenerator<Buffer> {
  for await (const { bytes } of recordsOf(chunks, (member) => scanJson(member, select))) yield bytes;
}

/** The same for any splitter. Ranges that it refuses are passed over. */
export async function* recordsOf(
  chunks: AsyncIterable<Uint8Array>,
  split: (member: AsyncIterable<Uint8Array>) => AsyncIterable<RecordRange>,
): AsyncGenerator<RecordBytes> {
  const held: Buffer[] = [];
  let base = 0;
  async function* tee(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      held.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      yield chunk;
    }
  }
  for await (const { offset, length, refused } of split(tee())) {
    while (held.length > 0 && base + held[0]!.length <= offset) base += held.shift()!.length;
    if (refused) continue;
    const parts: Buffer[] = [];
    let start = base;
    for (const chunk of held) {
      if (start >= offset + length) break;
      parts.push(chunk.subarray(Math.max(0, offset - start), offset + length - start));
      start += chunk.length;
    }
    yield { offset, bytes: parts.length === 1 ? parts[0]! : Buffer.concat(parts) };
  }
}
