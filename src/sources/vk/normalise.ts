/** One record to readings: an answer of the API with all that it lists, or one post or comment. */
import { Rejection } from '../../core/errors.js';
import { asObject, asString, isObject, parseJson } from '../shared/json.js';
import { refused, storableItems, type Item } from '../shared/items.js';
import type { CaptureContext } from '../source.js';
import { ARCHIVE_REFUSAL } from './archive.js';
import { itemsOf, kindOf } from './kinds.js';
import { peopleOf, type People } from './people.js';
import { readComment, readPost } from './post.js';

/** Answers in answers: several requests that were executed as one. */
const MAX_LISTS = 4;

export function normalise(record: Uint8Array, { format }: CaptureContext): readonly Item[] {
  if (format === 'vk-archive') throw new Rejection(ARCHIVE_REFUSAL.reason, ARCHIVE_REFUSAL.detail);
  return storableItems(record, read(parseJson(record), new Map(), 0));
}

function read(value: unknown, people: People, depth: number): readonly Item[] {
  if (Array.isArray(value)) {
    if (depth >= MAX_LISTS) return [refused('too-deep', `lists nested deeper than ${MAX_LISTS}`)];
    if (value.length === 0) return [refused('empty', 'an empty list')];
    return (value as unknown[]).flatMap((item) => read(item, people, depth + 1));
  }
  if (!isObject(value)) return [refused('not-a-post', `${JSON.stringify(value).slice(0, 80)} is no object`)];
  switch (kindOf(value)) {
    case 'post':
      return readPost(value, people);
    case 'comment':
      return readComment(value, people);
    case 'message':
      return [refused('not-supported', 'a private message among posts: it is kept, and not read')];
    case 'user':
    case 'group':
      return [refused('users', 'an account or a community, no post; hand in its wall (wall.get)')];
    case 'error': {
      const message = asString(asObject(value['error'])?.['error_msg']) ?? 'unnamed';
      return [refused('error-body', `the server answered with an error: ${message}`)];
    }
    default: {
      const items = depth < MAX_LISTS ? itemsOf(value) : [];
      const beside = peopleOf(value);
      if (items.length > 0) return items.flatMap((item) => read(item, beside.size > 0 ? beside : people, depth + 1));
      if ('items' in value || 'response' in value) return [refused('empty', 'an answer without posts')];
      return [refused('not-a-post', `nothing known of VK: ${Object.keys(value).slice(0, 6).join(', ')}`)];
    }
  }
}
