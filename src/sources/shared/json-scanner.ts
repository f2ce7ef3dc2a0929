/**
 * Finds where records begin and end in JSON of any size, without parsing them.
 *
 * One pass over the bytes; strings are passed over, everything else is bracket counting. Memory is flat: a record's
 * bytes are never gathered. Reads, besides a single JSON text: JSON Lines, several pretty-printed values one
 * after another, a script's `window.YTD.tweets.part0 = […]`, trailing commas, a byte order mark.
 */
import type { RecordRange } from '../source.js';

/**
 * What to do with the value at a path. A path is written `$` for a top-level value, `$[]` for an element of a
 * top-level array, `$.messages[]`, `$.chats.list[].messages[]`.
 * `record`  its range is yielded;  `descend`  its children are asked about;  `skip`  it is passed over.
 */
export type Verdict = 'record' | 'descend' | 'skip';
export type Select = (path: string, firstByte: number) => Verdict;

export interface ScannedRange extends RecordRange {
  readonly path: string;
}

export interface ScanOptions {
  /** Longer records are refused (`too-large`). Default 64 MiB. */
  readonly maxRecord?: number;
  /** Deeper ones too (`too-deep`). Default 256. */
  readonly maxDepth?: number;
  /** Whether bytes between top-level values that are no JSON are refused as `malformed`, or passed over. */
  readonly prose?: 'refuse' | 'ignore';
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const NEWLINE = 0x0a;

/** A container that the scanner has descended into. */
interface Frame {
  readonly array: boolean;
  readonly path: string;
  /** The path of the value that comes next. */
  next: string;
  /** In an object: whether the next string is a key. */
  expectKey: boolean;
}

/** What a byte means within a value, outside of strings. */
const [NOTHING, QUOTES, OPENS, CLOSES] = [0, 1, 2, 3];
const MEANING = new Uint8Array(256);
MEANING[QUOTE] = QUOTES;
MEANING[OPEN_BRACE] = MEANING[OPEN_BRACKET] = OPENS;
MEANING[CLOSE_BRACE] = MEANING[CLOSE_BRACKET] = CLOSES;

const ENDS_RUN = new Uint8Array(256);
ENDS_RUN[QUOTE] = ENDS_RUN[BACKSLASH] = 1;

const FOUR_SPACES = 0x2020_2020;
const FOUR_QUOTES = 0x2222_2222;
const FOUR_BACKSLASHES = 0x5c5c_5c5c;

/** Whether one of four bytes is a quote or a backslash: what is equal becomes zero, and a zero borrows from its top bit. */
function endsRun(four: number): boolean {
  const quotes = four ^ FOUR_QUOTES;
  const backslashes = four ^ FOUR_BACKSLASHES;
  const borrowed = ((quotes - 0x0101_0101) & ~quotes) | ((backslashes - 0x0101_0101) & ~backslashes);
  return (borrowed & 0x8080_8080) !== 0;
}

export async function* scanJson(
  chunks: AsyncIterable<Uint8Array>,
  select: Select,
  options: ScanOptions = {},
): AsyncGenerator<ScannedRange> {
  const scanner = new Scanner(select, options);
  for await (const chunk of chunks) {
    scanner.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    // Not `yield*`: over an array it takes three promises for each element instead of one.
    for (const range of scanner.take()) yield range;
  }
  scanner.end();
  for (const range of scanner.take()) yield range;
}

class Scanner {
  found: ScannedRange[] = [];
  /** Offset of the current chunk's first byte in the whole. */
  private base = 0;
  /** Of the current chunk. */
  private view: DataView = new DataView(new ArrayBuffer(0));
  private readonly frames: Frame[] = [];

  /** Where the value now being passed over began; −1 between values. */
  private start = -1;
  private startPath = '';
  private keep = false;
  /** Nesting within that value. */
  private depth = 0;
  private deepest = 0;
  /** Inside a string that a chunk's end has cut. */
  private inString = false;
  private escaped = false;
  /** A bare literal (number, true, null) as a value, until its end. */
  private inLiteral = false;

  private key = '';
  private readingKey = false;
  private proseStart = -1;
  private proseText = '';

  private readonly maxRecord: number;
  private readonly maxDepth: number;
  private readonly refuseProse: boolean;

  constructor(
    private readonly select: Select,
    options: ScanOptions,
  ) {
    this.maxRecord = options.maxRecord ?? 64 * 1024 * 1024;
    this.maxDepth = options.maxDepth ?? 256;
    this.refuseProse = options.prose !== 'ignore';
  }

  take(): ScannedRange[] {
    const found = this.found;
    this.found = [];
    return found;
  }

  push(chunk: Buffer): void {
    let i = 0;
    this.view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
    while (i < chunk.length) {
      i = this.start >= 0 ? this.inside(chunk, i) : this.between(chunk, i);
    }
    this.base += chunk.length;
  }

  end(): void {
    if (this.start >= 0) {
      if (this.inLiteral) this.finish(this.base);
      else this.refuse(this.start, this.base, 'truncated', 'the file ends in the middle of this record');
    } else if (this.frames.length > 0) {
      // Every record so far is whole; that the list was never closed is still worth a line.
      this.refuse(this.base, this.base, 'truncated', 'the file ends before its list is closed: records may be missing');
    }
    this.flushProse(this.base);
  }

  /**
   * Within a value: to its end. The hot loop of every import of JSON: what a byte means is looked up and not compared,
   * state is held in locals, indents and strings are passed four bytes at a time (one at a time takes twice as long, a
   * call of `indexOf` for each string four times). At the end `i` may be one beyond the chunk.
   */
  private inside(chunk: Buffer, from: number): number {
    if (this.inLiteral) return this.literal(chunk, from);
    let i = from;
    if (this.inString) {
      i = this.string(chunk, i);
      if (this.inString) return i;
      if (this.depth === 0) return (this.finish(this.base + i), i);
    }
    const { length } = chunk;
    const { view } = this;
    const lastFour = length - 4;
    let { depth, deepest } = this;
    for (;;) {
      while (i < length && MEANING[chunk[i]!] === NOTHING) {
        i++;
        while (i <= lastFour && view.getInt32(i) === FOUR_SPACES) i += 4;
      }
      if (i >= length) break;
      const meaning = MEANING[chunk[i++]!];
      if (meaning === QUOTES) {
        for (;;) {
          while (i <= lastFour && !endsRun(view.getInt32(i))) i += 4;
          while (i < length && ENDS_RUN[chunk[i]!] === 0) i++;
          if (i >= length) {
            this.inString = true;
            this.escaped = i > length;
            break;
          }
          if (chunk[i++] === QUOTE) break;
          i++;
        }
      } else if (meaning === OPENS) {
        if (++depth > deepest) deepest = depth;
      } else if (--depth === 0) {
        this.deepest = deepest;
        this.finish(this.base + i);
        return i;
      }
    }
    this.depth = depth;
    this.deepest = deepest;
    return length;
  }

  /** To the end of a string that an earlier chunk began, or of this chunk. */
  private string(chunk: Buffer, from: number): number {
    let i = this.escaped ? from + 1 : from;
    while (i < chunk.length) {
      const byte = chunk[i++]!;
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) {
        this.inString = this.escaped = false;
        return i;
      }
    }
    this.escaped = i > chunk.length;
    return chunk.length;
  }

  private literal(chunk: Buffer, from: number): number {
    let i = from;
    while (i < chunk.length && !endsLiteral(chunk[i]!)) i++;
    if (i < chunk.length) this.finish(this.base + i);
    return i;
  }

  /** Between values: at the top, or in a container that was descended into. */
  private between(chunk: Buffer, from: number): number {
    const frame = this.frames[this.frames.length - 1];
    if (this.readingKey) return this.readKey(chunk, from, frame!);
    if (!frame) return this.top(chunk, from);
    let i = from;
    while (i < chunk.length && isSpace(chunk[i]!)) i++;
    if (i >= chunk.length) return i;
    const byte = chunk[i]!;
    if (byte === COMMA) {
      if (!frame.array) frame.expectKey = true;
      return i + 1;
    }
    if (byte === COLON) return i + 1;
    if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      this.frames.pop();
      return i + 1;
    }
    if (!frame.array && frame.expectKey && byte === QUOTE) {
      this.readingKey = true;
      this.key = '';
      this.inString = true;
      return i + 1;
    }
    return this.begin(byte, i, frame.next);
  }

  private readKey(chunk: Buffer, from: number, frame: Frame): number {
    const end = this.string(chunk, from);
    // Bounded: a key longer than this is nobody's field name, and its path will match nothing.
    if (this.key.length < 4_096) this.key += chunk.toString('utf8', from, end);
    if (!this.inString) {
      this.readingKey = false;
      frame.expectKey = false;
      frame.next = `${frame.path}.${this.key.slice(0, -1)}`;
    }
    return end;
  }

  /** Outside every value. Only a brace or bracket begins one here: numbers and words between them are prose. */
  private top(chunk: Buffer, from: number): number {
    let i = from;
    while (i < chunk.length) {
      const byte = chunk[i]!;
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        this.flushProse(this.base + i);
        return this.begin(byte, i, '$');
      }
      if (byte === NEWLINE) {
        this.flushProse(this.base + i);
      } else if (!isSpace(byte)) {
        if (this.proseStart < 0) this.proseStart = this.base + i;
        if (this.proseText.length < 80) this.proseText += String.fromCharCode(byte);
      }
      i++;
    }
    return i;
  }

  private begin(byte: number, i: number, path: string): number {
    const verdict = this.select(path, byte);
    const container = byte === OPEN_BRACE || byte === OPEN_BRACKET;
    if (container && verdict === 'descend') {
      const array = byte === OPEN_BRACKET;
      this.frames.push({ array, path, next: array ? `${path}[]` : path, expectKey: !array });
      return i + 1;
    }
    this.start = this.base + i;
    this.startPath = path;
    this.keep = verdict === 'record';
    this.deepest = this.depth = container ? 1 : 0;
    this.inString = byte === QUOTE;
    this.inLiteral = !container && byte !== QUOTE;
    return i + 1;
  }

  private finish(end: number): void {
    if (this.keep) {
      const length = end - this.start;
      if (length > this.maxRecord) {
        const detail = `this record has ${length} bytes; the limit is ${this.maxRecord}`;
        this.refuse(this.start, end, 'too-large', detail);
      } else if (this.deepest > this.maxDepth) {
        this.refuse(this.start, end, 'too-deep', `nested ${this.deepest} deep; the limit is ${this.maxDepth}`);
      } else {
        this.found.push({ offset: this.start, length, path: this.startPath });
      }
    }
    this.start = -1;
    this.inLiteral = false;
  }

  private flushProse(end: number): void {
    const text = this.proseText;
    const start = this.proseStart;
    this.proseText = '';
    this.proseStart = -1;
    if (start < 0 || !this.refuseProse || isFraming(text)) return;
    const shown = JSON.stringify(text.slice(0, 60));
    this.refuse(start, end, 'malformed', `${shown} is no JSON value; remove or repair this line and import again`, '$');
  }

  private refuse(
    from: number,
    to: number,
    reason: 'truncated' | 'too-large' | 'too-deep' | 'malformed',
    detail: string,
    path = this.startPath,
  ): void {
    this.found.push({ offset: from, length: to - from, path, refused: { reason, detail } });
  }
}

/** What stands around JSON in a script file or at a file's ends, and states nothing. */
function isFraming(text: string): boolean {
  return (
    /^(?:ï»¿)?[;,]*$/.test(text) ||
    /^(?:ï»¿)?(?:(?:var|let|const|window\.)?[A-Za-z_$][\w$.]*(?:\[["'][\w ]*["']\])?)=$/.test(text)
  );
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09;
}

function endsLiteral(byte: number): boolean {
  return isSpace(byte) || byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET;
}
