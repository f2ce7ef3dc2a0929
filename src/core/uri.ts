/**
 * Canonical URIs: the one name under which a post or an actor is known here, whichever rendering it came in.
 *
 * Each source builds them from the platform's own key (a tweet's id, an ActivityPub object URI, a
 * channel id with a message id), never from a handle. A post's key in the database is made of its canonical URI alone.
 */
import { storable } from './canonical.js';
import { unitAt } from './char.js';
import { keyOf, keyWithin, placedKeyOf, showKey, type Key, type PlacedKey } from './digest.js';
import { neighbourhood } from './neighbourhood.js';

declare const brand: unique symbol;
export type PostUri = string & { readonly [brand]: 'PostUri' };
export type ActorUri = string & { readonly [brand]: 'ActorUri' };

export class InvalidUriError extends Error {
  override readonly name = 'InvalidUriError';
  constructor(text: string, why: string) {
    super(`not a canonical URI: ${JSON.stringify(text.slice(0, 120))} (${why})`);
  }
}

// Long enough for every real one; a bound, because URIs become keys, columns and file names in exports.
const MAX_LENGTH = 2_048;
// eslint-disable-next-line no-control-regex -- control characters are exactly what must not stand in a URI
const FORBIDDEN = /[\u0000-\u0020\u007f"<>\\^`{|}\p{Surrogate}]/u;

/** What most URIs hold and none may object to: a look at the table instead of two expressions. */
const PLAIN = new Uint8Array(128);
for (const char of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/.-_~#?=&@%+') {
  PLAIN[char.charCodeAt(0)] = 1;
}

function isPlain(text: string): boolean {
  const { length } = text;
  if (length > 256 || !text.startsWith('https:/')) return false;
  for (let i = 0; i < length; i++) {
    const unit = unitAt(text, i);
    if (unit > 127 || PLAIN[unit] === 0) return false;
  }
  return true;
}

function ensure(text: string): string {
  if (isPlain(text)) return text;
  if (text.length === 0 || text.length > MAX_LENGTH) throw new InvalidUriError(text, `length ${text.length}`);
  if (!/^[a-z][a-z0-9+.-]*:/.test(text)) throw new InvalidUriError(text, 'no scheme in lower case');
  if (FORBIDDEN.test(text)) throw new InvalidUriError(text, 'a character that no URI may hold');
  return text;
}

export function postUri(text: string): PostUri {
  return ensure(text) as PostUri;
}

export function actorUri(text: string): ActorUri {
  return ensure(text) as ActorUri;
}

/** Escapes one path segment of a `perdure:` URI. */
export function segment(text: string): string {
  return encodeURIComponent(storable(text).text).replace(
    /[!'()*]/g,
    (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase(),
  );
}

/**
 * The post's key: the first 128 bits of SHA-256 over `post`, U+001F and the canonical URI (UTF-8), of which the first
 * 16 are replaced by those of its neighbourhood: of SHA-256 over a prefix of the URI (neighbourhood.ts). Neighbouring
 * posts then stand on neighbouring pages of the indexes. Nothing but the URI goes in, so anybody can compute it again.
 *
 * What it costs: 112 bits of hash among the posts of one neighbourhood (docs/adr/0012).
 */
export function postKey(uri: PostUri): Key {
  return keyWithin(neighbourhood(uri), 'post', uri);
}

/** With the whole hash, which was the key until neighbours were given neighbouring ones. */
export function placedPostKey(uri: PostUri): PlacedKey {
  return placedKeyOf(neighbourhood(uri), 'post', uri);
}

export function actorKey(uri: ActorUri): Key {
  return keyOf('actor', uri);
}

/** The name that every post has here, whether or not its platform gives it a public URL. */
export function perdureUri(key: Key): string {
  return `perdure:post:${showKey(key)}`;
}
