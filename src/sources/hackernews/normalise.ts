/** One record to readings: an item, a hit, a tree of comments, a page, a row. */
import { refused, storableItems, type Item } from '../shared/items.js';
import { asArray, isObject, parseJson, type JsonObject } from '../shared/json.js';
import type { CaptureContext } from '../source.js';
import { plainOfHit, plainOfItem, readHnpwa, readPlain, readTree } from './item.js';
import { kindOf } from './kinds.js';
import { readRow } from './table.js';

/** Pages that somebody gathered in one file. */
const MAX_LISTS = 4;

export function normalise(record: Uint8Array, context: CaptureContext): readonly Item[] {
  if (context.format === 'hackernews-table') return readRow(record, context);
  return storableItems(record, read(parseJson(record), context.options.timezone, 0));
}

function read(value: unknown, timezone: string | undefined, lists: number): readonly Item[] {
  if (Array.isArray(value)) {
    if (lists >= MAX_LISTS) return [refused('too-deep', `lists nested deeper than ${MAX_LISTS}`)];
    if (value.length === 0) return [refused('empty', 'an empty list')];
    return (value as unknown[]).flatMap((item) => read(item, timezone, lists + 1));
  }
  // An item that the API does not have is answered with null.
  if (value === null) return [refused('empty', 'null: the API has no such item')];
  if (!isObject(value)) return [refused('not-a-post', `${JSON.stringify(value).slice(0, 80)} is no object`)];
  switch (kindOf(value)) {
    case 'item':
      return [...readPlain(plainOfItem(value, timezone)), ...readBelow(value, timezone, lists)];
    case 'hit':
      return readPlain(plainOfHit(value));
    case 'tree':
      return readTree(value);
    case 'plain':
      return readHnpwa(value);
    case 'search': {
      const hits = asArray(value['hits']);
      if (hits.length === 0) return [refused('empty', 'a search without hits')];
      return hits.flatMap((hit) => read(hit, timezone, lists + 1));
    }
    case 'user':
      return [refused('users', 'an account, no post; hand in its items')];
    case 'updates':
      return [refused('lists', 'numbers of items that changed; fetch them and hand them in')];
    case undefined:
      return [refused('not-a-post', `nothing known of Hacker News: ${Object.keys(value).slice(0, 6).join(', ')}`)];
  }
}

/** `kids` are numbers; some collectors put the comments in their place, however deep. */
function readBelow(item: JsonObject, timezone: string | undefined, lists: number): readonly Item[] {
  const below = [...asArray(item['kids']), ...asArray(item['comments']), ...asArray(item['children'])].filter(isObject);
  return below.flatMap((each) => read(each, timezone, Math.min(lists, MAX_LISTS - 1)));
}
