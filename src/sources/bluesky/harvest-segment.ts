/** Messages on their way to becoming one capture. */
const MOST_BYTES = 1024 * 1024;
const MOST_MESSAGES = 4_000;

export class Segment {
  /** When its first message came, milliseconds since 1970. */
  opened: number | undefined;
  private readonly parts: Buffer[] = [];
  private size = 0;

  add(bytes: Buffer, nowMs: number): void {
    this.opened ??= nowMs;
    this.parts.push(bytes);
    this.size += bytes.length;
  }

  get count(): number {
    return this.parts.length;
  }

  get isFull(): boolean {
    return this.size >= MOST_BYTES || this.parts.length >= MOST_MESSAGES;
  }

  bytes(): Buffer {
    return Buffer.concat(this.parts);
  }
}
