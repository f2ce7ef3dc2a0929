/** The names of events and keys: an event is its id, an addressable one its kind, key and identifier. */
import { actorUri, InvalidUriError, postUri, segment, type ActorUri, type PostUri } from '../../core/uri.js';
import { decodeName, encodeName, type Name } from './nip19.js';

export const HEX_64 = /^[0-9a-f]{64}$/;

export function eventUri(id: string): PostUri {
  return postUri(`nostr:${id}`);
}

/** Kinds 30000 to 39999: whoever signs another event with the same three replaces the former. */
export function addressUri(kind: number, author: string, identifier: string): PostUri {
  return postUri(`nostr:${kind}:${author}:${segment(identifier)}`);
}

/** The same few hundred keys write most of a file. Bounded; the answer is the same with and without. */
const keyUris = new Map<string, ActorUri>();
const MAX_KEY_URIS = 4_096;

/** NIP-21's form: in hex, a key could not be told from an event's id. */
export function keyUri(key: string): ActorUri {
  let uri = keyUris.get(key);
  if (uri === undefined) {
    if (keyUris.size >= MAX_KEY_URIS) keyUris.clear();
    keyUris.set(key, (uri = actorUri(`nostr:${encodeName('npub', key)}`)));
  }
  return uri;
}

export interface Address {
  readonly kind: number;
  readonly author: string;
  readonly identifier: string;
}

/** `30023:<key>:<identifier>`, as `a` tags write it. Identifiers may hold colons. */
export function parseAddress(text: string | undefined): Address | undefined {
  const match = text === undefined ? null : /^(\d{1,5}):([0-9a-f]{64}):([^]*)$/.exec(text);
  if (!match) return undefined;
  return { kind: Number(match[1]), author: match[2]!, identifier: match[3]! };
}

/** Undefined for a replaceable event's address (`10003:<key>:`), which names no post, and for what is none. */
export function tryAddressUri(text: string | undefined): PostUri | undefined {
  const address = parseAddress(text);
  if (!address || address.kind < 30_000 || address.kind > 39_999) return undefined;
  return attempt(() => addressUri(address.kind, address.author, address.identifier));
}

export function tryEventUri(id: string | undefined): PostUri | undefined {
  return id !== undefined && HEX_64.test(id) ? eventUri(id) : undefined;
}

/** The post that a name stands for. */
export function postOfName(name: Name | undefined): PostUri | undefined {
  if (name?.type === 'event') return eventUri(name.id);
  if (name?.type !== 'address' || name.kind < 30_000 || name.kind > 39_999) return undefined;
  return attempt(() => addressUri(name.kind, name.author, name.identifier));
}

/** `nostr:nevent1…`, `https://anywhere.example/note1…`: the name within says which post, whoever shows it. */
export function locate(url: string): PostUri | undefined {
  const match = /(?:^|[:/@])((?:note|nevent|naddr)1[02-9ac-hj-np-z]{6,2000})(?=$|[/?#])/.exec(url);
  return match ? postOfName(decodeName(match[1]!)) : tryEventUri(/^nostr:([0-9a-f]{64})$/.exec(url)?.[1]);
}

function attempt(make: () => PostUri): PostUri | undefined {
  try {
    return make();
  } catch (error) {
    // An identifier may be longer than a URI can be.
    if (error instanceof InvalidUriError) return undefined;
    throw error;
  }
}
