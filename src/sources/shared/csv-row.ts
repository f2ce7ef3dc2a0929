/** The cells of one row of delimited text. */
import { Rejection } from '../../core/errors.js';

export interface Dialect {
  /** One ASCII character. */
  readonly delimiter: string;
  /** One ASCII character. */
  readonly quote: string;
  /** How a quote within a quoted field is written: `""`, or `\"` as well (and `\\` for a backslash). */
  readonly escape: 'double' | 'backslash';
  /** Whether a quote that neither ends its field nor is escaped is taken as text, not as a fault. */
  readonly lazyQuotes: boolean;
  /** What ends a row outside quotes: a line feed (with or without a carriage return before it), or, in files of the old Macintosh, a carriage return. */
  readonly newline: 'lf' | 'cr';
}

/** Throws a Rejection (`malformed`) where a quoted field does not end as it should. */
export function parseText(text: string, dialect: Dialect): string[] {
  const { delimiter, quote } = dialect;
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] === quote) {
      const end = closingQuote(text, at, dialect, cells.length + 1);
      cells.push(unescape(text.slice(at + 1, end), dialect));
      at = end + 1;
    } else {
      const next = text.indexOf(delimiter, at);
      const end = next < 0 ? text.length : next;
      cells.push(text.slice(at, end));
      at = end;
    }
    if (at >= text.length) return cells;
    at++;
  }
}

/** Where the field that begins with a quote at `open` ends: the index of its closing quote. */
function closingQuote(text: string, open: number, dialect: Dialect, field: number): number {
  const { delimiter, quote } = dialect;
  let at = open + 1;
  for (;;) {
    const next = text.indexOf(quote, at);
    if (next < 0) throw new Rejection('malformed', `the quote that opens field ${field} is never closed`);
    if (dialect.escape === 'backslash' && slashesBefore(text, next, at) % 2 === 1) {
      at = next + 1;
      continue;
    }
    const after = text[next + 1];
    if (after === undefined || after === delimiter) return next;
    if (after !== quote && !dialect.lazyQuotes) {
      const shown = JSON.stringify(text.slice(next + 1, next + 21));
      throw new Rejection('malformed', `after the closing quote of field ${field} stands ${shown}, no delimiter`);
    }
    at = next + (after === quote ? 2 : 1);
  }
}

function slashesBefore(text: string, index: number, from: number): number {
  let count = 0;
  while (index - 1 - count >= from && text[index - 1 - count] === '\\') count++;
  return count;
}

function unescape(inner: string, { quote, escape }: Dialect): string {
  if (escape === 'backslash' && inner.includes('\\')) return unslash(inner, quote);
  return inner.includes(quote) ? inner.replaceAll(quote + quote, quote) : inner;
}

/** A backslash stands for the quote or backslash after it; before anything else it is itself. */
function unslash(inner: string, quote: string): string {
  let out = '';
  for (let i = 0; i < inner.length; i++) {
    const char = inner[i]!;
    const next = inner[i + 1];
    const escapes = char === '\\' ? next === quote || next === '\\' : char === quote && next === quote;
    if (escapes) i++;
    out += escapes ? next : char;
  }
  return out;
}
