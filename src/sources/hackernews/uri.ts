/**
 * The names of Hacker News. Stories, comments, jobs, polls and their options count in one row of numbers; people are
 * known by the names that they chose once and for ever, in capitals as they stand.
 */
import { actorUri, postUri, type ActorUri, type PostUri } from '../../core/uri.js';

const DIGITS = /^[1-9]\d{0,14}$/;
const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** Tables and Algolia write numbers as text. */
export function idOf(...values: readonly unknown[]): string | undefined {
  for (const value of values) {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return String(value);
    if (typeof value === 'string' && DIGITS.test(value)) return value;
  }
  return undefined;
}

export function postOf(id: string): PostUri {
  return postUri(`https://news.ycombinator.com/item?id=${id}`);
}

export function personOf(name: string): ActorUri | undefined {
  return NAME.test(name) ? actorUri(`https://news.ycombinator.com/user?id=${name}`) : undefined;
}

const PAGE =
  /^https?:\/\/(?:news\.ycombinator\.com\/(?:item|reply)\?(?:[^#]*&)?id=|hacker-news\.firebaseio\.com\/v0\/item\/|hn\.algolia\.com\/api\/v1\/items\/)(\d{1,15})(?:$|[&#.?])/;

/** `news.ycombinator.com/item?id=1`, with `#2` the comment 2 below it; the addresses of the API. */
export function locate(url: string): PostUri | undefined {
  const id = /^https?:\/\/news\.ycombinator\.com\/item\?[^#]*#(\d{1,15})$/.exec(url)?.[1] ?? PAGE.exec(url)?.[1];
  return id !== undefined && DIGITS.test(id) ? postOf(id) : undefined;
}
