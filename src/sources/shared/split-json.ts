/** Where records begin and end in a platform's answers: each element of a list, each line, each value. */
import { peekAhead } from './ahead.js';
import { isObject, type JsonObject } from './json.js';
import { scanJson } from './json-scanner.js';
import { peekJson } from './peek.js';
import type { RecordRange } from '../source.js';

const OPEN_BRACKET = 0x5b;

/**
 * A list at the top is descended into; every other value is a record as a whole. `within` may name the lists of an
 * object that are too long to be one record (`$.items`): asked of the first value, as far as the head shows it, and
 * meant for that one value. What stands beside these lists is then passed over.
 */
export async function* splitJson(
  member: AsyncIterable<Uint8Array>,
  within?: (first: JsonObject) => ReadonlySet<string> | undefined,
): AsyncGenerator<RecordRange> {
  const { head, all } = await peekAhead(member);
  const first = peekJson(head)?.values[0];
  const lists = isObject(first) ? within?.(first) : undefined;
  let values = 0;
  const ranges = scanJson(all, (path, firstByte) => {
    if (path === '$') {
      values++;
      return firstByte === OPEN_BRACKET || (lists && values === 1) ? 'descend' : 'record';
    }
    if (path.endsWith('[]')) return 'record';
    if (!lists) return 'skip';
    if (lists.has(path)) return firstByte === OPEN_BRACKET ? 'descend' : 'record';
    for (const list of lists) if (list.startsWith(`${path}.`)) return 'descend';
    return 'skip';
  });
  for await (const { offset, length, refused } of ranges)
    yield refused ? { offset, length, refused } : { offset, length };
}
