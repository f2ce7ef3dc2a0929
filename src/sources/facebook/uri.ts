/**
 * Names. An export gives its items no numbers, so what it holds is known by the account and by what it says; an address
 * on the web has the number that Facebook knows a post by, which is no number of an account and stands alone.
 */
import { postUri, type PostUri } from '../../core/uri.js';

const HOST = /^https?:\/\/(?:[\w-]+\.)?facebook\.com\//i;
const IN_PATH =
  /\/(?:posts|videos|permalink|photos(?:\/[^/?#]+)?|reel|reels)\/(?:[^/?#]*\/)?(\d{6,20})\/?(?:[?#]|$)|^https?:\/\/[^/]+\/(\d{12,20})\/?(?:[?#]|$)/i;
const IN_QUERY = /[?&](?:story_fbid|fbid|v)=(\d{6,20})(?:[&#]|$)/i;

/** `/nour/posts/1`, `/permalink.php?story_fbid=1&id=7`, `/photo.php?fbid=1`, `/groups/7/posts/1`, `/watch/?v=1`. */
export function locate(url: string): PostUri | undefined {
  if (!HOST.test(url) || /[?&]comment_id=/i.test(url)) return undefined;
  const found = IN_QUERY.exec(url) ?? IN_PATH.exec(url);
  const id = found?.[1] ?? found?.[2];
  return id === undefined ? undefined : postUri(`https://www.facebook.com/${id}`);
}
