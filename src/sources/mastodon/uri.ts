/**
 * Which URI names a post or an actor in the fediverse: the ActivityPub id and nothing that is made up from handles,
 * local numbers or addresses of pages.
 */
import { Rejection } from '../../core/errors.js';
import { actorUri, InvalidUriError, postUri, type ActorUri, type PostUri } from '../../core/uri.js';

// Ids seen in the wild: http(s), OStatus `tag:`, and what newer proposals allow. A `javascript:` or `data:` id is none.
const SCHEME = /^(?:https?:\/\/[^/?#]|tag:|urn:|did:|ap:\/\/|at:\/\/)/;

/** The canonical URI of a post. Throws a Rejection (`no-identity`) naming what stood there instead. */
export function postUriOf(id: unknown, what: string): PostUri {
  if (typeof id !== 'string' || id === '') {
    throw new Rejection('no-identity', `${what} has no id: without it nobody can say which post this is`);
  }
  try {
    if (SCHEME.test(id)) return postUri(id);
  } catch (error) {
    if (!(error instanceof InvalidUriError)) throw error;
  }
  const shown = JSON.stringify(id.slice(0, 120));
  throw new Rejection('no-identity', `the id of ${what} is ${shown}: a placeholder or a local name, no URI`);
}

export function tryPostUri(id: unknown): PostUri | undefined {
  return attempt(id, postUri);
}

export function tryActorUri(id: unknown): ActorUri | undefined {
  return attempt(id, actorUri);
}

function attempt<Uri>(id: unknown, make: (text: string) => Uri): Uri | undefined {
  if (typeof id !== 'string' || !SCHEME.test(id)) return undefined;
  try {
    return make(id);
  } catch (error) {
    if (error instanceof InvalidUriError) return undefined;
    throw error;
  }
}

/** An absolute web address, as it stands. */
export function webUrl(value: unknown): string | undefined {
  return typeof value === 'string' && /^https?:\/\/[^/?#]/.test(value) ? value : undefined;
}

/** The host that a URI belongs to, with a port that is not the scheme's own; undefined where a URI has none. */
export function hostOf(uri: string): string | undefined {
  const web = /^(https?):\/\/(?:[^/?#@]*@)?([^/?#]+)/.exec(uri);
  if (web) return web[2]!.toLowerCase().replace(web[1] === 'https' ? /:443$/ : /:80$/, '');
  return /^tag:([^,:]+),/.exec(uri)?.[1]?.toLowerCase();
}

/**
 * Throws a Rejection (`spoofed-identity`) when an author from one host signs a post of another: only the server that an
 * id belongs to can speak for it. Necessary, not sufficient.
 */
export function assertSameHost(post: string, actor: string | undefined, what = 'the author'): void {
  if (actor === undefined) return;
  const own = hostOf(post);
  const theirs = hostOf(actor);
  if (own === undefined || theirs === undefined || own === theirs) return;
  throw new Rejection(
    'spoofed-identity',
    `the post belongs to ${own}, ${what} to ${theirs}: one cannot speak for the other`,
  );
}

/**
 * The author as Mastodon names them, out of the post's own URI: TagManager builds a status's URI as the actor's URI and
 * `/statuses/<id>` (`/activity` for a boost). Answers before 4.2 carry no actor URI otherwise, only the profile page.
 */
export function authorInUri(post: string): ActorUri | undefined {
  const match = /^(https?:\/\/[^/]+\/(?:ap\/)?users\/[^/]+)\/statuses\/[^/]+(?:\/activity)?$/.exec(post);
  return match ? tryActorUri(match[1]) : undefined;
}
