/** One record to readings. */
import { storableItems, refused, type Item } from '../shared/items.js';
import { isObject, parseJson } from '../shared/json.js';
import type { CaptureContext } from '../source.js';
import { kindOf, isErrorBody, readAnswer } from './api.js';
import { readEntry } from './feed.js';
import { isLiveChat, readMoment } from './livechat.js';
import { readItem } from './page.js';
import { readRow } from './takeout.js';
import { isInfo, readInfo } from './ytdlp.js';

export function normalise(record: Uint8Array, context: CaptureContext): readonly Item[] {
  switch (context.format) {
    case 'youtube-takeout':
      return storableItems(record, [readRow(record, context.head, context.path)]);
    case 'youtube-feed':
      return readEntry(record);
    case 'youtube-takeout-page':
      return [readItem(record, context)];
    default:
      return storableItems(record, readValue(parseJson(record), context.path));
  }
}

/** A file may hold records of several kinds, one behind the other. */
function readValue(value: unknown, path: string): readonly Item[] {
  if (!isObject(value)) return [refused('not-a-post', `${shown(value)} is no object`)];
  if (kindOf(value) !== undefined || isErrorBody(value)) return readAnswer(value);
  if (isLiveChat(value)) return readMoment(value, path);
  if (isInfo(value)) return readInfo(value);
  return [refused('not-a-post', `nothing known of YouTube: ${Object.keys(value).slice(0, 6).join(', ')}`)];
}

function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 80);
}
