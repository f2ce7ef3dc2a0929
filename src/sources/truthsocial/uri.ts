/**
 * The names of Truth Social's posts and accounts. Its own `uri` holds a handle, which can change, so it is an alias;
 * the number alone names the post, and the address under which the platform answers by number is canonical.
 */
import { actorUri, postUri, type ActorUri, type PostUri } from '../../core/uri.js';

export function statusUri(id: string): PostUri {
  return postUri(`https://truthsocial.com/api/v1/statuses/${id}`);
}

export function accountUri(id: string): ActorUri {
  return actorUri(`https://truthsocial.com/api/v1/accounts/${id}`);
}

const DIGITS = /^[1-9]\d{0,19}$/;

export function tryStatusUri(id: unknown): PostUri | undefined {
  return typeof id === 'string' && DIGITS.test(id) ? statusUri(id) : undefined;
}

export function tryAccountUri(id: unknown): ActorUri | undefined {
  return typeof id === 'string' && DIGITS.test(id) ? accountUri(id) : undefined;
}

export function isTruthSocial(url: unknown): boolean {
  return typeof url === 'string' && /^https?:\/\/(?:www\.)?truthsocial\.com(?:[/?#]|$)/i.test(url);
}

const POST =
  /^https?:\/\/(?:www\.)?truthsocial\.com\/(?:@[^/]+(?:\/posts)?|users\/[^/]+\/statuses|group\/[^/]+\/posts|api\/v\d\/statuses)\/([1-9]\d{0,19})(?:[/?#]|$)/i;

/** `/@handle/posts/1`, `/@handle/1`, `/users/handle/statuses/1`, `/group/name/posts/1`. */
export function locate(url: string): PostUri | undefined {
  const id = POST.exec(url)?.[1];
  return id === undefined ? undefined : statusUri(id);
}
