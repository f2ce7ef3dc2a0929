/** Collections: outboxes, their pages, lists of likes or followers. */
import { asObject, asString, type JsonObject } from '../shared/json.js';
import type { Refusal } from './kinds.js';
import { count, listOf } from './ld.js';

/** What the collection holds itself, or its first page where that is inlined. */
export function itemsOf(collection: JsonObject): readonly unknown[] {
  const own = [...listOf(collection['orderedItems']), ...listOf(collection['items'])];
  const first = asObject(collection['first']);
  return first ? [...own, ...listOf(first['orderedItems']), ...listOf(first['items'])] : own;
}

/** For a collection that holds no posts. */
export function collectionRefusal(collection: JsonObject): Refusal {
  const id = asString(collection['id']) ?? asString(collection['partOf']) ?? '';
  if (/\/follow(?:ers|ing)(?:[/?#]|$)/.test(id))
    return { reason: 'users', detail: 'a list of followers or followed, no posts' };
  const total = count(collection['totalItems']);
  if (itemsOf(collection).length > 0)
    return { reason: 'lists', detail: 'a list of addresses without what they lead to' };
  if (collection['first'] !== undefined || collection['next'] !== undefined) {
    return { reason: 'lists', detail: 'a collection that only names its pages; hand in the pages' };
  }
  if (total !== undefined && total > 0)
    return { reason: 'counts', detail: `a collection that only counts its ${total} items` };
  return { reason: 'empty', detail: 'an empty collection' };
}
