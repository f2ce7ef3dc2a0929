/**
 * Names. On the web a post has a number, and its address the same number in digits of 64 (`/p/BN8…/`): that names it. An
 * export has neither; what it holds is known by the account and by what it says.
 */
import { actorUri, postUri, type ActorUri, type PostUri } from '../../core/uri.js';
import { plainCode, type Naming } from '../shared/meta-web.js';

export function postOf(code: string): PostUri {
  return postUri(`https://www.instagram.com/p/${code}/`);
}

function personOf(number: string): ActorUri {
  return actorUri(`perdure:instagram:user:${number}`);
}

export const NAMING: Naming = {
  post: postOf,
  actor: personOf,
  page: (code) => `https://www.instagram.com/p/${code}/`,
};

const ADDRESS = /^https?:\/\/(?:www\.|m\.)?instagram\.com\/(?:[\w.]+\/)?(?:p|reel|reels|tv)\/([\w-]{5,40})(?:[/?#]|$)/i;

/** `/p/BN8…/`, `/reel/BN8…/`, `/nour/p/BN8…/`, `/tv/BN8…/`. */
export function locate(url: string): PostUri | undefined {
  const code = plainCode(ADDRESS.exec(url)?.[1]);
  return code === undefined ? undefined : postOf(code);
}
