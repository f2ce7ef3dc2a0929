/** Names. A post's number is unique on the whole platform; a blog's name changes, its uuid does not. */
import { actorUri, postUri, segment, type ActorUri, type PostUri } from '../../core/uri.js';

/** As a string, or a number while that is exact (numbers of today have eighteen digits: `parseExact`). */
export function idOf(...values: readonly unknown[]): string | undefined {
  for (const value of values) {
    if (typeof value === 'string' && /^[1-9]\d{0,19}$/.test(value)) return value;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return String(value);
  }
  return undefined;
}

export function postOf(id: string): PostUri {
  return postUri(`perdure:tumblr:post/${id}`);
}

export function blogOf(uuid: string): ActorUri {
  return actorUri(`perdure:tumblr:blog/${segment(uuid)}`);
}

/**
 * `https://name.tumblr.com/post/1…/slug`, `https://www.tumblr.com/name/1…/slug`, `https://www.tumblr.com/blog/view/name/1…`.
 * A blog with a domain of its own has the first form there, where nothing tells that it is Tumblr's.
 */
export function locate(url: string): PostUri | undefined {
  const match = /^https?:\/\/([\w-]+)\.tumblr\.com\/([^?#]*)/i.exec(url);
  if (!match) return undefined;
  const id = /^www$/i.test(match[1]!)
    ? /^(?:(?:blog\/view|dashboard\/blog)\/)?[\w-]+\/(\d{5,20})(?:\/|$)/.exec(match[2]!)?.[1]
    : /^(?:post|image|private|video)\/(\d{1,20})(?:\/|$)/.exec(match[2]!)?.[1];
  return id === undefined ? undefined : postOf(id);
}

/** The same for a post that is known to be Tumblr's, whatever the blog's domain. */
export function idInAddress(url: unknown): string | undefined {
  return typeof url === 'string'
    ? /^https?:\/\/[^/]+\/(?:post|[\w-]+)\/([1-9]\d{0,19})(?:[/?#]|$)/.exec(url)?.[1]
    : undefined;
}
