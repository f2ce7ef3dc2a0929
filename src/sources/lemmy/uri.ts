/**
 * The names of Lemmy's posts and people: their ActivityPub URIs (`ap_id`, `actor_id`), the same on every server and in
 * every rendering. The numbers beside them (`id`, `post_id`, `path`) count on the server that was asked alone.
 */
import { Rejection } from '../../core/errors.js';
import { actorUri, InvalidUriError, postUri, type ActorUri, type PostUri } from '../../core/uri.js';

const SCHEME = /^https?:\/\/[^/?#]/;

/** Throws a Rejection (`no-identity`). */
export function postUriOf(id: unknown, what: string): PostUri {
  const uri = attempt(id, postUri);
  if (uri !== undefined) return uri;
  const shown = typeof id === 'string' && id !== '' ? `\`ap_id\` ${JSON.stringify(id.slice(0, 120))}` : 'no `ap_id`';
  throw new Rejection(
    'no-identity',
    `${what} with ${shown}: its number counts on one server, and nobody can say on which`,
  );
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

export function hostOf(uri: string): string | undefined {
  const web = /^(https?):\/\/(?:[^/?#@]*@)?([^/?#]+)/.exec(uri);
  return web?.[2]!.toLowerCase().replace(web[1] === 'https' ? /:443$/ : /:80$/, '');
}

/** Throws a Rejection (`spoofed-identity`): only the server that an id belongs to can speak for it. */
export function assertSameHost(post: string, author: string | undefined): void {
  if (author === undefined || hostOf(post) === hostOf(author)) return;
  const [own, theirs] = [hostOf(post) ?? '', hostOf(author) ?? ''];
  throw new Rejection(
    'spoofed-identity',
    `the post belongs to ${own}, the author to ${theirs}: one cannot speak for the other`,
  );
}
