/** Where records begin and end: an outbox gives one for each item, a file of lines one for each line. */
import { isObject } from '../shared/json.js';
import { scanJson, type Select } from '../shared/json-scanner.js';
import { peekJson } from '../shared/peek.js';
import type { RecordRange } from '../source.js';
import { itemsOf } from './collection.js';
import { kindOf } from './kinds.js';

const HEAD_BYTES = 64 * 1024;

export async function* split(member: AsyncIterable<Uint8Array>): AsyncGenerator<RecordRange> {
  const { head, all } = await peekAhead(member);
  for await (const { offset, length, refused } of scanJson(all, selectFor(head))) {
    yield refused ? { offset, length, refused } : { offset, length };
  }
}

/** The lists that posts stand in; their elements are records. */
const COLLECTION = ['$.orderedItems', '$.items', '$.first.orderedItems', '$.first.items'];
const ANSWER = ['$.ancestors', '$.descendants', '$.statuses', '$.accounts', '$.hashtags'];

/**
 * An object is descended into only when the head shows that it is a list of posts; then that holds for this one value.
 * Whatever stands after it, and every other value, is a record as a whole, so that nothing is passed over.
 */
function selectFor(head: Uint8Array): Select {
  const first = peekJson(head)?.values[0];
  const lists = isObject(first) ? listsIn(first) : undefined;
  let values = 0;
  return (path, firstByte) => {
    if (path === '$') {
      values++;
      if (firstByte === 0x5b) return 'descend';
      return lists && values === 1 ? 'descend' : 'record';
    }
    if (path.endsWith('[]')) return 'record';
    if (!lists) return 'skip';
    if (path === '$.first') return lists.has('$.first.items') && firstByte === 0x7b ? 'descend' : 'skip';
    if (!lists.has(path)) return 'skip';
    return firstByte === 0x5b ? 'descend' : 'record';
  };
}

function listsIn(value: Parameters<typeof kindOf>[0]): ReadonlySet<string> | undefined {
  const kind = kindOf(value);
  if (kind === 'collection') return itemsOf(value).length > 0 ? new Set(COLLECTION) : undefined;
  if (kind !== 'context' && kind !== 'search') return undefined;
  return Object.values(value).some((list) => Array.isArray(list) && list.length > 0) ? new Set(ANSWER) : undefined;
}

/** The first bytes, and the whole stream all the same. The size of chunks makes no difference. */
async function peekAhead(
  member: AsyncIterable<Uint8Array>,
): Promise<{ head: Uint8Array; all: AsyncIterable<Uint8Array> }> {
  const iterator = member[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size < HEAD_BYTES) {
    const next = await iterator.next();
    if (next.done === true) break;
    chunks.push(next.value);
    size += next.value.length;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      yield* chunks;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { head: Buffer.concat(chunks).subarray(0, HEAD_BYTES), all: all() };
}
