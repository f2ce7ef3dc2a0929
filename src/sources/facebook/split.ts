/** Where the items of a file begin and end. */
import { splitJson } from '../shared/split-json.js';
import { isThread } from '../shared/meta-message.js';
import type { RecordRange } from '../source.js';
import { isAlbum, listsOf } from './kinds.js';

/** A page is one record, which nobody reads. */
export async function* splitPage(member: AsyncIterable<Uint8Array>): AsyncGenerator<RecordRange> {
  let length = 0;
  for await (const chunk of member) length += chunk.length;
  yield { offset: 0, length };
}

export function splitFile(member: AsyncIterable<Uint8Array>): AsyncIterable<RecordRange> {
  return splitJson(member, (first) => {
    if (isThread(first)) return new Set(['$.messages']);
    if (isAlbum(first)) return new Set(['$.photos']);
    const lists = listsOf(first);
    return lists.length > 0 ? new Set(lists.map(({ path }) => path)) : undefined;
  });
}
