/**
 * The records of a WARC (ISO 28500, versions 0.17 to 1.1) or of its forerunner ARC, from a stream. A length that does
 * not fit or a broken head costs the bytes up to the next record that begins on a line of its own, and no more.
 */
import { Rejection } from '../../core/errors.js';
import type { ByteReader } from './byte-reader.js';

export interface WarcRecord {
  /** Its place among the records, from 0. */
  readonly number: number;
  /** Where it begins in the unpacked stream. */
  readonly offset: number;
  readonly type: string;
  /** As written. */
  readonly date: string | undefined;
  readonly uri: string | undefined;
  /** Named fields, in lower case. */
  readonly fields: ReadonlyMap<string, string>;
  readonly bytes: number;
  /** To be read before the next record is asked for, or not at all. Throws a Rejection (`truncated`). */
  readonly block: AsyncIterable<Buffer>;
}

/** A stretch that is no record. */
export interface Damage {
  readonly offset: number;
  readonly bytes: number;
  readonly reason: 'malformed' | 'truncated';
  readonly why: string;
}

/** Of a file's first bytes. */
export function isWarc(head: Buffer): boolean {
  return /^(?:WARC\/[01]\.\d|filedesc:\/\/\S+ \S+ \d{8,14} )/.test(head.toString('latin1', 0, 200));
}

const MOST_IN_A_LINE = 64 * 1024;
const MOST_FIELDS = 500;

export async function* warcRecords(reader: ByteReader): AsyncGenerator<WarcRecord | Damage> {
  let number = 0;
  for (;;) {
    await passNewlines(reader);
    const offset = reader.at;
    let head: Head | undefined;
    try {
      const first = await reader.line(MOST_IN_A_LINE, 'a record’s first line');
      if (first === undefined) return;
      head = first.startsWith('WARC/') ? await warcHead(reader) : arcHead(first);
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      head = undefined;
    }
    if (!head) {
      await toNextRecord(reader);
      const bytes = reader.at - offset;
      yield {
        offset,
        bytes,
        reason: 'malformed',
        why: `no record begins at byte ${offset}; ${bytes} bytes are passed over`,
      };
      continue;
    }
    const block = new Block(reader, head.length);
    yield { number: number++, offset, ...head, bytes: head.length, block };
    const missing = await block.pass();
    if (missing > 0) {
      const why = `the record at byte ${offset} says ${head.length} bytes; ${missing} of them are missing`;
      if (!block.told) yield { offset, bytes: reader.at - offset, reason: 'truncated', why };
      return;
    }
  }
}

async function passNewlines(reader: ByteReader): Promise<void> {
  for (;;) {
    const part = await reader.some(16);
    if (part.length === 0) return;
    const end = part.findIndex((byte) => byte !== 0x0d && byte !== 0x0a);
    if (end < 0) continue;
    reader.unread(part.subarray(end));
    return;
  }
}

/** Passes over bytes until a line begins with a WARC's version, or the end. */
async function toNextRecord(reader: ByteReader): Promise<void> {
  for (;;) {
    const part = await reader.some(64 * 1024);
    if (part.length === 0) return;
    const at = part.indexOf('\nWARC/1.');
    if (at >= 0) return reader.unread(part.subarray(at + 1));
    if (part.length <= 8) {
      const more = await reader.some(64 * 1024);
      if (more.length === 0) return;
      reader.unread(Buffer.concat([part, more]));
      continue;
    }
    // The mark may lie across two pieces.
    reader.unread(part.subarray(part.length - 8));
    const next = await reader.take(16);
    if (next.length <= 8) return;
    reader.unread(next);
  }
}

// ── heads ───────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Head {
  readonly type: string;
  readonly date: string | undefined;
  readonly uri: string | undefined;
  readonly fields: ReadonlyMap<string, string>;
  readonly length: number;
}

async function warcHead(reader: ByteReader): Promise<Head | undefined> {
  const fields = await readFields(reader, { toTheEmptyLine: true });
  const length = /^\d+$/.test(fields.get('content-length') ?? '') ? Number(fields.get('content-length')) : NaN;
  const type = fields.get('warc-type');
  if (type === undefined || !Number.isSafeInteger(length)) return undefined;
  // wget of old wrote <…> around it, which the grammar of WARC 1.0 says and its examples do not.
  const uri = fields.get('warc-target-uri')?.replace(/^<(.*)>$/, '$1');
  return { type: type.toLowerCase(), date: fields.get('warc-date'), uri, fields, length };
}

/** Fields up to the empty line. A name that comes twice keeps its first value. */
export async function readFields(reader: ByteReader, { toTheEmptyLine = false } = {}): Promise<Map<string, string>> {
  const fields = new Map<string, string>();
  let name = '';
  for (let lines = 0; ; lines++) {
    const line = await reader.line(MOST_IN_A_LINE, 'a field');
    if (line === '') return fields;
    if (line === undefined) {
      if (toTheEmptyLine) throw new Rejection('truncated', 'a head ends before its empty line');
      return fields;
    }
    if (lines > MOST_FIELDS) throw new Rejection('malformed', `a head of more than ${MOST_FIELDS} lines`);
    if (/^[ \t]/.test(line) && fields.has(name)) {
      fields.set(name, `${fields.get(name)!} ${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    name = line.slice(0, colon).trim().toLowerCase();
    if (!fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
}

/** `URL IP date type length` and, in version 2, more between type and length. The URL may hold spaces. */
function arcHead(line: string): Head | undefined {
  const words = line.split(' ');
  const length = Number(words.at(-1));
  const place = words.findIndex((word, i) => i >= 2 && /^\d{14}$/.test(word));
  if (place < 0 || words.length < place + 3 || !Number.isSafeInteger(length) || length < 0) return undefined;
  const [year, rest] = [words[place]!.slice(0, 4), words[place]!.slice(4).match(/../g)!];
  const date = `${year}-${rest[0]}-${rest[1]}T${rest[2]}:${rest[3]}:${rest[4]}Z`;
  const uri = words.slice(0, place - 1).join(' ');
  const fields = new Map([['content-type', words[place + 1]!]]);
  return { type: uri.startsWith('filedesc:') ? 'warcinfo' : 'response', date, uri, fields, length };
}

// ── blocks ──────────────────────────────────────────────────────────────────────────────────────────────────────────

class Block implements AsyncIterable<Buffer> {
  /** Whoever reads it has been told that it is cut short. */
  told = false;

  constructor(
    private readonly reader: ByteReader,
    private left: number,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    while (this.left > 0) {
      // Undone when the part is there: what the stream itself throws is told to the same reader.
      this.told = true;
      const part = await this.reader.some(this.left);
      this.told = part.length === 0;
      if (this.told) {
        throw new Rejection('truncated', `the file ends ${this.left} bytes before the record does: copy it again`);
      }
      this.left -= part.length;
      yield part;
    }
  }

  /** Passes over what nobody read. Returns how many bytes are missing. */
  async pass(): Promise<number> {
    while (this.left > 0) {
      const part = await this.reader.some(this.left);
      if (part.length === 0) break;
      this.left -= part.length;
    }
    return this.left;
  }
}
