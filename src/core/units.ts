/**
 * Texts as UTF-16 units in an array, where reading one is a third of the work that it is in a string. Of texts up to some
 * thousand units, which nearly all posts are, the array is used again; what a longer one needs is made for it alone, and
 * let go with the next.
 */
const KEPT_UNITS = 8_192;
const isBigEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 0;

export interface Units {
  /** May be longer than the text. */
  readonly array: Uint16Array;
  readonly length: number;
}

export class UnitBuffer implements Units {
  private readonly kept = new Uint16Array(KEPT_UNITS);
  private readonly keptBytes = Buffer.from(this.kept.buffer);
  array = this.kept;
  length = 0;

  /** An array of at least so many units, which hold anything. */
  begin(units: number): Uint16Array {
    this.array = units <= KEPT_UNITS ? this.kept : new Uint16Array(units);
    return this.array;
  }

  /** A larger array with the same units. */
  grow(units: number): Uint16Array {
    const larger = new Uint16Array(Math.max(units, 2 * this.array.length));
    larger.set(this.array);
    return (this.array = larger);
  }

  /** Takes a text over. */
  load(text: string): void {
    const array = this.begin(text.length);
    const bytes = array === this.kept ? this.keptBytes : Buffer.from(array.buffer);
    const written = bytes.write(text, 0, 'utf16le');
    if (isBigEndian) bytes.subarray(0, written).swap16();
    this.length = text.length;
  }

  toString(): string {
    const bytes = Buffer.from(this.array.buffer, 0, 2 * this.length);
    return (isBigEndian ? Buffer.from(bytes).swap16() : bytes).toString('utf16le');
  }
}
