/**
 * The names of Weibo's posts and people. A post's `mid` (equal to `idstr`) is its number on the whole platform; the
 * page addresses write the same number in base 62 (`bid`, `mblogid`).
 */
import { actorUri, postUri, type ActorUri, type PostUri } from '../../core/uri.js';

const DIGITS = /^[1-9]\d{0,19}$/;

/** Numbers are exact up to 2^53: ids have sixteen digits and start with 3 to 5, well below. */
export function idOf(...values: readonly unknown[]): string | undefined {
  for (const value of values) {
    if (typeof value === 'string' && DIGITS.test(value)) return value;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return String(value);
  }
  return undefined;
}

export function postOf(mid: string): PostUri {
  return postUri(`https://m.weibo.cn/detail/${mid}`);
}

export function personOf(uid: string): ActorUri {
  return actorUri(`https://weibo.com/u/${uid}`);
}

export function commentOf(id: string): PostUri {
  return postUri(`perdure:weibo:comment/${id}`);
}

const BASE62 = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** `DtiM7yXKZ` → the number: from the right, each four characters of base 62 are seven digits. */
export function midOfBid(bid: string): string | undefined {
  if (!/^[0-9a-zA-Z]{5,12}$/.test(bid)) return undefined;
  let digits = '';
  for (let end = bid.length; end > 0; end -= 4) {
    let value = 0;
    for (const char of bid.slice(Math.max(0, end - 4), end)) value = value * 62 + BASE62.indexOf(char);
    if (value > 9_999_999) return undefined;
    digits = (end > 4 ? String(value).padStart(7, '0') : String(value)) + digits;
  }
  return DIGITS.test(digits) ? digits : undefined;
}

/** The other way round: 3967953176747837 → `DsXqZcdTX`-like. */
export function bidOfMid(mid: string): string {
  let bid = '';
  for (let end = mid.length; end > 0; end -= 7) {
    let value = Number(mid.slice(Math.max(0, end - 7), end));
    let group = '';
    for (; value > 0; value = Math.floor(value / 62)) group = BASE62[value % 62]! + group;
    bid = (end > 7 ? group.padStart(4, '0') : group) + bid;
  }
  return bid;
}

/** `m.weibo.cn/detail/<mid>`, `m.weibo.cn/status/<mid or bid>`, `weibo.com/<uid>/<bid>`. */
export function locate(url: string): PostUri | undefined {
  const match =
    /^https?:\/\/(?:m\.weibo\.cn\/(?:detail|status|\d+)|(?:www\.)?weibo\.(?:com|cn)\/(?:detail|status|\d+))\/([0-9A-Za-z]+)(?:[/?#]|$)/.exec(
      url,
    );
  const name = match?.[1];
  if (name === undefined) return undefined;
  const mid = /^\d{13,20}$/.test(name) ? name : midOfBid(name);
  return mid === undefined ? undefined : postOf(mid);
}
