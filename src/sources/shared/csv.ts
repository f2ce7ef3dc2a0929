/**
 * Tables: delimited text of any size, found row by row in flat memory, and read one row at a time (RFC 4180, and what
 * platforms make of it).
 *
 *   ﻿id,text,created_at          the header row: no record; a byte order mark or Excel's `sep=;` line may precede it
 *   1,"two
 *   lines, ""quoted""",2020-01-01   one record, from its first byte up to the line break, which is not part of it
 *
 * A quote opens a quoted field only as the field's first character; elsewhere it is text. Splitter and parser follow
 * the same rule, so that a range is always what the parser takes as one row.
 */
import { Rejection, type RejectReason } from '../../core/errors.js';
import { HEAD_BYTES, type RecordRange } from '../source.js';
import { CR, LF, RowScanner } from './csv-scanner.js';
import { parseText, type Dialect } from './csv-row.js';
import { decodeUtf8 } from './json.js';

export type { Dialect } from './csv-row.js';

export interface Header {
  /** The header row's cells, as they stand: trimmed of nothing, duplicates included. */
  readonly names: readonly string[];
  readonly dialect: Dialect;
  /** Offset of the first byte after the header row's line break: where the data rows begin. */
  readonly end: number;
}

export interface CsvOptions {
  /** Longer rows are refused (`too-large`). Default 64 MiB. */
  readonly maxRow?: number;
}

const MAX_ROW = 64 * 1024 * 1024;
const DELIMITERS = [',', ';', '\t', '|'];
/** How many rows are looked at to tell the delimiter. */
const SAMPLE_ROWS = 30;

/**
 * The ranges of the data rows. What `dialect` leaves open is detected from the first 64 KiB, by `headerOf`, so that
 * `rowReader` with the same `dialect` and the member's head reads what was split here. Throws a Rejection where no
 * header row can be read.
 */
export async function* splitCsv(
  chunks: AsyncIterable<Uint8Array>,
  dialect: Partial<Dialect> = {},
  options: CsvOptions = {},
): AsyncGenerator<RecordRange> {
  const maxRow = options.maxRow ?? MAX_ROW;
  const held: Uint8Array[] = [];
  let heldBytes = 0;
  let scanner: RowScanner | undefined;
  for await (const chunk of chunks) {
    if (!scanner) {
      held.push(chunk);
      heldBytes += chunk.length;
      if (heldBytes < HEAD_BYTES) continue;
      scanner = begin(held, dialect, maxRow);
      held.length = 0;
    } else {
      scanner.push(chunk);
    }
    yield* scanner.take();
  }
  scanner ??= begin(held, dialect, maxRow);
  scanner.end();
  yield* scanner.take();
}

function begin(held: readonly Uint8Array[], dialect: Partial<Dialect>, maxRow: number): RowScanner {
  const bytes = Buffer.concat(held);
  const header = headerOf(bytes.subarray(0, HEAD_BYTES), dialect);
  const scanner = new RowScanner(header.dialect, maxRow, header.end);
  scanner.push(bytes.subarray(header.end));
  return scanner;
}

/**
 * The header row, from the member's first 64 KiB, and the dialect. Throws a Rejection: `empty` (no row), `too-large`
 * (the row does not end within the head), `invalid-encoding` (UTF-16, or not UTF-8), `malformed`.
 */
export function headerOf(head: Uint8Array, dialect: Partial<Dialect> = {}): Header {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  refuseWideText(bytes);
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const separator = separatorLine(bytes, start);
  start = separator?.end ?? start;
  const given = { ...dialect, ...(separator && !dialect.delimiter ? { delimiter: separator.delimiter } : {}) };
  const candidates = (given.delimiter === undefined ? DELIMITERS : [given.delimiter]).map((delimiter) =>
    sample(bytes, start, withDefaults(given, delimiter, bytes, start)),
  );
  const best = candidates.reduce((a, b) => (b.score > a.score ? b : a));
  const row = best.rows[0];
  if (!row) {
    if (best.unfinished === undefined) throw new Rejection('empty', 'the table holds no header row');
    throw new Rejection(...whyNoHeader(bytes, best.unfinished));
  }
  const names = parseRow(bytes.subarray(row.offset, row.offset + row.length), best.dialect);
  let end = row.offset + row.length;
  if (bytes[end] === CR) end++;
  if (bytes[end] === LF) end++;
  return { names, dialect: best.dialect, end };
}

/** One row's cells. Throws a Rejection (`invalid-encoding`, `malformed`). */
export function parseRow(record: Uint8Array | string, dialect: Dialect): string[] {
  return parseText(typeof record === 'string' ? record : decodeUtf8(record), dialect);
}

export interface Row {
  /**
   * Cells by the header's name. A name that stands twice keeps its first column; the others are `name#2`, `name#3`.
   * A cell that a short row does not have is absent.
   */
  readonly of: { readonly [name: string]: string | undefined };
  /** All of the row's cells, in order; not always as many as there are columns. */
  readonly cells: readonly string[];
  readonly columns: readonly string[];
}

export type ReadRow = (record: Uint8Array) => Row;

/** A reader per head: the pipeline hands the same bytes object to every record of a range. */
const readers = new WeakMap<Uint8Array, Map<string, ReadRow>>();

/** Reads data rows by the names in the header row. Throws a Rejection as `headerOf` does. */
export function rowReader(head: Uint8Array, dialect: Partial<Dialect> = {}): ReadRow {
  let known = readers.get(head);
  if (!known) readers.set(head, (known = new Map<string, ReadRow>()));
  const key = JSON.stringify(dialect);
  let reader = known.get(key);
  if (!reader) known.set(key, (reader = makeReader(headerOf(head, dialect))));
  return reader;
}

function makeReader(header: Header): ReadRow {
  const columns = distinct(header.names);
  return (record) => {
    const cells = parseRow(record, header.dialect);
    const of = Object.create(null) as Record<string, string>;
    const width = Math.min(cells.length, columns.length);
    for (let i = 0; i < width; i++) of[columns[i]!] = cells[i]!;
    return { of, cells, columns };
  };
}

/** Throws a Rejection (`malformed`) where a row has not as many cells as the header: no cell can then be trusted. */
export function requireWidth(row: Row): void {
  if (row.cells.length === row.columns.length) return;
  const detail = `the row has ${row.cells.length} fields, the header ${row.columns.length}`;
  throw new Rejection('malformed', `${detail}; a quote or a delimiter is missing or too many: repair the row`);
}

function distinct(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}#${count}`;
  });
}

/** Excel's "Unicode text" and PowerShell's redirections are UTF-16: every other byte of Latin text is zero. */
function refuseWideText(bytes: Buffer): void {
  const little = bytes[0] === 0xff && bytes[1] === 0xfe;
  const big = bytes[0] === 0xfe && bytes[1] === 0xff;
  const unmarked = !little && !big && bytes.length >= 8 && (alternates(bytes, 0) || alternates(bytes, 1));
  if (!little && !big && !unmarked) return;
  const order = little ? ' (little-endian)' : big ? ' (big-endian)' : '';
  throw new Rejection(
    'invalid-encoding',
    `this table is UTF-16${order}; save it as "CSV UTF-8", or convert it (iconv -f UTF-16 -t UTF-8), and import again`,
  );
}

function alternates(bytes: Buffer, zeroAt: number): boolean {
  for (let i = 0; i < 8; i++) if ((bytes[i] === 0) !== (i % 2 === zeroAt)) return false;
  return true;
}

/** `sep=;` as a first line: Excel's own, read by nothing else. */
function separatorLine(bytes: Buffer, start: number): { delimiter: string; end: number } | undefined {
  const match = /^"?sep=([^\r\n"A-Za-z0-9])"?\r?\n/i.exec(bytes.toString('latin1', start, start + 16));
  return match ? { delimiter: match[1]!, end: start + match[0].length } : undefined;
}

function withDefaults(given: Partial<Dialect>, delimiter: string, bytes: Buffer, start: number): Dialect {
  const quote = given.quote ?? '"';
  const escape = given.escape ?? 'double';
  const lazyQuotes = given.lazyQuotes ?? false;
  const newline = given.newline ?? newlineOf(bytes, start);
  return { delimiter, quote, escape, lazyQuotes, newline };
}

/** A carriage return ends rows only in a file that has no line feed at all (as far as its head shows). */
function newlineOf(bytes: Buffer, start: number): 'lf' | 'cr' {
  return bytes.indexOf(LF, start) < 0 && bytes.indexOf(CR, start) >= 0 ? 'cr' : 'lf';
}

interface Sample {
  readonly dialect: Dialect;
  readonly rows: readonly RecordRange[];
  readonly score: number;
  /** Where a row began that the head does not show the end of. */
  readonly unfinished: RecordRange | undefined;
}

/** Reads the first rows as if `dialect` were right, and says how well they agree. */
function sample(bytes: Buffer, start: number, dialect: Dialect): Sample {
  const scanner = new RowScanner(dialect, MAX_ROW, start);
  scanner.push(bytes.subarray(start));
  const whole = bytes.length < HEAD_BYTES;
  if (whole) scanner.end();
  const all = scanner.take();
  const unfinished = all.find((range) => range.refused) ?? (whole ? undefined : scanner.open());
  const rows = all.filter((range) => !range.refused).slice(0, SAMPLE_ROWS);
  const widths = rows.map((row) => widthOf(bytes, row, dialect));
  const columns = widths[0] ?? 0;
  const agreeing = widths.filter((width) => width === columns).length;
  // That rows agree counts most, then how many columns there are; one column is what every wrong delimiter finds.
  const score = columns < 2 ? 0 : (agreeing / rows.length) * 1_000 + Math.min(columns, 900);
  return { dialect, rows, score, unfinished };
}

function widthOf(bytes: Buffer, row: RecordRange, dialect: Dialect): number {
  try {
    // Latin-1 is enough to count by, and fails on no byte.
    return parseText(bytes.toString('latin1', row.offset, row.offset + row.length), dialect).length;
  } catch {
    return -1;
  }
}

function whyNoHeader(bytes: Buffer, row: RecordRange): [RejectReason, string] {
  if (row.refused) return [row.refused.reason, `in the header row, ${row.refused.detail}`];
  const shown = JSON.stringify(bytes.toString('utf8', row.offset, row.offset + 40));
  return ['too-large', `the first row, ${shown}…, does not end within ${HEAD_BYTES} bytes: this is no table's header`];
}
