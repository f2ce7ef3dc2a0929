/** Where records begin and end: blocks of a CAR, frames of the firehose, entries and lines of JSON. */
import type { JsonObject } from '../shared/json.js';
import { splitJson } from '../shared/split-json.js';
import type { RecordRange } from '../source.js';
import { splitCar } from './split-car.js';
import { splitFrames } from './split-frames.js';

export function split(member: AsyncIterable<Uint8Array>, format: string): AsyncIterable<RecordRange> {
  if (format === 'bluesky-car') return splitCar(member);
  if (format === 'bluesky-firehose') return splitFrames(member);
  return splitJson(member, listsIn);
}

const LISTS = ['feed', 'posts', 'records', 'notifications', 'bookmarks'];

/** Each entry of a page is a record of its own. An empty list is read as a whole, so that it is told. */
function listsIn(first: JsonObject): ReadonlySet<string> | undefined {
  const found = LISTS.filter((name) => Array.isArray(first[name]) && first[name].length > 0);
  return found.length === 0 ? undefined : new Set(found.map((name) => `$.${name}`));
}
