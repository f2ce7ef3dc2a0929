/**
 * Finds where the messages of a page begin and end: in Telegram Desktop's HTML export and in pages of t.me alike a
 * message is one `div` with a class of its own.
 *
 * One pass over the bytes. Tags are found, quoted attributes honoured, `div`s counted; no tree is built and no message
 * gathered, so memory is flat: what is held is the one tag that a chunk's end has cut.
 */
import type { RecordRange } from '../source.js';

/**
 * What a `div` is. `message` begins a record, `joined` a message that goes with the one before it, `alone` one that
 * nothing goes with. `framing` is no message (a date between messages). Undefined: any other `div`.
 */
export type Kind = 'message' | 'joined' | 'alone' | 'framing' | undefined;

/** Told of every opening `div` outside the messages, as it stands: `<div class="message service" id="message-1">`. */
export type Classify = (tag: string) => Kind;

interface Block extends RecordRange {
  readonly kind: Exclude<Kind, undefined>;
}

/** A page holds a thousand messages at most; a longer run of joined ones than this is nobody's, and is cut. */
const MAX_JOINED = 2_000;
/** The most that a record may hold; a page of a thousand messages has two or three megabytes. */
const MAX_RECORD = 16 * 1024 * 1024;
/** A sticker's outline stands in an attribute. A longer tag is none: its `<` was a character. */
const MAX_TAG = 256 * 1024;

/** Messages as records, the joined ones together with the one that they continue. */
export async function* splitMessages(
  chunks: AsyncIterable<Uint8Array>,
  classify: Classify,
): AsyncGenerator<RecordRange> {
  const scanner = new BlockScanner(classify);
  let held: RecordRange | undefined;
  let open = false;
  let joined = 0;
  let any = false;
  const take = function* (): Generator<RecordRange> {
    for (const { kind, ...found } of scanner.take()) {
      const block = bounded(found);
      const together = held ? block.offset + block.length - held.offset : 0;
      if (kind === 'joined' && held && open && !block.refused && ++joined < MAX_JOINED && together <= MAX_RECORD) {
        held = { offset: held.offset, length: together };
        continue;
      }
      if (held) yield held;
      held = kind === 'framing' ? undefined : block;
      open = kind !== 'alone' && !block.refused;
      if (held) any = true;
      joined = 0;
    }
  };
  for await (const chunk of chunks) {
    scanner.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    yield* take();
  }
  scanner.end();
  yield* take();
  if (held) yield held;
  if (!any && scanner.size > 0) {
    const detail = 'no messages on the page; save or export the page that shows them';
    yield { offset: 0, length: scanner.size, refused: { reason: 'not-a-post', detail } };
  }
}

function bounded(range: RecordRange): RecordRange {
  if (range.refused || range.length <= MAX_RECORD) return range;
  const detail = `this message has ${range.length} bytes; the limit is ${MAX_RECORD}`;
  return { ...range, refused: { reason: 'too-large', detail } };
}

const LESS = 0x3c;
const GREATER = 0x3e;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const EQUALS = 0x3d;
const SLASH = 0x2f;
const EXCLAMATION = 0x21;
const DASH = 0x2d;

class BlockScanner {
  /** Bytes seen. */
  size = 0;
  private found: Block[] = [];
  /** What is not yet read, and the offset of its first byte in the whole. */
  private rest: Buffer = Buffer.alloc(0);
  private base = 0;
  private start = -1;
  private kind: Block['kind'] = 'message';
  private depth = 0;
  /** Inside a comment, script or style: what ends it. */
  private until: string | undefined;

  constructor(private readonly classify: Classify) {}

  take(): Block[] {
    const found = this.found;
    this.found = [];
    return found;
  }

  push(chunk: Buffer): void {
    this.size += chunk.length;
    const buffer = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let at = 0;
    for (;;) {
      const next = this.until === undefined ? this.tag(buffer, at) : this.skip(buffer, at, this.until);
      if (next === undefined) break;
      at = next;
    }
    // What is left begins with the tag (or the end of a comment) that is not yet whole.
    const keep = this.until === undefined ? this.open(buffer, at) : Math.max(at, buffer.length - this.until.length);
    this.rest = buffer.subarray(keep);
    this.base += keep;
  }

  end(): void {
    if (this.start < 0) return;
    const detail = 'the file ends in the middle of this message; save or export the page again';
    const length = this.size - this.start;
    this.found.push({ kind: this.kind, offset: this.start, length, refused: { reason: 'truncated', detail } });
    this.start = -1;
  }

  /** Past the next whole tag; undefined when there is none in the buffer. */
  private tag(buffer: Buffer, from: number): number | undefined {
    const begin = buffer.indexOf(LESS, from);
    if (begin < 0 || buffer.length - begin < 4) return undefined;
    if (buffer[begin + 1] === EXCLAMATION && buffer[begin + 2] === DASH && buffer[begin + 3] === DASH) {
      this.until = '-->';
      return begin + 4;
    }
    if (!isNameStart(buffer[begin + 1]!)) return begin + 1;
    const end = endOfTag(buffer, begin + 1);
    if (end === undefined) return buffer.length - begin > MAX_TAG ? begin + 1 : undefined;
    this.meet(buffer, begin, end);
    return end;
  }

  /** The offset of the `<` that `tag` could not finish. */
  private open(buffer: Buffer, from: number): number {
    const begin = buffer.indexOf(LESS, from);
    return begin < 0 ? buffer.length : begin;
  }

  private skip(buffer: Buffer, from: number, until: string): number | undefined {
    const end = buffer.indexOf(until, from, 'latin1');
    if (end < 0) return undefined;
    this.until = undefined;
    return end + (until === '-->' ? until.length : 0);
  }

  private meet(buffer: Buffer, begin: number, end: number): void {
    if (isTag(buffer, begin + 1, 'div')) this.openDiv(buffer, begin, end);
    else if (buffer[begin + 1] === SLASH) {
      if (this.start >= 0 && isTag(buffer, begin + 2, 'div') && --this.depth === 0) this.finish(this.base + end);
    } else if (isTag(buffer, begin + 1, 'script')) this.until = '</script';
    else if (isTag(buffer, begin + 1, 'style')) this.until = '</style';
  }

  private openDiv(buffer: Buffer, begin: number, end: number): void {
    const kind = this.classify(buffer.toString('utf8', begin, end));
    if (kind === undefined) {
      if (this.start >= 0) this.depth++;
      return;
    }
    // Messages do not nest: where one begins inside another, the other has lost its end.
    if (this.start >= 0) this.finish(this.base + begin);
    this.start = this.base + begin;
    this.kind = kind;
    this.depth = 1;
  }

  private finish(end: number): void {
    this.found.push({ kind: this.kind, offset: this.start, length: end - this.start });
    this.start = -1;
  }
}

/** Past the `>` that ends a tag, one inside quotes not counting; undefined when the buffer ends before. */
function endOfTag(buffer: Buffer, from: number): number | undefined {
  let quote = 0;
  let equals = false;
  for (let i = from; i < buffer.length; i++) {
    const byte = buffer[i]!;
    if (quote !== 0) {
      if (byte === quote) quote = 0;
    } else if (byte === GREATER) {
      return i + 1;
    } else if ((byte === DOUBLE_QUOTE || byte === SINGLE_QUOTE) && equals) {
      quote = byte;
      equals = false;
    } else if (byte === EQUALS) {
      equals = true;
    } else if (byte > 0x20) {
      equals = false;
    }
  }
  return undefined;
}

/** Whether the tag whose name begins at `at` is of that name. */
function isTag(buffer: Buffer, at: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) if ((buffer[at + i]! | 0x20) !== name.charCodeAt(i)) return false;
  const after = buffer[at + name.length]!;
  return after <= 0x20 || after === GREATER || after === SLASH;
}

function isNameStart(byte: number): boolean {
  return byte === SLASH || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

const ATTRIBUTE = {
  class: /\sclass\s*=\s*(?:"([^"]*)"|'([^']*)')/,
  id: /\sid\s*=\s*(?:"([^"]*)"|'([^']*)')/,
  'data-post': /\sdata-post\s*=\s*(?:"([^"]*)"|'([^']*)')/,
  'data-view': /\sdata-view\s*=\s*(?:"([^"]*)"|'([^']*)')/,
  'data-peer': /\sdata-peer\s*=\s*(?:"([^"]*)"|'([^']*)')/,
};

/** An attribute of a tag as it stands; undefined when it has none of that name. */
export function attribute(tag: string, name: keyof typeof ATTRIBUTE): string | undefined {
  const match = ATTRIBUTE[name].exec(tag);
  return match ? (match[1] ?? match[2]) : undefined;
}
