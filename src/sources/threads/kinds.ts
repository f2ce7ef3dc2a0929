/** What a JSON file of an export holds: lists whose names begin with `text_post_app_`. */
import { asArray, asObject, isObject } from '../shared/json.js';
import { isMediaPost } from '../shared/meta-post.js';

export interface List {
  /** As the scanner of records writes it: `$.text_post_app_text_posts`. */
  readonly path: string;
  readonly kind: 'post' | 'like' | 'bookmark' | 'account' | 'people';
}

export function listOf(value: unknown): List | undefined {
  if (Array.isArray(value)) {
    // Since a date nobody knows of, lists may stand bare; `text_app_post` is Threads’ own.
    const isOwn = value
      .slice(0, 20)
      .some((each) => isObject(asObject(asArray(asObject(each)?.['media'])[0])?.['text_app_post']));
    return isOwn ? { path: '$', kind: 'post' } : undefined;
  }
  if (!isObject(value)) return undefined;
  const key = Object.keys(value).find((each) => each.startsWith('text_post_app_') && Array.isArray(value[each]));
  if (key === undefined) return undefined;
  const path = `$.${key}`;
  const list = asArray(value[key]);
  const isPosts = list.slice(0, 20).some((each) => isObject(each) && 'media' in each && isMediaPost(each));
  if (isPosts || key === 'text_post_app_text_posts') return { path, kind: 'post' };
  if (/_likes$/.test(key)) return { path, kind: 'like' };
  if (/_saved/.test(key)) return { path, kind: 'bookmark' };
  return { path, kind: /follow|blocked|muted|restricted/.test(key) ? 'people' : 'account' };
}
