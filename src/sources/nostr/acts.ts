/** Events about other events: profiles, reposts, likes, bookmarks, deletions. And what was said in secret. */
import type { Json } from '../../core/canonical.js';
import type { Content, Profile } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { ProfileReading, Reading } from '../../core/reading.js';
import type { PostUri } from '../../core/uri.js';
import { asObject, asString, type JsonObject } from '../shared/json.js';
import { present, refused, webAddress, type Item } from '../shared/items.js';
import { timeOf } from './content.js';
import { tagsNamed, tagValue, type NostrEvent } from './event.js';
import { isWrap } from './kinds.js';
import { marksOf } from './tags.js';
import { eventUri, HEX_64, keyUri, parseAddress, tryAddressUri, tryEventUri } from './uri.js';

/** Who wrote the events that the package's deletions name: id → key. What the survey found. */
export type Authors = { readonly [id: string]: string };

/** Kind 0: what an account says of itself, in the order in which it said so. */
export function readProfile(event: NostrEvent): ProfileReading {
  const from = timeOf(event.createdAt);
  return {
    actor: keyUri(event.pubkey),
    profile: profileOf(event),
    hand: 'first',
    ...(from && { claimedFrom: from, edition: event.createdAt }),
    ...losses(event),
  };
}

function profileOf(event: NostrEvent): Profile {
  const stated = parsed(event.content);
  if (!stated) throw new Rejection('malformed', 'a profile (kind 0) whose content is no JSON object');
  const text = (key: string): string | undefined => {
    const value = asString(stated[key]);
    return value === '' ? undefined : value;
  };
  const [nip05, lightning] = [text('nip05'), text('lud16')];
  const extra = present<Record<string, Json | undefined>>({ nip05, lightning });
  return present({
    handle: text('name') ?? text('username'),
    name: text('display_name') ?? text('displayName') ?? text('name'),
    summary: asString(stated['about']),
    url: webAddress(stated['website']),
    icon: webAddress(stated['picture']),
    image: webAddress(stated['banner']),
    type: stated['bot'] === true ? 'Service' : undefined,
    extra: Object.keys(extra).length > 0 ? (extra as Record<string, Json>) : undefined,
  });
}

/** Kinds 6 and 16. `carried` is the reposted event, where the content holds it. */
export function readRepost(event: NostrEvent, carry: (value: JsonObject) => readonly Item[]): readonly Item[] {
  const address = tryAddressUri(tagValue(event, 'a'));
  const id = tagsNamed(event, 'e').pop()?.[1];
  const inside = parsed(event.content);
  const announces = address ?? tryEventUri(id) ?? tryEventUri(asString(inside?.['id']));
  const content: Content = {
    type: 'Announce',
    attributedTo: keyUri(event.pubkey),
    visibility: 'public',
    ...published(event),
    ...(announces && { announces }),
  };
  const losses = announces ? undefined : ['announces: the repost does not say of what'];
  const repost: Item = {
    ...frame(event),
    outcome: 'present',
    content,
    ...(losses && { losses: merged(event, losses) }),
  };
  return [repost, ...(inside ? carry(inside) : [])];
}

// "+" and nothing at all are likes by the letter (NIP-25); the others are what clients send when "like" is pressed.
const LIKES = new Set(['', '+', '❤️', '❤', '♥️', '♥', '👍', '🤙', '💜', '🧡', '💙', '💛', '💚', '🩷']);

/** Kind 7. The last `e` tag is what is reacted to. */
export function readReaction(event: NostrEvent): Item {
  const target = tryAddressUri(tagValue(event, 'a')) ?? tryEventUri(tagsNamed(event, 'e').pop()?.[1]);
  if (!target) throw new Rejection('no-identity', 'a reaction that does not say to what');
  if (event.content === '-') {
    throw new Rejection('not-supported', `a dislike of ${target}: neither a post nor a like; its bytes are kept`);
  }
  if (!LIKES.has(event.content)) {
    const shown = JSON.stringify(event.content.slice(0, 40));
    throw new Rejection('not-supported', `the reaction ${shown} to ${target}: it says neither like nor dislike`);
  }
  return listed(event, target, 'like');
}

/** Kinds 10003 and 30003: each `e` and `a` tag is a bookmark. */
export function readBookmarks(event: NostrEvent): readonly Item[] {
  const targets = event.tags.flatMap(([name, value]) => {
    return (name === 'e' ? tryEventUri(value) : name === 'a' ? tryAddressUri(value) : undefined) ?? [];
  });
  if (targets.length === 0) return [refused('lists', `kind ${event.kind}: a list of bookmarks that shows none`)];
  return targets.map((target) => listed(event, target, 'bookmark'));
}

function listed(event: NostrEvent, target: PostUri, kind: 'like' | 'bookmark'): Item {
  return {
    post: target,
    outcome: 'notCaptured',
    hand: 'second',
    references: [{ kind, target, by: keyUri(event.pubkey) }],
    ...losses(event),
  };
}

/**
 * Kind 5. Only the author of an event can have it deleted, and a deletion does not say whose event it names. An address
 * says it itself; of an id the survey knows it when the deleted event lies in the package too. Where neither does,
 * that a deletion was asked for is kept as a statement of its own, and nothing is said of the other event.
 *
 * @param about set by a harvest, which alone knows it: the post that was seen to be by the same author, and of that one
 *   alone it is told; or the deletion itself, which is then told as a statement
 */
export function readDeletion(event: NostrEvent, authors: Authors, about?: PostUri): readonly Item[] {
  if (about !== undefined) return readDeletionOf(event, about);
  const items: Item[] = [];
  const unproven: string[] = [];
  for (const [name, value] of event.tags) {
    const address = name === 'a' ? parseAddress(value) : undefined;
    const target = address ? tryAddressUri(value) : name === 'e' ? tryEventUri(value) : undefined;
    if (!target) continue;
    const author = address?.author ?? (Object.hasOwn(authors, value!) ? authors[value!] : undefined);
    if (author === undefined) unproven.push(target);
    else if (author === event.pubkey) items.push(deletion(event, target));
    else {
      const detail = `a deletion of ${target}, which ${author} wrote, by ${event.pubkey}: only its author can delete it`;
      items.push(refused('spoofed-identity', detail));
    }
  }
  if (unproven.length > 0) items.push(request(event, unproven));
  return items.length > 0 ? items : [refused('no-identity', 'a deletion that names nothing')];
}

function readDeletionOf(event: NostrEvent, about: PostUri): readonly Item[] {
  const targets = event.tags.flatMap(([name, value]) => {
    return (name === 'e' ? tryEventUri(value) : name === 'a' ? tryAddressUri(value) : undefined) ?? [];
  });
  if (about === eventUri(event.id)) return [request(event, targets)];
  if (targets.includes(about) && (parseAddress(about.slice('nostr:'.length))?.author ?? event.pubkey) === event.pubkey)
    return [deletion(event, about)];
  return [refused('no-identity', `a deletion that does not name ${about}`)];
}

function deletion(event: NostrEvent, post: PostUri): Item {
  const from = timeOf(event.createdAt);
  return {
    post,
    outcome: 'deleted',
    hand: 'first',
    ...(from && { claimedFrom: from, edition: event.createdAt }),
    ...losses(event),
  };
}

function request(event: NostrEvent, deletes: readonly string[]): Item {
  const content: Content = {
    type: 'Delete',
    attributedTo: keyUri(event.pubkey),
    visibility: 'public',
    text: event.content,
    ...published(event),
    extra: { deletes },
  };
  return { ...frame(event), outcome: 'present', content };
}

/** Who wrote to whom and when is open in kind 4; in a wrapper (NIP-59) only to whom. The text is for those who have the key. */
export function readEncrypted(event: NostrEvent): Item {
  const wrapped = isWrap(event.kind);
  const content: Content = {
    type: 'Note',
    visibility: 'direct',
    tag: marksOf(event),
    ...(!wrapped && { attributedTo: keyUri(event.pubkey), ...published(event) }),
    extra: { kind: event.kind, encrypted: true },
  };
  const lost = 'text: encrypted; the record’s bytes hold it, and its readers the key';
  return {
    post: eventUri(event.id),
    outcome: 'present',
    hand: 'first',
    content,
    losses: merged(event, [lost]),
  };
}

// ── what all have in common ─────────────────────────────────────────────────────────────────────────────────────────

const UNSIGNED = 'sig: there is none: that this is the author’s word is not proven';

export function losses(event: NostrEvent): Pick<Reading, 'losses'> {
  return event.signed ? {} : { losses: [UNSIGNED] };
}

function merged(event: NostrEvent, more: readonly string[]): string[] {
  return [...(event.signed ? [] : [UNSIGNED]), ...more];
}

function published(event: NostrEvent): Pick<Content, 'published'> {
  const time = timeOf(event.createdAt);
  return time ? { published: time } : {};
}

function frame(event: NostrEvent): Pick<Reading, 'post' | 'hand' | 'claimedFrom' | 'edition' | 'losses'> {
  const from = timeOf(event.createdAt);
  return {
    post: eventUri(event.id),
    hand: 'first',
    ...(from && { claimedFrom: from, edition: event.createdAt }),
    ...losses(event),
  };
}

function parsed(content: string): JsonObject | undefined {
  if (!content.trimStart().startsWith('{')) return undefined;
  try {
    return asObject(JSON.parse(content) as unknown);
  } catch {
    return undefined;
  }
}

/** What a deletion names by id: of those alone the author must be looked up. */
export function deletedIds(event: JsonObject): string[] {
  const tags = Array.isArray(event['tags']) ? (event['tags'] as unknown[]) : [];
  return tags.flatMap((tag) => {
    const id = Array.isArray(tag) && tag[0] === 'e' ? (tag[1] as unknown) : undefined;
    return typeof id === 'string' && HEX_64.test(id) ? [id] : [];
  });
}
