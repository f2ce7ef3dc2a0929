/** The names of TikTok’s posts, comments and people: numbers of the whole platform. Handles are left out of them. */
import { actorUri, postUri, segment, type ActorUri, type PostUri } from '../../core/uri.js';

/** As a string, or a number while that is exact: real ones have nineteen digits, and TikTok’s own answers quote them. */
export function idOf(...values: readonly unknown[]): string | undefined {
  for (const value of values) {
    if (typeof value === 'string' && /^[1-9]\d{4,20}$/.test(value)) return value;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 9_999) return String(value);
  }
  return undefined;
}

export function videoOf(id: string): PostUri {
  return postUri(`https://www.tiktok.com/video/${id}`);
}

export function commentOf(id: string): PostUri {
  return postUri(`perdure:tiktok:comment/${id}`);
}

export function personOf(id: string): ActorUri {
  return actorUri(`perdure:tiktok:user/${id}`);
}

/** What an account's own export gives no number: named by account, else accession; time, words, ordinal. */
export function ownOf(kind: 'post' | 'comment', scope: string, key: string, ordinal: number): PostUri {
  return postUri(`perdure:tiktok:own-${kind}/${segment(scope)}/${segment(key)}${ordinal > 0 ? `/${ordinal + 1}` : ''}`);
}

/** Whose export it is: the author of what has no number. */
export function ownerOf(scope: string): ActorUri {
  return actorUri(`perdure:tiktok:owner/${segment(scope)}`);
}

/** The number in an address of a post: `/@name/video/…`, `/@name/photo/…`, `/share/video/…`, `/v/….html`, `/embed/v2/…`. */
export function idIn(url: unknown): string | undefined {
  if (typeof url !== 'string') return undefined;
  return /^https?:\/\/(?:[\w-]+\.)?(?:tiktok|tiktokv)\.(?:com|us)\/(?:[^?#]*\/)?(?:video|photo|v|embed(?:\/v\d)?|player\/v\d|story)\/([1-9]\d{9,20})(?:[/?#.]|$)/.exec(
    url,
  )?.[1];
}

export function locate(url: string): PostUri | undefined {
  const id = idIn(url);
  return id === undefined ? undefined : videoOf(id);
}
