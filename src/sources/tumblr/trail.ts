/** The chain of posts that a reblog carries: each with its blog, its number and what it added, the first one first. */
import type { Content, Visibility } from '../../core/content.js';
import type { Reading } from '../../core/reading.js';
import { present } from '../shared/items.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { blogReading, extraOf, fromBlocks, type Author } from './parts.js';
import { idOf, postOf } from './uri.js';
import { wordsOf } from './words.js';

export interface TrailEntry {
  readonly id?: string;
  /** Whether the chain begins with it. */
  readonly root: boolean;
  /** Absent where the entry is not a post that can be named: its blog is gone. */
  readonly reading?: Reading;
}

/** Without the post itself, which legacy trails end with. */
export function trailOf(post: JsonObject, visibility: Visibility): readonly TrailEntry[] {
  const self = idOf(post['id_string'], post['id']);
  return asArray(post['trail'])
    .filter(isObject)
    .filter((entry) => entry['is_current_item'] !== true)
    .map((entry, index) => entryOf(entry, entry['is_root_item'] === true || index === 0, visibility))
    .filter((entry) => entry.id === undefined || entry.id !== self);
}

function entryOf(entry: JsonObject, root: boolean, visibility: Visibility): TrailEntry {
  const id = idOf(asObject(entry['post'])?.['id']);
  if (id === undefined) return { root };
  const author: Author = blogReading(asObject(entry['blog']), asString(entry['broken_blog_name']));
  const own = Array.isArray(entry['content']) ? fromBlocks(entry) : legacyEntry(entry);
  const losses = own.losses.length > 0 ? { losses: own.losses } : {};
  const content: Content = {
    ...own.content,
    type: 'Note',
    // Whoever reads the reblog reads this.
    visibility: visibility === 'public' ? 'public' : 'unknown',
    ...present({
      attributedTo: author.reading?.actor,
      extra: extraOf({ ...own.content.extra, screenName: author.reading ? undefined : author.name }),
    }),
  };
  const actors = author.reading ? { actors: [author.reading] } : {};
  return { id, root, reading: { post: postOf(id), outcome: 'present', hand: 'second', content, ...actors, ...losses } };
}

/** Captions alone: pictures and titles stand on the reblog, and do not say whose they are. */
function legacyEntry(entry: JsonObject): { content: Partial<Content>; losses: readonly string[] } {
  const html = asString(entry['content_raw']) ?? asString(entry['content']);
  return { content: html === undefined ? {} : wordsOf(html), losses: [] };
}
