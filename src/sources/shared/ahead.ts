/** The first bytes of a stream, and the whole stream all the same: for splitting by what the beginning shows. */
import { HEAD_BYTES } from '../source.js';

export interface Ahead {
  readonly head: Uint8Array;
  readonly all: AsyncIterable<Uint8Array>;
}

/** The size of chunks makes no difference to `head`. `all` can be read once. */
export async function peekAhead(member: AsyncIterable<Uint8Array>, bytes = HEAD_BYTES): Promise<Ahead> {
  const iterator = member[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size < bytes) {
    const next = await iterator.next();
    if (next.done === true) break;
    chunks.push(next.value);
    size += next.value.length;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      yield* chunks;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { head: Buffer.concat(chunks).subarray(0, bytes), all: all() };
}
