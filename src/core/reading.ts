/**
 * The terms that everything speaks, one meaning each (the vocabulary of docs/ARCHITECTURE.md).
 *
 * record       the bytes (offset, length in a capture) that describe one item, or one page of items
 * reading      what a source's normaliser makes of one item in a record: a post as it was, or that it was gone; or an
 *              account as it was, and no post
 * observation  a reading, placed: at a time, through a capture, in a collection
 * snapshot     one distinct content, known by its digest
 * version      a run of compatible observations in a post's timeline; derived, never stored
 */
import type { Content, Profile } from './content.js';
import type { RejectReason } from './errors.js';
import type { Time } from './time.js';
import type { ActorUri, PostUri } from './uri.js';

/**
 * What a look at a post found. `omitted`, `unreachable` and `notCaptured` are ambiguous and never end a version:
 * nothing here says deleted but the platform's own word about that very post.
 */
export type Outcome =
  | 'present'
  | 'deleted'
  | 'notFound'
  | 'forbidden'
  | 'suspended'
  | 'deactivated'
  | 'unreachable'
  | 'omitted'
  | 'notCaptured';

export const OUTCOMES: readonly Outcome[] = [
  'present',
  'deleted',
  'notFound',
  'forbidden',
  'suspended',
  'deactivated',
  'unreachable',
  'omitted',
  'notCaptured',
];

/**
 * How it is known when something was seen. `record`: the record says so. `manifest`: the package says so.
 * `stated`: the person who handed it in says so. `zip-entry`: the archive member's own time. `http`: when the answer came.
 * `receipt`: nothing says so, it was received then; a fallback, and no part of an observation's identity.
 */
export type Basis = 'record' | 'manifest' | 'stated' | 'zip-entry' | 'http' | 'receipt';

export interface Observed {
  readonly at: Time;
  readonly basis: Basis;
}

export type ReferenceKind = 'reply' | 'quote' | 'repost' | 'like' | 'bookmark';

export interface Reference {
  readonly kind: ReferenceKind;
  readonly target: PostUri;
  /** Who likes or bookmarks; a reply, quote or repost is made by the post itself. */
  readonly by?: ActorUri;
}

/** An identity link is a fact, never a merge. Readers union over `editOf` and `sameAs`; `probablySame` is offered only. */
export interface IdentityLink {
  readonly kind: 'editOf' | 'sameAs' | 'probablySame';
  /** For `editOf`: the first post of the edit chain. */
  readonly target: PostUri;
  /** For `editOf`: this post's place in the chain, the first being 0. */
  readonly order?: number;
  readonly reason?: string;
}

export interface ActorReading {
  readonly actor: ActorUri;
  readonly profile: Profile;
  readonly metrics?: Readonly<Record<string, number>>;
}

export interface Reading {
  readonly post: PostUri;
  readonly outcome: Outcome;
  /**
   * The post as it was. Present unless the outcome says that there was nothing to see; a `deleted` reading may carry
   * the text that the platform still handed out with the news.
   */
  readonly content?: Content;
  /** `second` where the text was carried by somebody else's post (quoted, reposted, included in a page). */
  readonly hand: 'first' | 'second';
  /** Only where the record itself says when it was seen; else the package's time holds. */
  readonly observedAt?: Observed;
  /** From when on, by the platform's claim, the post stood like this (an edit's time, a deletion's). */
  readonly claimedFrom?: Time;
  /**
   * The platform's own order of a post's versions, where it numbers or dates them: epoch seconds of the edit (of the
   * publication for the first version). X needs none: its order is that of the edit chain.
   */
  readonly edition?: number;
  /** Counts at the time of seeing. Never content. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** Other URLs under which people know this post, but for those that lead to it by themselves (Source.locate). Not identity. */
  readonly aliases?: readonly string[];
  readonly links?: readonly IdentityLink[];
  /** Likes and bookmarks. Reply, quote and repost are derived from the content. */
  readonly references?: readonly Reference[];
  /** Profiles that the record carries. */
  readonly actors?: readonly ActorReading[];
  /** The local files of the content's attachments, by index: names relative to the package. */
  readonly files?: readonly (string | undefined)[];
  /**
   * Where the content's attachments can be fetched, by index, when the content itself names no address. No content: it
   * depends on who was asked.
   */
  readonly fetchable?: readonly (string | undefined)[];
  /** What was nulled, cut or escaped on the way: `text: lone surrogate escaped`. */
  readonly losses?: readonly string[];
}

/**
 * An account as it was, and no post: the record of its profile, an event about it, the platform's answer about it. What a
 * post carries of its author stands in `Reading.actors`.
 */
export interface ProfileReading extends ActorReading {
  readonly hand: 'first' | 'second';
  /** As of a post's reading. */
  readonly observedAt?: Observed;
  readonly claimedFrom?: Time;
  /** The platform's own order of the profile's versions: epoch seconds of the change. */
  readonly edition?: number;
  readonly losses?: readonly string[];
}

/** One item within a record that could not be read, while others of the same record could. */
export interface RefusedItem {
  readonly refused: RejectReason;
  readonly detail: string;
}

/** What a record states, one by one. */
export type Item = Reading | ProfileReading | RefusedItem;

export function isRefused(item: Item): item is RefusedItem {
  return 'refused' in item;
}

export function isProfile(item: Item): item is ProfileReading {
  return 'actor' in item;
}

export function isOfPost(item: Item): item is Reading {
  return 'post' in item;
}
