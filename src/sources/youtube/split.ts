import { peekAhead } from '../shared/ahead.js';
import { splitCsv } from '../shared/csv.js';
import { asArray, type JsonObject } from '../shared/json.js';
import { splitJson } from '../shared/split-json.js';
import { Rejection } from '../../core/errors.js';
import type { RecordRange } from '../source.js';
import { kindOf } from './api.js';
import { splitChannelFeed } from './feed.js';
import { layoutOf } from './layout.js';
import { splitPage } from './page.js';

export function split(member: AsyncIterable<Uint8Array>, format: string): AsyncIterable<RecordRange> {
  switch (format) {
    case 'youtube-takeout':
      return splitTable(member);
    case 'youtube-takeout-page':
      return splitPage(member);
    case 'youtube-feed':
      return splitChannelFeed(member);
    case 'youtube-account':
      return whole(member);
    default:
      return splitJson(member, listsOf);
  }
}

/** The videos of a list, the items of an answer. */
function listsOf(first: JsonObject): ReadonlySet<string> | undefined {
  if (asArray(first['entries']).length > 0) return new Set(['$.entries']);
  const items = kindOf(first)?.endsWith('Response') === true && asArray(first['items']).length > 0;
  return items ? new Set(['$.items']) : undefined;
}

async function* splitTable(member: AsyncIterable<Uint8Array>): AsyncGenerator<RecordRange> {
  const { head, all } = await peekAhead(member);
  const layout = layoutOf(head);
  if (layout?.firstRow) yield layout.firstRow;
  yield* splitCsv(all, layout?.dialect ?? {});
}

/** What was opened although it holds no posts is counted as one. */
async function* whole(member: AsyncIterable<Uint8Array>): AsyncGenerator<RecordRange> {
  let length = 0;
  for await (const chunk of member) length += chunk.length;
  if (length === 0) throw new Rejection('empty', 'an empty file');
  yield { offset: 0, length, refused: { reason: 'not-a-post', detail: 'the account’s own matter, no posts' } };
}
