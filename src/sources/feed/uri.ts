/** Names of posts and people: what the feed calls them, within the feed (feed.ts has the scope). */
import { sha256, type Digest } from '../../core/digest.js';
import { withoutSecrets } from '../../core/secrets.js';
import { actorUri, postUri, segment, type ActorUri, type PostUri } from '../../core/uri.js';
import { scopeOf, type Feed } from './feed.js';
import type { Person } from './people.js';

/** A URI has room for so much; a longer name, and one that holds a key, is known by its digest. */
const MAX_SEGMENT = 900;

function part(name: string): string {
  const escaped = segment(name);
  const keyed = /[=@]/.test(name) && withoutSecrets(name).removed.length > 0;
  return keyed || escaped.length > MAX_SEGMENT ? `sha256-${sha256(name)}` : escaped;
}

/** A member's items share their scope. */
let last = { name: '', part: '' };

function scopePart(name: string): string {
  if (last.name !== name) last = { name, part: part(name) };
  return last.part;
}

export function itemUri(feed: Feed, id: string, accession: Digest): PostUri {
  return postUri(`perdure:feed:${scopePart(scopeOf(feed, id, accession))}:${part(id)}`);
}

/** An item without any name: known by what it says. */
export function contentUri(feed: Feed, key: string, ordinal: number, accession: Digest): PostUri {
  const scope = scopePart(scopeOf(feed, '', accession));
  return postUri(`perdure:feed:${scope}:content:${sha256(key).slice(0, 32)}${ordinal > 0 ? `:${ordinal}` : ''}`);
}

export function feedActor(feed: Feed, accession: Digest): ActorUri {
  return actorUri(`perdure:feed:${scopePart(scopeOf(feed, '', accession))}`);
}

/** By address where there is one, else by name; names count within the site, whichever of its feeds has them. */
export function personUri(feed: Feed, { uri, name, email }: Person, accession: Digest): ActorUri {
  const { home, self, id } = feed.places;
  const scope = scopePart(home ?? self ?? id ?? accession);
  const who = uri ?? name;
  return actorUri(
    `perdure:feed:${scope}:by:${who !== undefined ? part(who) : `sha256-${sha256(email ?? '').slice(0, 32)}`}`,
  );
}
