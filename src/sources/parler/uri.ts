/** The names of Parler's posts, comments and people: 32 hexadecimal digits each. A handle names nobody for long. */
import { actorUri, postUri, type ActorUri, type PostUri } from '../../core/uri.js';

const ID = /^[0-9a-f]{32}$/;

export function idOf(...values: readonly unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === 'string' && ID.test(value));
}

export function postOf(id: string): PostUri {
  return postUri(`https://parler.com/post/${id}`);
}

export function commentOf(id: string): PostUri {
  return postUri(`perdure:parler:comment/${id}`);
}

/** What a page shows as echoed and gives no id for: known only as what that post echoes. */
export function echoedBy(id: string, place: 'parent' | 'root'): PostUri {
  return postUri(`perdure:parler:echoed/${id}/${place}`);
}

export function personOf(id: string): ActorUri {
  return actorUri(`perdure:parler:user/${id}`);
}

export function locate(url: string): PostUri | undefined {
  const id = /^https?:\/\/(?:www\.|app\.)?parler\.com\/post\/([0-9a-f]{32})(?:[/?#]|$)/.exec(url)?.[1];
  return id === undefined ? undefined : postOf(id);
}
