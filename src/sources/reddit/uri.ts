/**
 * The names of Reddit's posts and people.
 *
 * A thing's fullname is its kind and its number in base 36: `t3_` a submission, `t1_` a comment, `t4_` a message. People
 * are known by name: nobody can change it or take it over, not even after the account is gone, and it is the one key
 * that every rendering has; the number of the account (`t2_`) is absent from dumps before 2018 and from exports.
 */
import { actorUri, postUri, segment, type ActorUri, type PostUri } from '../../core/uri.js';

export type Prefix = 't1' | 't3' | 't4';

const ID = /^[0-9a-z]{1,13}$/;
const FULLNAME = /^(t[134])_([0-9a-z]{1,13})$/;
const NAME = /^[A-Za-z0-9_-]{1,64}$/;

export function postOf(fullname: string): PostUri {
  return postUri(`perdure:reddit:${fullname}`);
}

export function chatOf(id: string): PostUri {
  return postUri(`perdure:reddit:chat:${segment(id)}`);
}

/** Undefined for `[deleted]` and other words that stand in place of a name. */
export function personOf(name: string): ActorUri | undefined {
  return NAME.test(name) ? actorUri(`https://www.reddit.com/user/${name.toLowerCase()}`) : undefined;
}

/** `t3_abc` as it stands; `undefined` for another kind. */
export function fullnameOf(value: unknown, prefix?: Prefix): string | undefined {
  const found = typeof value === 'string' ? FULLNAME.exec(value.toLowerCase()) : null;
  return found && (prefix === undefined || found[1] === prefix) ? found[0] : undefined;
}

/**
 * The fullname from the first of these that gives one: `t3_abc`, `abc`, or the number in base 10 (dumps of Pushshift's
 * index have it so). A fullname of another kind gives none.
 */
export function namedAs(prefix: Prefix, ...values: readonly unknown[]): string | undefined {
  for (const value of values) {
    const full = fullnameOf(value, prefix);
    if (full !== undefined) return full;
    const bare = bareId(value);
    if (bare !== undefined) return `${prefix}_${bare}`;
  }
  return undefined;
}

export function bareId(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value > 0 ? value.toString(36) : undefined;
  return typeof value === 'string' && ID.test(value) ? value : undefined;
}

const PAGE =
  /^https?:\/\/(?:[a-z0-9-]{1,20}\.)?reddit\.com\/(?:(?:r|u|user)\/[^/?#]{1,64}\/)?(?:comments|gallery|duplicates)\/([0-9a-z]{1,13})(?:\/(?:comment|[^/?#]*)(?:\/([0-9a-z]{1,13}))?)?\/?(?:[?#]|$)/i;
const SHORT = /^https?:\/\/(?:www\.)?redd\.it\/([0-9a-z]{1,13})\/?(?:[?#]|$)/i;

/** The fullname that the address of a page leads to. */
export function fullnameIn(url: string): string | undefined {
  const page = PAGE.exec(url);
  if (page) return page[2] === undefined ? `t3_${page[1]!.toLowerCase()}` : `t1_${page[2].toLowerCase()}`;
  const short = SHORT.exec(url);
  return short ? `t3_${short[1]!.toLowerCase()}` : undefined;
}

/** `reddit.com/r/syria/comments/abc/title/def/`, `old.reddit.com/comments/abc`, `redd.it/abc`. */
export function locate(url: string): PostUri | undefined {
  const fullname = fullnameIn(url);
  return fullname === undefined ? undefined : postOf(fullname);
}

/** The address of a page: `permalink` has none of the host. */
export function pageOf(permalink: unknown): string | undefined {
  if (typeof permalink !== 'string') return undefined;
  if (permalink.startsWith('/r/') || permalink.startsWith('/user/') || permalink.startsWith('/comments/'))
    return `https://www.reddit.com${permalink}`;
  return /^https?:\/\/[^/?#]*reddit\.com\//.test(permalink) ? permalink : undefined;
}
