/** Names, as Instagram’s: a post’s number is the code of its address in digits of 64. The handle in an address can change. */
import { actorUri, postUri, type PostUri } from '../../core/uri.js';
import { plainCode, type Naming } from '../shared/meta-web.js';

export const NAMING: Naming = {
  post: postOf,
  // One account for both: the number is Instagram’s.
  actor: (number) => actorUri(`perdure:instagram:user:${number}`),
  page: (code, handle) => (handle === undefined ? postOf(code) : `https://www.threads.net/@${handle}/post/${code}`),
};

function postOf(code: string): PostUri {
  return postUri(`https://www.threads.net/t/${code}`);
}

const ADDRESS = /^https?:\/\/(?:www\.)?threads\.(?:net|com)\/(?:@[\w.]+\/post|t)\/([\w-]{5,40})(?:[/?#]|$)/i;

/** `/@nour/post/Cu…`, `/t/Cu…`, on threads.net and threads.com. */
export function locate(url: string): PostUri | undefined {
  const code = plainCode(ADDRESS.exec(url)?.[1]);
  return code === undefined ? undefined : postOf(code);
}
