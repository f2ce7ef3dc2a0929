/** Names: a record is `at://<did>/<collection>/<rkey>`, an account is its DID. A handle names nobody for long. */
import { actorUri, InvalidUriError, postUri, type ActorUri, type PostUri } from '../../core/uri.js';

/** A record's place in the network. */
export interface Place {
  readonly did: string;
  readonly collection: string;
  readonly rkey: string;
}

export const POST = 'app.bsky.feed.post';
export const PROFILE = 'app.bsky.actor.profile';

const DID = /^did:[a-z]+:[A-Za-z0-9._:%-]{1,2000}$/;
const NSID = /^[a-zA-Z][a-zA-Z0-9-]*(?:\.[a-zA-Z0-9][a-zA-Z0-9-]*)+$/;
const RKEY = /^[A-Za-z0-9._~:-]{1,512}$/;

export function isDid(text: unknown): text is string {
  return typeof text === 'string' && text.length <= 2_048 && DID.test(text);
}

/** Undefined for what names no record: an account’s address, one by handle, one that is cut. */
export function parseAtUri(uri: unknown): Place | undefined {
  if (typeof uri !== 'string' || !uri.startsWith('at://') || uri.length > 2_048) return undefined;
  const [did, collection, rkey, more] = uri.slice(5).split('/');
  if (more !== undefined) return undefined;
  return placeOf(did, collection, rkey);
}

/** Undefined where one of the three is not what it should be. */
export function placeOf(did: unknown, collection: unknown, rkey: unknown): Place | undefined {
  if (!isDid(did) || typeof collection !== 'string' || typeof rkey !== 'string') return undefined;
  return NSID.test(collection) && RKEY.test(rkey) ? { did, collection, rkey } : undefined;
}

export function uriOf({ did, collection, rkey }: Place): PostUri {
  return postUri(`at://${did}/${collection}/${rkey}`);
}

export function tryPostUri(uri: unknown): PostUri | undefined {
  const place = parseAtUri(uri);
  return place && attempt(() => uriOf(place));
}

/** The record that an account’s profile is: there is one of it. */
export function profileUri(did: string): PostUri {
  return uriOf({ did, collection: PROFILE, rkey: 'self' });
}

/** The same few thousand accounts are named over and over. Bounded; the answer is the same with and without. */
const actors = new Map<string, ActorUri>();
const MAX_ACTORS = 4_096;

export function tryActor(did: unknown): ActorUri | undefined {
  if (typeof did !== 'string') return undefined;
  const known = actors.get(did);
  if (known !== undefined) return known;
  const uri = isDid(did) ? attempt(() => actorUri(did)) : undefined;
  if (uri === undefined) return undefined;
  if (actors.size >= MAX_ACTORS) actors.clear();
  actors.set(did, uri);
  return uri;
}

/** Where a person reads the post. */
export function pageOf({ did, rkey }: Place): string {
  return `https://bsky.app/profile/${did}/post/${rkey}`;
}

const PAGE = /^https?:\/\/(?:staging\.)?bsky\.app\/profile\/(did(?::|%3A)[^/?#]+)\/post\/([^/?#]+)\/?(?:[?#].*)?$/i;

/** A page’s address by handle does not say which account had that handle then. */
export function locate(url: string): PostUri | undefined {
  if (url.startsWith('at://')) return tryPostUri(url);
  const match = PAGE.exec(url);
  return match ? tryPostUri(`at://${match[1]!.replaceAll(/%3A/gi, ':')}/${POST}/${match[2]!}`) : undefined;
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof InvalidUriError) return undefined;
    throw error;
  }
}
