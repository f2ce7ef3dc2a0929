/**
 * What one rendering of a post asserts. Names are those of ActivityStreams 2.0 where it has one.
 *
 * An absent key is not asserted: an API answer without media says nothing about media, while `attachment: []` says
 * that there is none. Fields that a rendering shortens are named in `cut`. Times of seeing, counts and the viewer's
 * own flags are not content; they stand on the observation.
 */
import type { ActorUri, PostUri } from './uri.js';
import type { Json } from './canonical.js';
import type { Time } from './time.js';

export type Visibility = 'public' | 'unlisted' | 'followers' | 'group' | 'direct' | 'unknown';

/** The visibilities in the order of a post's being shown more and more narrowly. */
export const VISIBILITIES: readonly Visibility[] = ['public', 'unlisted', 'followers', 'group', 'direct', 'unknown'];

export interface Attachment {
  readonly type: 'Image' | 'Video' | 'Audio' | 'Document';
  /** What the platform calls this very file in every rendering; absent when no such name exists. */
  readonly key?: string;
  readonly url?: string;
  readonly mediaType?: string;
  /** The alternative text. */
  readonly name?: string;
  readonly width?: number;
  readonly height?: number;
  readonly duration?: number;
  readonly blurhash?: string;
}

export interface Tag {
  readonly type: 'Hashtag' | 'Mention' | 'Cashtag' | 'Emoji';
  /** Without the leading #, @ or $. */
  readonly name: string;
  /** For a mention, the actor's canonical URI where it is known. */
  readonly href?: string;
}

export interface Link {
  /** As it stands in the text. */
  readonly url: string;
  /** Where it leads, when the platform says so. */
  readonly expanded?: string;
  readonly name?: string;
}

export interface Poll {
  readonly options: readonly string[];
  readonly multiple?: boolean;
  readonly endTime?: Time;
}

export interface Place {
  readonly name?: string;
  readonly country?: string;
  readonly latitude?: number;
  readonly longitude?: number;
}

export type CutField = 'text' | 'attachment' | 'tag' | 'link';

export interface Content {
  /** AS2 type: Note, Article, Page, Question, Event, Video …; Announce for a repost. */
  readonly type: string;
  readonly attributedTo?: ActorUri;
  readonly published?: Time;
  /** The platform's own mark of the last edit. */
  readonly updated?: Time;
  /** Plain text, decoded, exactly as the platform has it: never trimmed, never normalised. */
  readonly text?: string;
  /** The platform's HTML, where that is what it has; `text` is derived from it. */
  readonly html?: string;
  /** Content warning. */
  readonly summary?: string;
  /** Title. */
  readonly name?: string;
  readonly inReplyTo?: PostUri;
  readonly quotes?: PostUri;
  /** The post that this one reposts (`object` of an Announce). */
  readonly announces?: PostUri;
  /** The thread or conversation, as the platform names it. */
  readonly context?: string;
  readonly attachment?: readonly Attachment[];
  readonly tag?: readonly Tag[];
  readonly link?: readonly Link[];
  readonly poll?: Poll;
  readonly location?: Place;
  /** BCP 47, as the platform or the author states it. */
  readonly language?: string;
  readonly sensitive?: boolean;
  readonly visibility?: Visibility;
  /** The application that posted it. */
  readonly generator?: string;
  /** The page where a person reads it. */
  readonly url?: string;
  /** Which of the fields above this rendering cuts short. */
  readonly cut?: readonly CutField[];
  /** Small facts of one platform that have no name above, e.g. the countries that a post is withheld in. */
  readonly extra?: { readonly [key: string]: Json };
}

/** `deleted` the account itself; of its posts none of these says anything. */
export type AccountStatus = 'active' | 'suspended' | 'deactivated' | 'deleted';

export const ACCOUNT_STATUSES: readonly AccountStatus[] = ['active', 'suspended', 'deactivated', 'deleted'];

/** What an actor says of themselves; versioned by the same mechanism as posts. Counts are metrics, not profile. */
export interface Profile {
  readonly type?: string;
  readonly handle?: string;
  readonly name?: string;
  readonly summary?: string;
  readonly location?: string;
  readonly url?: string;
  readonly icon?: string;
  readonly image?: string;
  readonly published?: Time;
  readonly locked?: boolean;
  readonly verified?: boolean;
  /** What the platform says of the account as a whole, where it says so: that nobody but it can have written. */
  readonly status?: AccountStatus;
  readonly extra?: { readonly [key: string]: Json };
}
