import type { Visibility } from '../../core/content.js';
import { asObject, type JsonObject } from '../shared/json.js';
import { idOf, listOf, property } from './ld.js';

const PUBLIC = new Set(['https://www.w3.org/ns/activitystreams#Public', 'as:Public', 'Public']);

/**
 * Who was addressed. Public in `to` is public, in `cc` unlisted; an actor's followers make it for followers; named
 * people alone make it direct. Where nothing is addressed at all, nothing is known.
 */
export function visibilityOf(object: JsonObject, around?: JsonObject): Visibility {
  const addressed = [object, around].find((each) => each && (has(each, 'to') || has(each, 'cc')));
  if (!addressed) return 'unknown';
  const to = addresses(addressed, 'to');
  if (to.some((address) => PUBLIC.has(address))) return 'public';
  const cc = addresses(addressed, 'cc');
  if (cc.some((address) => PUBLIC.has(address))) return 'unlisted';
  const followers = followersOf(object) ?? (around && followersOf(around));
  const isFollowers = (address: string) => address === followers || /\/followers\/?$/.test(address);
  return [...to, ...cc].some(isFollowers) ? 'followers' : 'direct';
}

function has(object: JsonObject, key: string): boolean {
  return property(object, key) !== undefined && property(object, key) !== null;
}

function addresses(object: JsonObject, key: string): string[] {
  return listOf(property(object, key)).flatMap((each) => idOf(each) ?? []);
}

/** The address of the author's followers, where the author is inlined. */
function followersOf(object: JsonObject): string | undefined {
  return idOf(asObject(object['attributedTo'] ?? object['actor'])?.['followers']);
}

/** Mastodon's words, and those that its relatives added. */
const REST: Readonly<Record<string, Visibility>> = {
  public: 'public',
  unlisted: 'unlisted',
  private: 'followers',
  mutuals_only: 'followers',
  direct: 'direct',
  limited: 'group',
  list: 'group',
};

export function restVisibility(word: unknown): Visibility {
  return (typeof word === 'string' && Object.hasOwn(REST, word) ? REST[word] : undefined) ?? 'unknown';
}
