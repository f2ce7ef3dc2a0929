/**
 * Rows in the binary format of COPY (PostgreSQL documentation, COPY, "Binary Format"), written into one growing buffer
 * that is used again for the next batch. Postgres then parses no text: no escapes, no hex, no literals of tsvectors. And
 * keys as a parameter in the same format.
 */
import { unitAt } from '../../core/char.js';
import type { Key } from '../../core/digest.js';
import { epochMs } from '../../core/time.js';
import { lexemesOf } from '../../core/words.js';
import type { Value } from './tables.js';

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
/** 2000-01-01, where Postgres' timestamps begin. */
const EPOCH_MS = 946_684_800_000;
const TWO_32 = 2 ** 32;
/** Native UTF-8 writing costs a call into C++; shorter strings are quicker written here. */
const SHORT = 24;

/** How values of a type are written. Numbers, because each value is looked at. */
const Form = { Bytes: 0, Text: 1, Int16: 2, Int32: 3, Int64: 4, Timestamp: 5, Tsvector: 6 } as const;
export type Form = (typeof Form)[keyof typeof Form];

/** Of a Postgres type. Enums are sent by their labels, which are text. */
export function formOf(type: string): Form {
  return FORMS[type] ?? Form.Text;
}

const FORMS: Readonly<Record<string, Form>> = {
  uuid: Form.Bytes,
  bytea: Form.Bytes,
  smallint: Form.Int16,
  int: Form.Int32,
  bigint: Form.Int64,
  timestamptz: Form.Timestamp,
  tsvector: Form.Tsvector,
};

export class BinaryRows {
  private bytes = Buffer.allocUnsafeSlow(256 * 1024);
  private at = 0;

  begin(): void {
    SIGNATURE.copy(this.bytes);
    this.at = SIGNATURE.length;
  }

  row(values: readonly Value[], forms: readonly Form[]): void {
    this.room(2);
    this.int16(forms.length);
    for (let i = 0; i < forms.length; i++) this.field(values[i], forms[i]!);
  }

  /** The whole of it. Valid until the next `begin`. */
  end(): Buffer {
    this.room(2);
    this.int16(-1);
    return this.bytes.subarray(0, this.at);
  }

  private field(value: Value, form: Form): void {
    if (value === undefined) {
      this.room(4);
      return this.int32(-1);
    }
    switch (form) {
      case Form.Bytes:
        return this.hex(value as string);
      case Form.Text:
        return typeof value === 'string' ? this.text(value) : this.utf8Bytes(value as Uint8Array);
      case Form.Int16:
        this.room(6);
        this.int32(2);
        return this.int16(value as number);
      case Form.Int32:
        this.room(8);
        this.int32(4);
        return this.int32(value as number);
      case Form.Int64:
        this.room(12);
        this.int32(8);
        return this.int64(value as number);
      case Form.Timestamp:
        return this.timestamp(value as string | number);
      case Form.Tsvector:
        return this.tsvector(value as string);
    }
  }

  private hex(digits: string): void {
    const length = digits.length >> 1;
    this.room(4 + length);
    this.int32(length);
    this.at = writeHex(this.bytes, this.at, digits);
  }

  private text(text: string): void {
    this.room(4 + 3 * text.length);
    const start = this.at;
    this.at += 4;
    this.utf8(text);
    const end = this.at;
    this.at = start;
    this.int32(end - start - 4);
    this.at = end;
  }

  private utf8Bytes(text: Uint8Array): void {
    this.room(4 + text.length);
    this.int32(text.length);
    this.bytes.set(text, this.at);
    this.at += text.length;
  }

  /** Without its length. Room is there already. */
  private utf8(text: string): void {
    const { length } = text;
    if (length > SHORT) {
      this.at += this.bytes.write(text, this.at, 'utf8');
      return;
    }
    const { bytes } = this;
    let at = this.at;
    for (let i = 0; i < length; i++) {
      const unit = unitAt(text, i);
      if (unit < 0x80) bytes[at++] = unit;
      else if (unit < 0x800) {
        bytes[at++] = 0xc0 | (unit >> 6);
        bytes[at++] = 0x80 | (unit & 0x3f);
      } else if (unit < 0xd800 || unit > 0xdfff) {
        bytes[at++] = 0xe0 | (unit >> 12);
        bytes[at++] = 0x80 | ((unit >> 6) & 0x3f);
        bytes[at++] = 0x80 | (unit & 0x3f);
      } else {
        // A pair, or half of one: rare, and Node knows how.
        this.at += this.bytes.write(text, this.at, 'utf8');
        return;
      }
    }
    this.at = at;
  }

  /** Microseconds since 2000. Of an instant given as text or in milliseconds since 1970. */
  private timestamp(instant: string | number): void {
    const ms = typeof instant === 'number' ? instant : epochMs(instant);
    if (!Number.isFinite(ms)) throw new RangeError(`not a time: ${instant}`);
    this.room(12);
    this.int32(8);
    const micros = (ms - EPOCH_MS) * 1000;
    if (Number.isSafeInteger(micros)) return this.int64(micros);
    // Before 1715 and after 2285 a double no longer holds them exactly.
    this.bytes.writeBigInt64BE(BigInt(ms - EPOCH_MS) * 1000n, this.at);
    this.at += 8;
  }

  /** Of the words of a text. tsvectorrecv sorts the lexemes itself; it takes each once, its positions ascending. */
  private tsvector(text: string): void {
    const { count, units, from, to, begin, places } = lexemesOf(text);
    this.room(8);
    const start = this.at;
    this.at += 4;
    this.int32(count);
    for (let i = 0; i < count; i++) {
      const first = begin[i]!;
      const end = begin[i + 1]!;
      this.room(3 * (to[i]! - from[i]!) + 3 + 2 * (end - first));
      this.units(units, from[i]!, to[i]!);
      this.bytes[this.at++] = 0;
      this.int16(end - first);
      for (let place = first; place < end; place++) this.int16(places[place]!);
    }
    const end = this.at;
    this.at = start;
    this.int32(end - start - 4);
    this.at = end;
  }

  /** UTF-16 units as UTF-8. A lone surrogate, which no folded word holds, becomes U+FFFD. */
  private units(units: Uint16Array, from: number, to: number): void {
    const { bytes } = this;
    let at = this.at;
    for (let i = from; i < to; i++) {
      const unit = units[i]!;
      if (unit < 0x80) {
        bytes[at++] = unit;
      } else if (unit < 0x800) {
        bytes[at++] = 0xc0 | (unit >> 6);
        bytes[at++] = 0x80 | (unit & 0x3f);
      } else if (unit < 0xd800 || unit > 0xdfff) {
        bytes[at++] = 0xe0 | (unit >> 12);
        bytes[at++] = 0x80 | ((unit >> 6) & 0x3f);
        bytes[at++] = 0x80 | (unit & 0x3f);
      } else {
        const low = i + 1 < to ? units[i + 1]! : 0;
        const isPair = unit < 0xdc00 && low >= 0xdc00 && low <= 0xdfff;
        const code = isPair ? 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
        if (isPair) {
          i++;
          bytes[at++] = 0xf0 | (code >> 18);
          bytes[at++] = 0x80 | ((code >> 12) & 0x3f);
        } else {
          bytes[at++] = 0xe0 | (code >> 12);
        }
        bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
        bytes[at++] = 0x80 | (code & 0x3f);
      }
    }
    this.at = at;
  }

  private int16(value: number): void {
    const { bytes } = this;
    bytes[this.at++] = value >> 8;
    bytes[this.at++] = value;
  }

  private int32(value: number): void {
    const { bytes } = this;
    bytes[this.at++] = value >> 24;
    bytes[this.at++] = value >> 16;
    bytes[this.at++] = value >> 8;
    bytes[this.at++] = value;
  }

  private int64(value: number): void {
    this.int32(Math.floor(value / TWO_32));
    this.int32((value % TWO_32) | 0);
  }

  private room(more: number): void {
    const needed = this.at + more;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }
}

const UUID_OID = 2950;

/** Keys as a parameter of type uuid[] (array_recv): Postgres then parses no text, and node-postgres quotes none. */
export function uuidArray(keys: readonly Key[]): Buffer {
  const bytes = Buffer.alloc(20 + 20 * keys.length);
  // One dimension, no nulls, of uuids, so many of them, counted from 1.
  bytes.writeInt32BE(1, 0);
  bytes.writeInt32BE(UUID_OID, 8);
  bytes.writeInt32BE(keys.length, 12);
  bytes.writeInt32BE(1, 16);
  for (let i = 0; i < keys.length; i++) {
    const at = 20 + 20 * i;
    // Its length, 16, in four bytes.
    bytes[at + 3] = 16;
    writeHex(bytes, at + 4, keys[i]!);
  }
  return bytes;
}

/** The value of each hexadecimal digit, by its character. */
const NO_DIGIT = 0xff;
const NIBBLES = new Uint8Array(128).fill(NO_DIGIT);
for (const [value, digit] of [...'0123456789abcdef'].entries()) NIBBLES[digit.charCodeAt(0)] = value;

/** Keys and digests, some ten a post: a call into Node each takes longer. Returns where they end. */
function writeHex(bytes: Uint8Array, start: number, digits: string): number {
  const { length } = digits;
  let at = start;
  for (let i = 0; i < length; i += 2) {
    const high = NIBBLES[unitAt(digits, i)] ?? NO_DIGIT;
    const low = NIBBLES[unitAt(digits, i + 1)] ?? NO_DIGIT;
    if ((high | low) > 0xf) throw new RangeError(`not hexadecimal: ${digits.slice(0, 80)}`);
    bytes[at++] = (high << 4) | low;
  }
  return at;
}

/** Beyond this a buffer is not kept: one huge batch must not hold memory for ever. */
const KEPT_BYTES = 8 * 1024 * 1024;
const KEPT = 4;
const free: BinaryRows[] = [];

/** Lends a buffer for the time of `work`. */
export async function withBinaryRows<T>(work: (rows: BinaryRows) => Promise<T>): Promise<T> {
  const rows = free.pop() ?? new BinaryRows();
  rows.begin();
  const result = await work(rows);
  // Only after the rows were taken: after a failure a socket may still hold the bytes.
  if (free.length < KEPT && rows.end().length < KEPT_BYTES) free.push(rows);
  return result;
}
