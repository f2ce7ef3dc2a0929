/** One record to readings: a post with those that it passes on, an answer, a page. */
import { asArray, asObject, isObject, type JsonObject } from '../shared/json.js';
import { parseExact } from '../shared/exact.js';
import { guarded, refused, storableItems, type Item } from '../shared/items.js';
import type { CaptureContext } from '../source.js';
import { kindOf, postsOf } from './kinds.js';
import { readPage } from './page.js';
import { readPost } from './post.js';
import { refusalOf } from './recognise.js';
import { isOldPost, readOldPost } from './v1.js';
import { oldPostOf } from './xml.js';

export function normalise(record: Uint8Array, context: CaptureContext): readonly Item[] {
  switch (context.format) {
    case 'tumblr-page':
      return [readPage(record, context)];
    case 'tumblr-xml':
      return [readOldPost(oldPostOf(record))];
    default:
      return storableItems(record, readValue(parseExact(record)));
  }
}

function readValue(value: unknown): readonly Item[] {
  if (!isObject(value)) return [refused('not-a-post', `${JSON.stringify(value).slice(0, 80)} is no object`)];
  const kind = kindOf(value);
  if (kind === undefined) {
    return [refused('not-a-post', `nothing known of Tumblr: ${Object.keys(value).slice(0, 6).join(', ')}`)];
  }
  const refusal = refusalOf(kind, value);
  if (refusal) return [refused(refusal.reason, refusal.detail)];
  if (kind === 'post') return readPost(value);
  if (kind === 'old-post') return guarded(() => [readOldPost(value, undefined, 'published')]);
  return kind === 'old-answer' ? readOldAnswer(value) : postsOf(value).flatMap(readPost);
}

function readOldAnswer(value: JsonObject): readonly Item[] {
  const posts = asArray(value['posts']).filter(isObject);
  if (posts.length === 0) return [refused('empty', 'an answer without posts')];
  const blog = asObject(value['tumblelog']);
  return posts.flatMap((post) =>
    isOldPost(post)
      ? guarded(() => [readOldPost(post, blog, 'published')])
      : [refused('not-a-post', `nothing known of Tumblr: ${Object.keys(post).slice(0, 6).join(', ')}`)],
  );
}
