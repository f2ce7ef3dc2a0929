/**
 * The names of VK's posts and people: the owner of the wall and a number that counts on it. Users are positive,
 * communities negative. Names like `durov` or `club1` can change hands.
 */
import { actorUri, postUri, type ActorUri, type PostUri } from '../../core/uri.js';

/** A whole number other than zero, as VK writes owners. */
export function ownerOf(...values: readonly unknown[]): number | undefined {
  return values.find(
    (value): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value !== 0,
  );
}

export function numberOf(...values: readonly unknown[]): number | undefined {
  return values.find((value): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value > 0);
}

export function postOf(owner: number, id: number): PostUri {
  return postUri(`https://vk.com/wall${owner}_${id}`);
}

/** A comment counts in the same numbers as the posts of its wall; its page is that of its post. */
export function commentOf(owner: number, id: number): PostUri {
  return postUri(`https://vk.com/wall${owner}_r${id}`);
}

export function personOf(owner: number): ActorUri {
  return actorUri(owner > 0 ? `https://vk.com/id${owner}` : `https://vk.com/public${-owner}`);
}

const WALL =
  /^https?:\/\/(?:m\.|www\.)?(?:vk\.com|vk\.ru|vkontakte\.ru)\/(?:[^#]*[?&/](?:w=|z=)?)?wall(-?\d{1,15})_(\d{1,12})(?:$|[?&/#%])/;

/** `vk.com/wall-1_2`, `vk.com/club1?w=wall-1_2`. With `?reply=3` it is the comment. */
export function locate(url: string): PostUri | undefined {
  const match = WALL.exec(url);
  if (!match) return undefined;
  const owner = Number(match[1]);
  const id = Number(match[2]);
  if (owner === 0 || id === 0) return undefined;
  const reply = /[?&]reply=(\d{1,12})(?:$|[&#])/.exec(url)?.[1];
  return reply === undefined ? postOf(owner, id) : commentOf(owner, Number(reply));
}
