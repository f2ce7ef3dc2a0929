/** From what people call a post or an account to its key. */
import type { Pool } from 'pg';
import { parseKey, type Key } from '../core/digest.js';
import { actorKey, actorUri, InvalidUriError, perdureUri, postKey, postUri, type PostUri } from '../core/uri.js';
import { findActors, findByHandle, type ActorRecord } from '../store/readers/actors.js';
import { findByAlias, findPosts, type PostRecord } from '../store/readers/posts.js';
import type { Queryable } from '../store/readers/scope.js';
import { parseUrl, plainHost, spellings } from './addresses.js';

/** A source's way from a web address to a post's canonical URI. */
export type Locator = (url: string) => PostUri | undefined;

/** `source` is null for a stub: named by others, never captured. */
export type Located = PostRecord;
export type LocatedActor = ActorRecord;

export function locatorsOf(sources: readonly { locate?(url: string): PostUri | undefined }[]): readonly Locator[] {
  return sources.flatMap((source) => (source.locate ? [(url: string) => source.locate!(url)] : []));
}

/** Longer than any address or name. */
const MAX_TEXT = 4_096;

/**
 * The posts that this may name, the likeliest first: canonical URI, `perdure:post:<uuid>` or the uuid alone, what a
 * source reads out of a web address, an address that a record gave for the post. Empty when nothing of it is known.
 */
export async function locate(
  pool: Pool | Queryable,
  locators: readonly Locator[],
  text: string,
): Promise<readonly Located[]> {
  const name = text.trim();
  if (name === '' || name.length > MAX_TEXT) return [];
  const own = ownKey(name, 'post');
  const tried = own === undefined ? spellings(name) : [];
  const keys = own === undefined ? keysOf(tried, locators) : [own];
  const found = await findPosts(pool, keys);
  const captured = keys
    .flatMap((key) => found.get(key) ?? [])
    .sort((a, b) => Number(a.source === null) - Number(b.source === null));
  if (captured.some((post) => post.source !== null)) return captured;
  // Keys were once made in another way: what was written down then is kept as an address (docs/adr/0012).
  if (own !== undefined) return captured.length > 0 ? captured : findByAlias(pool, [perdureUri(own)]);
  // Names of channels and accounts are lower case for some sources, as typed for others.
  const aliases = new Set(tried.flatMap((spelling) => [spelling, spelling.toLowerCase()]));
  return [...(await findByAlias(pool, [...aliases])), ...captured];
}

/** `perdure:<kind>:<uuid>` or a uuid. */
function ownKey(name: string, kind: 'post' | 'actor'): Key | undefined {
  const prefix = `perdure:${kind}:`;
  return parseKey(name.startsWith(prefix) ? name.slice(prefix.length) : name);
}

/** The keys of what the text names if it is canonical, or if a source knows the address. */
function keysOf(tried: readonly string[], locators: readonly Locator[]): readonly Key[] {
  const keys = new Set<Key>();
  for (const spelling of tried) addKey(keys, spelling);
  for (const spelling of tried) {
    for (const locator of locators) {
      const uri = locator(spelling);
      if (uri !== undefined) keys.add(postKey(uri));
    }
  }
  return [...keys];
}

function addKey(keys: Set<Key>, spelling: string): void {
  try {
    keys.add(postKey(postUri(spelling)));
  } catch (error) {
    if (!(error instanceof InvalidUriError)) throw error;
  }
}

/**
 * The actors that this may name, the likeliest first: canonical URI, `perdure:actor:<uuid>` or the uuid alone, the
 * address of a profile page, `@handle`, `handle`, `user@host`. Handles that they bore once count too. Several when a
 * handle has passed on, or exists on several platforms.
 */
export async function locateActors(pool: Pool | Queryable, text: string): Promise<readonly LocatedActor[]> {
  const name = text.trim();
  if (name === '' || name.length > MAX_TEXT) return [];
  const own = ownKey(name, 'actor');
  const keys = own === undefined ? spellings(name).flatMap(actorKeys) : [own];
  const known = await findActors(pool, keys);
  if (known.length > 0 || own !== undefined) return inOrder(known, keys);
  const url = parseUrl(name);
  return url ? ofPage(pool, url) : ofHandle(pool, name);
}

function actorKeys(spelling: string): readonly Key[] {
  try {
    return [actorKey(actorUri(spelling))];
  } catch (error) {
    if (error instanceof InvalidUriError) return [];
    throw error;
  }
}

function inOrder(actors: readonly ActorRecord[], keys: readonly Key[]): readonly ActorRecord[] {
  const byKey = new Map(actors.map((actor) => [actor.key, actor]));
  return keys.flatMap((key) => byKey.get(key) ?? []);
}

/** `https://x.com/name`, `https://host/@name`, `https://host/users/name`: the handle, at home on that host. */
async function ofPage(pool: Pool | Queryable, url: URL): Promise<readonly ActorRecord[]> {
  const segments = url.pathname.split('/').filter((segment) => segment !== '');
  const last = segments.at(-1)?.replace(/^@/, '').toLowerCase();
  if (last === undefined || segments.length > 3) return [];
  const host = plainHost(url.host);
  const found = await findByHandle(
    pool,
    last.includes('@') ? [last] : [last, `${last}@${url.host.toLowerCase()}`, `${last}@${host}`],
  );
  return found.filter(
    (actor) => actor.handle.includes('@') || hostOf(actor.uri) === host || hostOf(actor.uri) === undefined,
  );
}

async function ofHandle(pool: Pool | Queryable, name: string): Promise<readonly ActorRecord[]> {
  const handle = name.replace(/^@/, '').toLowerCase();
  const [user, host] = handle.split('@');
  if (host === undefined) return findByHandle(pool, [handle], handle);
  const found = await findByHandle(pool, [handle, user!]);
  return found.filter((actor) => actor.handle === handle || hostOf(actor.uri) === host);
}

function hostOf(uri: string): string | undefined {
  const url = parseUrl(uri);
  return url && plainHost(url.host);
}
