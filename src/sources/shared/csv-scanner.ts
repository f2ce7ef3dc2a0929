/** Where the rows of delimited text begin and end: one pass over the bytes, in flat memory. */
import type { RecordRange } from '../source.js';
import type { Dialect } from './csv-row.js';

export const LF = 0x0a;
export const CR = 0x0d;
const SPACE = 0x20;
const BACKSLASH = 0x5c;

/**
 * `start`   at a field's first byte
 * `plain`   in a field without quotes, or behind a closing quote
 * `quoted`  between quotes
 * `quote`   just behind a quote within a quoted field: its end, or half of an escape
 * `slash`   just behind a backslash within a quoted field
 */
type State = 'start' | 'plain' | 'quoted' | 'quote' | 'slash';

export class RowScanner {
  private found: RecordRange[] = [];
  private state: State = 'start';
  /** Offset in the member of the current chunk's first byte. */
  private base: number;
  /** Where the current row began. */
  private row: number;
  /** Where the quote stands that is now open. */
  private quoteAt = 0;
  private linesInQuote = 0;
  /** Whether the row so far holds nothing but spaces. */
  private blank = true;
  private last = 0;

  private readonly delimiter: number;
  private readonly quote: number;
  private readonly lazy: boolean;
  /** The bytes that mean something in a field without quotes. */
  private readonly interest = new Uint8Array(256);
  /** Those that do between quotes. */
  private readonly quotedInterest = new Uint8Array(256);

  constructor(
    dialect: Dialect,
    private readonly maxRow: number,
    offset: number,
  ) {
    this.base = this.row = offset;
    this.delimiter = dialect.delimiter.charCodeAt(0);
    this.quote = dialect.quote.charCodeAt(0);
    this.lazy = dialect.lazyQuotes;
    this.interest[this.delimiter] = this.interest[LF] = 1;
    if (dialect.newline === 'cr') this.interest[CR] = 1;
    this.quotedInterest[this.quote] = this.quotedInterest[LF] = 1;
    if (dialect.escape === 'backslash') this.quotedInterest[BACKSLASH] = 1;
  }

  take(): RecordRange[] {
    const found = this.found;
    this.found = [];
    return found;
  }

  /** The row that has begun and not ended yet. */
  open(): RecordRange | undefined {
    const length = this.base - this.row;
    return length > 0 && !this.blank ? { offset: this.row, length } : undefined;
  }

  push(bytes: Uint8Array): void {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let i = 0;
    while (i < chunk.length) {
      if (this.state === 'plain') i = this.plain(chunk, i);
      else if (this.state === 'quoted') i = this.quoted(chunk, i);
      else i = this.single(chunk[i]!, i);
    }
    if (chunk.length > 0) this.last = chunk[chunk.length - 1]!;
    this.base += chunk.length;
  }

  end(): void {
    if (this.state === 'quoted' || this.state === 'slash') {
      const swallowed = `it takes in all ${this.linesInQuote} line breaks up to the end`;
      const detail = `the quote at byte ${this.quoteAt} of the file is never closed: ${swallowed}; repair it and import again`;
      this.found.push({ offset: this.row, length: this.base - this.row, refused: { reason: 'truncated', detail } });
    } else {
      this.finish(this.base, this.last);
    }
  }

  /** One byte, in the states that last no longer. */
  private single(byte: number, i: number): number {
    if (this.state === 'slash') {
      this.state = 'quoted';
      return i + 1;
    }
    if (this.state === 'quote') {
      const ends = byte === this.delimiter || byte === LF || byte === CR;
      this.state = byte === this.quote || (this.lazy && !ends) ? 'quoted' : 'plain';
      return this.state === 'quoted' ? i + 1 : i;
    }
    if (byte === this.quote) {
      this.state = 'quoted';
      this.quoteAt = this.base + i;
      this.linesInQuote = 0;
      this.blank = false;
      return i + 1;
    }
    this.state = 'plain';
    return i;
  }

  /** To the end of the field, or of the chunk. */
  private plain(chunk: Buffer, from: number): number {
    const { interest } = this;
    let i = from;
    while (i < chunk.length && interest[chunk[i]!] === 0) i++;
    if (this.blank) this.blank = onlySpaces(chunk, from, i);
    if (i >= chunk.length) return i;
    const byte = chunk[i]!;
    this.state = 'start';
    if (byte === this.delimiter) {
      this.blank = false;
    } else {
      this.finish(this.base + i, i > 0 ? chunk[i - 1]! : this.last);
      this.row = this.base + i + 1;
      this.blank = true;
    }
    return i + 1;
  }

  /** To the next quote or backslash, or to the chunk's end. */
  private quoted(chunk: Buffer, from: number): number {
    const { quotedInterest } = this;
    for (let i = from; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (quotedInterest[byte] === 0) continue;
      if (byte === LF) {
        this.linesInQuote++;
        continue;
      }
      this.state = byte === this.quote ? 'quote' : 'slash';
      return i + 1;
    }
    return chunk.length;
  }

  private finish(end: number, last: number): void {
    if (this.blank) return;
    // The carriage return of a CRLF is part of the line break.
    const length = end - this.row - (last === CR ? 1 : 0);
    if (length <= this.maxRow) {
      this.found.push({ offset: this.row, length });
    } else {
      const detail = `this row has ${length} bytes; the limit is ${this.maxRow}`;
      this.found.push({ offset: this.row, length, refused: { reason: 'too-large', detail } });
    }
  }
}

function onlySpaces(chunk: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (chunk[i] !== SPACE && chunk[i] !== CR) return false;
  return true;
}
