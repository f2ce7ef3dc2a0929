/**
 * XXH64 with seed 0, of which Zstandard's frames carry the lower half. In halves of 32 bits: BigInt would take longer
 * than the unpacking itself.
 */
const P1H = 0x9e3779b1;
const P1L = 0x85ebca87;
const P2H = 0xc2b2ae3d;
const P2L = 0x27d4eb4f;
const P3H = 0x165667b1;
const P3L = 0x9e3779f9;
const P4H = 0x85ebca77;
const P4L = 0xc2b2ae63;
const P5H = 0x27d4eb2f;
const P5L = 0x165667c5;
const STRIPE = 32;
const { imul } = Math;

/** The upper half of a product of two unsigned numbers of 32 bits. */
function upper(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const low = imul(a0, b0);
  const left = imul(a0, b1);
  const right = imul(a1, b0);
  const carry = (low >>> 16) + (left & 0xffff) + (right & 0xffff);
  return (imul(a1, b1) + (left >>> 16) + (right >>> 16) + (carry >>> 16)) | 0;
}

/** A number of 64 bits that is calculated with in place. Its halves are signed: small integers, never on the heap. */
class Word {
  high: number;
  low: number;

  constructor(high: number, low: number) {
    this.high = high | 0;
    this.low = low | 0;
  }

  add(high: number, low: number): this {
    const sum = (this.low >>> 0) + (low >>> 0);
    this.high = (this.high + high + (sum > 0xffffffff ? 1 : 0)) | 0;
    this.low = sum | 0;
    return this;
  }

  times(high: number, low: number): this {
    this.high = (upper(this.low, low) + imul(this.high, low) + imul(this.low, high)) | 0;
    this.low = imul(this.low, low);
    return this;
  }

  /** By 1 to 31. */
  turn(by: number): this {
    const { high, low } = this;
    this.high = (high << by) | (low >>> (32 - by));
    this.low = (low << by) | (high >>> (32 - by));
    return this;
  }

  xor(high: number, low: number): this {
    this.high ^= high;
    this.low ^= low;
    return this;
  }

  /** Eight bytes of input, or another lane. */
  round(high: number, low: number): this {
    scratch.high = high;
    scratch.low = low;
    scratch.times(P2H, P2L);
    return this.add(scratch.high, scratch.low).turn(31).times(P1H, P1L);
  }
}

const scratch = new Word(0, 0);

export class Xxh64 {
  private readonly lanes = [
    new Word(P1H, P1L).add(P2H, P2L),
    new Word(P2H, P2L),
    new Word(0, 0),
    new Word(~P1H, ~P1L).add(0, 1),
  ] as const;
  private held: Buffer = Buffer.alloc(0);
  private total = 0;

  update(bytes: Uint8Array): void {
    this.total += bytes.length;
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const all = this.held.length > 0 ? Buffer.concat([this.held, chunk]) : chunk;
    const whole = all.length - (all.length % STRIPE);
    const [a, b, c, d] = this.lanes;
    for (let i = 0; i < whole; i += STRIPE) {
      a.round(all.readInt32LE(i + 4), all.readInt32LE(i));
      b.round(all.readInt32LE(i + 12), all.readInt32LE(i + 8));
      c.round(all.readInt32LE(i + 20), all.readInt32LE(i + 16));
      d.round(all.readInt32LE(i + 28), all.readInt32LE(i + 24));
    }
    this.held = Buffer.from(all.subarray(whole));
  }

  /** The lower 32 bits. */
  lower(): number {
    const sum = this.total < STRIPE ? new Word(P5H, P5L) : this.merged();
    sum.add(Math.floor(this.total / 2 ** 32), this.total >>> 0);
    const { held } = this;
    let i = 0;
    for (; i + 8 <= held.length; i += 8) {
      const each = new Word(0, 0).round(held.readInt32LE(i + 4), held.readInt32LE(i));
      sum.xor(each.high, each.low).turn(27).times(P1H, P1L).add(P4H, P4L);
    }
    if (i + 4 <= held.length) {
      const each = new Word(0, held.readUInt32LE(i)).times(P1H, P1L);
      sum.xor(each.high, each.low).turn(23).times(P2H, P2L).add(P3H, P3L);
      i += 4;
    }
    for (; i < held.length; i++) {
      const each = new Word(0, held[i]!).times(P5H, P5L);
      sum.xor(each.high, each.low).turn(11).times(P1H, P1L);
    }
    sum.xor(0, sum.high >>> 1).times(P2H, P2L);
    sum.xor(sum.high >>> 29, (sum.high << 3) | (sum.low >>> 29)).times(P3H, P3L);
    return (sum.low ^ sum.high) >>> 0;
  }

  private merged(): Word {
    const sum = new Word(0, 0);
    const copies = this.lanes.map(({ high, low }) => new Word(high, low));
    for (const [i, by] of [1, 7, 12, 18].entries()) {
      const turned = new Word(copies[i]!.high, copies[i]!.low).turn(by);
      sum.add(turned.high, turned.low);
    }
    for (const lane of copies) {
      const each = new Word(0, 0).round(lane.high, lane.low);
      sum.xor(each.high, each.low).times(P1H, P1L).add(P4H, P4L);
    }
    return sum;
  }
}
