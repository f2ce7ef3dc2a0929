/**
 * Items of Instagram’s and Threads’ exports that are little tables, whose names are translated with the export:
 *
 *   {"string_map_data":{"Comment":{"value":"…"},"Media Owner":{"value":"sami"},"Time":{"timestamp":1481655851}}}
 *   {"title":"sami","string_list_data":[{"href":"https://www.instagram.com/p/…","value":"…","timestamp":1481655851}]}
 *   {"timestamp":1481655851,"media":[],"label_values":[{"label":"Comment","value":"…"},{"title":"Owner","dict":[…]}],"fbid":"…"}
 *
 * They are read by what an entry holds and where it stands, never by what it is called.
 */
import { asArray, asNumber, asObject, asString, isObject, type JsonObject } from './json.js';

export interface Entry {
  /** As it is called in this export; in the owner’s language. */
  readonly label: string;
  readonly value?: string;
  readonly href?: string;
  readonly timestamp?: number;
}

export function isTable(item: JsonObject): boolean {
  return (
    isObject(item['string_map_data']) ||
    Array.isArray(item['string_list_data']) ||
    isObject(item['media_map_data']) ||
    isLabelled(item)
  );
}

export function isLabelled(item: JsonObject): boolean {
  return Array.isArray(item['label_values']) && ('fbid' in item || Array.isArray(item['media']));
}

/** In the order of the file. Entries within entries follow theirs. */
export function entriesOf(item: JsonObject): readonly Entry[] {
  const map = Object.entries(asObject(item['string_map_data']) ?? {}).flatMap(([label, value]) =>
    isObject(value) ? [entryOf(label, value)] : [],
  );
  const list = asArray(item['string_list_data']).flatMap((value) => (isObject(value) ? [entryOf('', value)] : []));
  return [...map, ...list, ...labelled(item['label_values'], 0)];
}

function labelled(value: unknown, depth: number): readonly Entry[] {
  if (depth > 6) return [];
  return asArray(value).flatMap((each) => {
    if (!isObject(each)) return [];
    const inner = [...labelled(each['dict'], depth + 1), ...labelled(each['vec'], depth + 1)];
    const own = 'value' in each || 'href' in each || 'timestamp_value' in each;
    return own ? [entryOf(asString(each['label']) ?? '', each), ...inner] : inner;
  });
}

function entryOf(label: string, value: JsonObject): Entry {
  const text = asString(value['value']);
  const href = asString(value['href']);
  const timestamp = asNumber(value['timestamp']) ?? asNumber(value['timestamp_value']);
  return {
    label,
    ...(text !== undefined && { value: text }),
    ...(href !== undefined && href !== '' && { href }),
    // Zero stands for none.
    ...(timestamp !== undefined && timestamp > 0 && { timestamp }),
  };
}

/** When it was done: the record’s own time, else that of its first entry with one. */
export function secondsOf(item: JsonObject): number | undefined {
  const own = asNumber(item['timestamp']);
  if (own !== undefined && own > 0) return own;
  return entriesOf(item).find(({ timestamp }) => timestamp !== undefined)?.timestamp;
}

/** Every web address of the item. */
export function addressesOf(item: JsonObject): readonly string[] {
  return entriesOf(item).flatMap(({ href, value }) => [href, value].filter(isAddress));
}

function isAddress(text: string | undefined): text is string {
  return text !== undefined && /^https?:\/\//i.test(text);
}

/** A name of an account, as Instagram and Threads allow them; not what an export writes for yes and no. */
export function isHandle(text: string): boolean {
  return /^[a-z0-9._]{1,30}$/.test(text);
}

/** Lists of such tables under names that begin in one of these ways. */
export function firstItem(list: unknown): JsonObject | undefined {
  return asArray(list).slice(0, 20).find(isObject);
}
