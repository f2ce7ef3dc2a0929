/** Where items begin and end. What cannot be split on its bytes (UTF-16) is one record, and split when it is read. */
import { Rejection } from '../../core/errors.js';
import type { RecordRange } from '../source.js';
import { peekAhead } from '../shared/ahead.js';
import { asArray, type JsonObject } from '../shared/json.js';
import { splitJson } from '../shared/split-json.js';
import { headOf, type FeedHead } from './head.js';
import { ItemScanner, type ItemNames } from './scanner.js';

/** A file that is decoded as a whole may have so many bytes. */
const MAX_WHOLE = 64 * 1024 * 1024;

export function splitFeed(member: AsyncIterable<Uint8Array>, format: string): AsyncIterable<RecordRange> {
  return format === 'jsonfeed' ? splitJson(member, listsOf) : splitXml(member);
}

function listsOf(first: JsonObject): ReadonlySet<string> | undefined {
  return asArray(first['items']).length > 0 ? new Set(['$.items']) : undefined;
}

const ANY: ItemNames = { names: new Set(['item', 'entry']), others: new Set() };

export async function* splitXml(member: AsyncIterable<Uint8Array>): AsyncGenerator<RecordRange> {
  const { head, all } = await peekAhead(member);
  let about: FeedHead | undefined;
  try {
    about = headOf(head);
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    yield { offset: 0, length: await sizeOf(all), refused: { reason: error.reason, detail: error.detail } };
    return;
  }
  if (about?.encoding.bytewise === false) {
    yield whole(await sizeOf(all));
    return;
  }
  const scanner = new ItemScanner(about?.items ?? ANY);
  let found = false;
  for await (const chunk of all) {
    scanner.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    if (scanner.found.length === 0) continue;
    found = true;
    yield* scanner.take();
  }
  const size = scanner.end();
  if (!found && scanner.found.length === 0 && size > 0) yield none(size);
  yield* scanner.take();
}

async function sizeOf(all: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const chunk of all) size += chunk.length;
  return size;
}

function whole(length: number): RecordRange {
  if (length <= MAX_WHOLE) return { offset: 0, length };
  const detail = `a file in UTF-16 is read as a whole: this one has ${length} bytes, the limit is ${MAX_WHOLE}; convert it to UTF-8`;
  return { offset: 0, length, refused: { reason: 'too-large', detail } };
}

function none(length: number): RecordRange {
  return { offset: 0, length, refused: { reason: 'empty', detail: 'a feed without items' } };
}
