/** What the tags of an event say about its relations: what it answers and quotes, whom it names, where it leads. */
import type { Link, Tag } from '../../core/content.js';
import type { PostUri } from '../../core/uri.js';
import { webAddress } from '../shared/items.js';
import { tagsNamed, type NostrEvent } from './event.js';
import { decodeName } from './nip19.js';
import { HEX_64, keyUri, postOfName, tryAddressUri, tryEventUri } from './uri.js';

export interface Thread {
  readonly inReplyTo?: PostUri;
  /** What the thread began with. */
  readonly root?: PostUri;
}

/** Comments (NIP-22) name the parent in small letters and the root in capitals; everything else follows NIP-10. */
export function threadOf(event: NostrEvent): Thread {
  if (event.kind === 1111 || event.kind === 1244) return commentThread(event);
  if (event.kind === 42 || event.kind === 1311) return channelThread(event);
  return noteThread(event);
}

function commentThread(event: NostrEvent): Thread {
  const parent = targetOf(event, 'a', 'e');
  const root = targetOf(event, 'A', 'E') ?? tagsNamed(event, 'I')[0]?.[1];
  return thread(parent, root);
}

function channelThread(event: NostrEvent): Thread {
  const marked = tagsNamed(event, 'e').find((tag) => tag[3] === 'reply');
  const channel = tagsNamed(event, 'e').find((tag) => tag[3] === 'root') ?? tagsNamed(event, 'e')[0];
  const address = event.kind === 1311 ? tryAddressUri(tagsNamed(event, 'a')[0]?.[1]) : undefined;
  const parent = event.kind === 1311 ? (marked ?? tagsNamed(event, 'e')[0]) : marked;
  return thread(tryEventUri(parent?.[1]), address ?? tryEventUri(channel?.[1]));
}

/**
 * Marked tags say which is which. Before they were introduced the order said it: the first is the root, the last is
 * what is answered, those between are merely mentioned.
 */
function noteThread(event: NostrEvent): Thread {
  const tags = tagsNamed(event, 'e').filter((tag) => tryEventUri(tag[1]) !== undefined);
  const marked = tags.filter((tag) => tag[3] === 'root' || tag[3] === 'reply');
  if (marked.length > 0) {
    const root = marked.find((tag) => tag[3] === 'root');
    const reply = marked.find((tag) => tag[3] === 'reply') ?? root;
    return thread(tryEventUri(reply?.[1]), tryEventUri((root ?? reply)?.[1]));
  }
  // `#[0]` in the text names a tag that is a mention, no answer.
  const answered = tags.filter(
    (tag) => tag[3] !== 'mention' && !event.content.includes(`#[${event.tags.indexOf(tag)}]`),
  );
  if (answered.length === 0) {
    const address = tryAddressUri(tagsNamed(event, 'a').find((tag) => tag[3] !== 'mention')?.[1]);
    return event.kind === 1 ? thread(address, address) : {};
  }
  return thread(tryEventUri(answered[answered.length - 1]?.[1]), tryEventUri(answered[0]?.[1]));
}

function thread(inReplyTo: PostUri | undefined, root: string | undefined): Thread {
  return { ...(inReplyTo && { inReplyTo }), ...(root !== undefined && { root: root as PostUri }) };
}

function targetOf(event: NostrEvent, address: string, id: string): PostUri | undefined {
  return tryAddressUri(tagsNamed(event, address)[0]?.[1]) ?? tryEventUri(tagsNamed(event, id)[0]?.[1]);
}

/** `q` tags (NIP-18), which hold an id or an address. */
export function quotesOf(event: NostrEvent): PostUri[] {
  return tagsNamed(event, 'q').flatMap((tag) => tryEventUri(tag[1]) ?? tryAddressUri(tag[1]) ?? []);
}

export function marksOf(event: NostrEvent): Tag[] {
  return event.tags.flatMap(([name, value]): Tag[] => {
    if (value === undefined || value === '') return [];
    if (name === 't') return [{ type: 'Hashtag', name: value }];
    if (name === 'emoji') return [{ type: 'Emoji', name: value }];
    return name === 'p' && HEX_64.test(value) ? [mention(value)] : [];
  });
}

function mention(key: string): Tag {
  const href = keyUri(key);
  return { type: 'Mention', name: href.slice('nostr:'.length), href };
}

const NAMED = /nostr:((?:note|nevent|naddr)1[02-9ac-hj-np-z]{6,2000})/g;

/** Web addresses in `r` tags, and the posts that the text names (NIP-21). */
export function linksOf(event: NostrEvent): Link[] {
  const links: Link[] = tagsNamed(event, 'r').flatMap((tag) => {
    const url = webAddress(tag[1]);
    return url === undefined ? [] : [{ url }];
  });
  if (!event.content.includes('nostr:')) return links;
  const seen = new Set<string>();
  for (const [url, name] of event.content.matchAll(NAMED)) {
    const expanded = seen.has(url) ? undefined : postOfName(decodeName(name!));
    seen.add(url);
    if (expanded) links.push({ url, expanded });
  }
  return links;
}
