import { Rejection } from '../../core/errors.js';

const STEP = 128 * 1024;

/** Bytes of a stream, so many at a time. */
export class ByteReader {
  at = 0;
  private held: Buffer = Buffer.alloc(0);
  private readonly chunks: AsyncIterator<Uint8Array>;

  /** @param name what is read, for messages */
  constructor(
    chunks: AsyncIterable<Uint8Array>,
    private readonly name: string,
  ) {
    this.chunks = chunks[Symbol.asyncIterator]();
  }

  /** Fewer than asked for only at the end. */
  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let missing = length;
    for (;;) {
      const part = this.held.subarray(0, missing);
      this.held = this.held.subarray(part.length);
      if (part.length > 0) parts.push(part);
      missing -= part.length;
      if (missing === 0) break;
      const next = await this.chunks.next();
      if (next.done === true) break;
      this.held = bufferOf(next.value);
    }
    this.at += length - missing;
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  /** Throws a Rejection (`truncated`) where the stream ends before. */
  async need(length: number, what: string): Promise<Buffer> {
    const bytes = await this.take(length);
    if (bytes.length === length) return bytes;
    throw new Rejection(
      'truncated',
      `${this.name} ends after ${this.at} bytes, inside ${what}: copy or download it again`,
    );
  }

  async skip(length: number, what: string): Promise<void> {
    for (let left = length; left > 0;) left -= (await this.need(Math.min(left, STEP), what)).length;
  }

  /** What is there, up to so many bytes; empty at the end. */
  async some(most: number): Promise<Buffer> {
    if (this.held.length === 0) {
      const next = await this.chunks.next();
      if (next.done === true) return this.held;
      this.held = bufferOf(next.value);
    }
    const part = this.held.subarray(0, most);
    this.held = this.held.subarray(part.length);
    this.at += part.length;
    return part;
  }

  /** Puts bytes back that were just taken. */
  unread(bytes: Buffer): void {
    this.held = this.held.length === 0 ? bytes : Buffer.concat([bytes, this.held]);
    this.at -= bytes.length;
  }

  /** A line without its end (LF or CRLF); undefined at the end of the stream. Longer than `most`: malformed. */
  async line(most: number, what: string): Promise<string | undefined> {
    const parts: Buffer[] = [];
    let length = 0;
    for (;;) {
      const part = await this.some(most + 1);
      if (part.length === 0) break;
      const end = part.indexOf(0x0a);
      if (end >= 0) {
        this.unread(part.subarray(end + 1));
        parts.push(part.subarray(0, end));
        return textOf(parts);
      }
      parts.push(part);
      length += part.length;
      if (length > most) throw new Rejection('malformed', `${this.name}: ${what} at byte ${this.at} has no end`);
    }
    return length === 0 ? undefined : textOf(parts);
  }

  async close(): Promise<void> {
    await this.chunks.return?.();
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function textOf(parts: readonly Buffer[]): string {
  return Buffer.concat(parts).toString('utf8').replace(/\r$/, '');
}
