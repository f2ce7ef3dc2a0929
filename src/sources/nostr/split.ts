/** Where events begin and end: one a line, one after another, or in a list; bare, or in a relay's frames. */
import { peekAhead } from '../shared/ahead.js';
import { scanJson, type Select } from '../shared/json-scanner.js';
import { peekJson } from '../shared/peek.js';
import type { RecordRange } from '../source.js';

const OPEN_BRACKET = 0x5b;

export async function* split(member: AsyncIterable<Uint8Array>): AsyncGenerator<RecordRange> {
  const { head, all } = await peekAhead(member);
  for await (const { offset, length, refused } of scanJson(all, selectFor(head))) {
    yield refused ? { offset, length, refused } : { offset, length };
  }
}

/** A list of events is descended into; a frame, which is a list too, is a record. Later lists are read whole. */
export function selectFor(head: Uint8Array): Select {
  const first = peekJson(head)?.values[0];
  const isList = Array.isArray(first) && typeof first[0] === 'object';
  let values = 0;
  return (path, firstByte) => {
    if (path === '$' && ++values === 1 && isList && firstByte === OPEN_BRACKET) return 'descend';
    return 'record';
  };
}
