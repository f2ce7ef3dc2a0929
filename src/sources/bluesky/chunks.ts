/** A stream of bytes, asked for a number of them at a time. Holds no more than was asked for, and one chunk. */
export class Chunks {
  /** Where the next byte stands in the whole. */
  offset = 0;
  private readonly iterator: AsyncIterator<Uint8Array>;
  private held: Buffer = Buffer.alloc(0);
  private ended = false;

  constructor(member: AsyncIterable<Uint8Array>) {
    this.iterator = member[Symbol.asyncIterator]();
  }

  /** How many bytes can be looked at without waiting. */
  get ready(): number {
    return this.held.length;
  }

  /** The next bytes, as far as they are `ready`; they stay until they are skipped. */
  peek(): Buffer {
    return this.held;
  }

  /** Waits until so many are ready. False when the stream ends before. */
  async fill(count: number): Promise<boolean> {
    if (this.held.length >= count) return true;
    const parts = [this.held];
    let length = this.held.length;
    while (length < count && !this.ended) {
      const next = await this.iterator.next();
      if (next.done === true) {
        this.ended = true;
        break;
      }
      const { buffer, byteOffset, byteLength } = next.value;
      parts.push(Buffer.from(buffer, byteOffset, byteLength));
      length += byteLength;
    }
    this.held = parts.length === 2 && parts[0]!.length === 0 ? parts[1]! : Buffer.concat(parts);
    return this.held.length >= count;
  }

  /** Passes over bytes that are ready: no promise, for what is done a million times. */
  pass(count: number): void {
    this.offset += count;
    this.held = this.held.subarray(count);
  }

  /** Passes over bytes, ready or not. False when the stream ends before. */
  async skip(count: number): Promise<boolean> {
    let rest = count;
    for (;;) {
      const step = Math.min(rest, this.held.length);
      this.offset += step;
      this.held = this.held.subarray(step);
      rest -= step;
      if (rest === 0) return true;
      if (!(await this.fill(1))) return false;
    }
  }

  /** To be called when the rest is not wanted. */
  async close(): Promise<void> {
    if (!this.ended) await this.iterator.return?.();
  }
}
