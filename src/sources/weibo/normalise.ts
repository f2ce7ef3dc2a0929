/** One record to readings: a status, a comment, an answer of the pages' own interfaces, a collector's row. */
import { asArray, asObject, asString, isObject, parseJson, type JsonObject } from '../shared/json.js';
import { rowReader, requireWidth } from '../shared/csv.js';
import { refused, storableItems, type Item } from '../shared/items.js';
import type { CaptureContext } from '../source.js';
import { fieldsOf, readCrawled } from './crawler.js';
import { itemsOf, kindOf } from './kinds.js';
import { readComment, readStatus } from './status.js';

/** Pages that somebody gathered in one file. */
const MAX_LISTS = 4;

export function normalise(record: Uint8Array, context: CaptureContext): readonly Item[] {
  const { timezone } = context.options;
  if (context.format === 'weibo-table') {
    const row = rowReader(context.head)(record);
    requireWidth(row);
    return readCrawled(fieldsOf(row.of), 'first', timezone);
  }
  return storableItems(record, read(parseJson(record), timezone, 0));
}

function read(value: unknown, timezone: string | undefined, lists: number): readonly Item[] {
  if (Array.isArray(value)) {
    if (lists >= MAX_LISTS) return [refused('too-deep', `lists nested deeper than ${MAX_LISTS}`)];
    if (value.length === 0) return [refused('empty', 'an empty list')];
    return (value as unknown[]).flatMap((item) => read(item, timezone, lists + 1));
  }
  if (!isObject(value)) return [refused('not-a-post', `${JSON.stringify(value).slice(0, 80)} is no object`)];
  switch (kindOf(value)) {
    case 'status':
      return readStatus(value, 'first', timezone);
    case 'crawler':
      return readCrawled(value, 'first', timezone);
    case 'carrier':
      return readStatus(asObject(value['mblog'])!, 'first', timezone);
    case 'comment':
      return readComment(value, timezone);
    case 'page':
      return readLists([value['statuses'], value['comments'], value['reposts']], timezone, lists);
    case 'user':
      return [refused('users', 'an account, no status; hand in its statuses')];
    case 'error':
      return [refused('error-body', `the server answered with an error: ${asString(value['error']) ?? 'unnamed'}`)];
    default:
      return readMobile(value, timezone, lists);
  }
}

/** `{"ok":1,"data":…}` */
function readMobile(value: JsonObject, timezone: string | undefined, lists: number): readonly Item[] {
  if (!('ok' in value)) {
    return [refused('not-a-post', `nothing known of Weibo: ${Object.keys(value).slice(0, 6).join(', ')}`)];
  }
  const message = asString(value['msg']) ?? '';
  if (value['ok'] !== 1 && value['ok'] !== true) {
    const empty = message.includes('没有内容');
    return [
      refused(empty ? 'empty' : 'error-body', `the server answered ok=${JSON.stringify(value['ok'])}: ${message}`),
    ];
  }
  const data = asObject(value['data']);
  if (typeof data?.['longTextContent'] === 'string') {
    return [refused('no-identity', 'the whole of a long text, which does not say of which status; hand in the status')];
  }
  const items = itemsOf(value['data']).filter((item) => kindOf(item) !== undefined);
  if (items.length > 0) return items.flatMap((item) => read(item, timezone, lists + 1));
  if (isObject(data?.['userInfo']) || isObject(data?.['user'])) return [refused('users', 'an account, no status')];
  return [refused('empty', 'an answer without statuses')];
}

function readLists(all: readonly unknown[], timezone: string | undefined, lists: number): readonly Item[] {
  const items = all.flatMap(asArray);
  if (items.length === 0) return [refused('empty', 'a page without statuses')];
  return items.flatMap((item) => read(item, timezone, lists + 1));
}
