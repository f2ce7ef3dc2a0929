/** One record to readings: a status, a page of them, a line of a browser's capture. */
import { asArray, asObject, asString, isObject, parseJson, type JsonObject } from '../shared/json.js';
import { refused, storableItems, type Item } from '../shared/items.js';
import { capturedOf } from '../shared/zeeschuimer.js';
import type { CaptureContext } from '../source.js';
import { kindOf, REFUSALS } from './kinds.js';
import { readStatus, type Seen } from './status.js';

/** Pages that somebody gathered in one file. */
const MAX_LISTS = 4;

export function normalise(record: Uint8Array, context: CaptureContext): readonly Item[] {
  const value = parseJson(record);
  const captured = context.format === 'truthsocial-zeeschuimer' ? capturedOf(value) : undefined;
  const seen: Seen = { observedAt: captured?.observedAt, timezone: context.options.timezone };
  return storableItems(record, read(captured?.data ?? value, seen, 0));
}

function read(value: unknown, seen: Seen, lists: number): readonly Item[] {
  if (Array.isArray(value)) {
    if (lists >= MAX_LISTS) return [refused('too-deep', `lists nested deeper than ${MAX_LISTS}`)];
    if (value.length === 0) return [refused('empty', 'an empty list')];
    return (value as unknown[]).flatMap((item) => read(item, seen, lists + 1));
  }
  if (!isObject(value)) return [refused('not-a-post', `${JSON.stringify(value).slice(0, 80)} is no object`)];
  const kind = isError(value) ? 'error' : kindOf(value);
  const refusal = kind && REFUSALS[kind];
  if (refusal) return [refused(refusal.reason, refusal.detail)];
  if (kind === 'status') return readStatus(value, 'first', seen);
  if (kind === 'carrier') return readStatus(asObject(value['status'])!, 'second', seen);
  if (kind === 'page') return readPage(value, seen, lists);
  return [refused('not-a-post', unknown(value))];
}

function readPage(page: JsonObject, seen: Seen, lists: number): readonly Item[] {
  return Object.values(page).flatMap((list) => asArray(list).flatMap((item) => read(item, seen, lists + 1)));
}

function isError(value: JsonObject): boolean {
  return asString(value['error']) !== undefined && !('content' in value);
}

function unknown(value: JsonObject): string {
  if ('content' in value && 'spoiler_text' in value && !('id' in value)) {
    return 'a version from /history: it does not say of which status; hand in the status itself';
  }
  return `nothing known of Truth Social: ${Object.keys(value).slice(0, 6).join(', ')}`;
}
