/** What the survey hands to `normalise`, and how it is looked up there. */
import type { CaptureContext } from '../source.js';
import { hasSharedNumbers, type Chat, type Peer } from './uri.js';

/** A chat and where its messages stand in the file: from the byte `from` up to the next chat's. */
export interface ChatFacts extends Chat {
  readonly from: number;
}

/** Of a page of an HTML export. */
export interface PageFacts {
  readonly title?: string;
  /** Whom the page's first messages continue, where it begins with joined ones. */
  readonly carried?: Carried;
}

/** What a joined message leaves out because the message before it says it. */
export interface Carried {
  readonly sender?: string;
  readonly viaBot?: string;
  readonly forwardedFrom?: string;
}

export interface Facts {
  /** JSON: path → its chats in the order of the file. */
  readonly chats?: { readonly [path: string]: readonly ChatFacts[] };
  readonly pages?: { readonly [path: string]: PageFacts };
  /** t.me: the channel's number by its name in lower case, from those messages of the package that tell it. */
  readonly channels?: { readonly [name: string]: string };
}

export function factsOf(context: CaptureContext): Facts {
  return (context.survey?.facts ?? {}) as Facts;
}

const UNKNOWN: ChatFacts = { from: 0, ordinal: 0 };

/** The chat that the record stands in. */
export function chatAt(context: CaptureContext): ChatFacts {
  const chats = ownValue(factsOf(context).chats, context.path) ?? [];
  let low = 0;
  let high = chats.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (chats[middle]!.from <= context.offset) low = middle + 1;
    else high = middle;
  }
  return chats[low - 1] ?? UNKNOWN;
}

/** The chat that a peer's id means, as far as the file tells: whose messages are numbered how. */
export function chatOfPeer(peer: Peer, from: ChatFacts, context: CaptureContext): Chat | undefined {
  if (peer.kind === 'channel') return { id: peer.id, type: 'private_channel', ordinal: 0 };
  const chats = ownValue(factsOf(context).chats, context.path) ?? [];
  const isKind = (chat: Chat): boolean => (chat.type === 'private_group') === (peer.kind === 'chat');
  return (
    chats.find((chat) => chat.id === peer.id && !hasSharedNumbers(chat.type) && isKind(chat)) ??
    (peer.kind === 'chat' ? { ...from, id: peer.id, type: 'private_group' } : undefined)
  );
}

export function ownValue<T>(map: { readonly [key: string]: T } | undefined, key: string): T | undefined {
  return map && Object.hasOwn(map, key) ? map[key] : undefined;
}
