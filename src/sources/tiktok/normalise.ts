/** One record to readings: a post, a comment, an answer that holds several. */
import type { Observed } from '../../core/reading.js';
import { guarded, refused, storableItems, type Item } from '../shared/items.js';
import { isObject, parseObject, type JsonObject } from '../shared/json.js';
import { capturedOf } from '../shared/zeeschuimer.js';
import type { CaptureContext } from '../source.js';
import { blockOf } from './blocks.js';
import { readComment, readResearchComment } from './comment.js';
import { parseExact } from '../shared/exact.js';
import { readOwn } from './export.js';
import { kindOf, listsOf } from './kinds.js';
import { readAweme, readInfo, readItem, readResearch } from './post.js';
import { PLATFORMS } from './recognise.js';

export function normalise(record: Uint8Array, context: CaptureContext): readonly Item[] {
  switch (context.format) {
    case 'tiktok-export':
      return storableItems(record, [readOwn(parseObject(record), context)]);
    case 'tiktok-export-text':
      return [readBlock(blockOf(record), context)];
    default:
      return storableItems(record, readValue(parseExact(record)));
  }
}

/** Likes, favourites and histories are blocks of a time and an address alone. */
function readBlock(block: JsonObject, context: CaptureContext): Item {
  const own = 'Comment' in block || 'Likes' in block || 'WhoCanView' in block;
  return own ? readOwn(block, context) : refused('not-a-post', 'the address of somebody’s post, and nothing of it');
}

function readValue(value: unknown): readonly Item[] {
  if (!isObject(value)) return [refused('not-a-post', `${JSON.stringify(value).slice(0, 80)} is no object`)];
  const captured = capturedOf(value);
  if (!captured) return readKind(value, undefined);
  if (!PLATFORMS.includes(captured.platform)) {
    return [refused('not-supported', `captured from ${captured.platform}; hand it in as a file of its own`)];
  }
  return readKind(captured.data, captured.observedAt);
}

function readKind(value: JsonObject, seen: Observed | undefined, depth = 0): readonly Item[] {
  switch (kindOf(value)) {
    case 'item':
      return guarded(() => [readItem(value, seen)]);
    case 'aweme':
      return guarded(() => [readAweme(value, seen)]);
    case 'comment':
      return readComment(value, seen);
    case 'research':
      return guarded(() => [readResearch(value)]);
    case 'research-comment':
      return guarded(() => [readResearchComment(value)]);
    case 'info':
      return readDescription(value, seen, depth);
    case 'page':
      return readLists(value, seen, depth);
    case 'user':
      return [refused('users', 'an account, no post; hand in its posts')];
    case 'error':
      return [refused('empty', 'an answer without posts')];
    case undefined:
      return [refused('not-a-post', `nothing known of TikTok: ${Object.keys(value).slice(0, 6).join(', ')}`)];
  }
}

function readDescription(value: JsonObject, seen: Observed | undefined, depth: number): readonly Item[] {
  if (value['_type'] !== 'playlist' && value['_type'] !== 'multi_video') return guarded(() => [readInfo(value)]);
  if (listsOf(value).length > 0) return readLists(value, seen, depth);
  return [refused('lists', 'a list’s own description, no post; its posts have files of their own')];
}

function readLists(value: JsonObject, seen: Observed | undefined, depth: number): readonly Item[] {
  if (depth > 2) return [refused('too-deep', 'lists within lists')];
  return listsOf(value).flatMap((list) => list.flatMap((item) => readKind(item, seen, depth + 1)));
}
