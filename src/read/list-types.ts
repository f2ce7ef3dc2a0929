/** What search and lists hand out; types.ts has the conventions. */
import type { Visibility } from '../core/content.js';
import type { Basis, Outcome } from '../core/reading.js';
import type { ActorLabel, TimeNotes } from './types.js';

// ── search ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What `--include` may name; `likes` and `account` mean nothing here and are let pass. */
export type Included = Visibility | 'likes' | 'account';

export interface SearchQuery {
  /** Words (all of them), "phrases", -without, this OR that, begin*. AND binds tighter than OR. */
  readonly text?: string;
  /** Name or id of a collection. */
  readonly collection?: string;
  /** Handle, @handle, user@host, URI, URL or display name. */
  readonly author?: string;
  /** ISO 8601, of publication; both included, to the end of the second or day that is given. */
  readonly since?: string;
  readonly until?: string;
  /** BCP 47 prefix: `ar` finds `ar-SY`. */
  readonly lang?: string;
  readonly source?: string;
  /** ISO 8601: only what had been seen by then. */
  readonly asOf?: string;
  /** Shown besides public and unlisted. */
  readonly include?: readonly Included[];
  /** 1 to 200; 50 unless told. */
  readonly limit?: number;
  readonly cursor?: string;
  readonly order?: 'newest' | 'oldest';
}

export interface SearchItem {
  /** Of the first post of its edit chain. */
  readonly uri: string;
  readonly perdureUri: string;
  readonly id: string;
  readonly source: string;
  readonly author: ActorLabel | null;
  readonly publishedAt: string | null;
  /** The title, of posts that have one; its words are not in `text`. */
  readonly name: string | null;
  readonly text: string | null;
  readonly lang: string | null;
  /** The snapshot that matched; of several the newest. */
  readonly snapshot: string;
  readonly state: Outcome | null;
  readonly collections: readonly string[];
  readonly visibility: Visibility;
  readonly times: TimeNotes;
}

export interface SearchResult {
  /** Posts; an edit chain counts once. Exact up to 10,000. */
  readonly total: number;
  readonly totalIsLowerBound?: boolean;
  readonly items: readonly SearchItem[];
  readonly next: string | null;
  /** Matching posts that are not shown, by the narrowest visibility that a snapshot of theirs states. */
  readonly withheld: {
    readonly count: number;
    readonly by: Readonly<Partial<Record<Visibility, number>>>;
    readonly countIsLowerBound?: boolean;
  };
}

// ── lists ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface PageOptions {
  /** 1 to 200; 50 unless told. */
  readonly limit?: number;
  readonly cursor?: string;
}

export interface CollectionView {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly accessions: number;
  /** An edit chain counts once. */
  readonly posts: number;
  readonly observations: number;
  readonly firstObservedAt: string | null;
  readonly lastObservedAt: string | null;
}

/** `sealed`: all of it is private and was not asked for; `refused`: nothing in it can be imported. Both are kept. */
export type AccessionState =
  'receiving' | 'received' | 'splitting' | 'ingesting' | 'complete' | 'sealed' | 'refused' | 'failed';

/** Cheap enough to be asked for four times a second. */
export interface AccessionProgress {
  readonly status: AccessionState;
  /** Bytes of the members that are split into records; 0 until they are recognised. */
  readonly bytesTotal: number;
  readonly bytesSplit: number;
  readonly bytesDone: number;
  readonly ranges: number;
  readonly rangesDone: number;
  readonly read: number;
  readonly new: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly startedAt: string | null;
}

export interface MemberView {
  readonly path: string;
  readonly role: string | null;
  readonly source: string | null;
  readonly format: string | null;
  readonly bytes: number;
  readonly why: string | null;
  /** Of an answer out of a WARC, as its record has it; the address without secrets. */
  readonly fetchedAt: string | null;
  readonly fetchedFrom: string | null;
}

export interface AccessionSummary {
  readonly id: string;
  readonly path: string;
  readonly digest: string | null;
  readonly source: string | null;
  readonly format: string | null;
  /** Its name. */
  readonly collection: string;
  readonly status: AccessionState;
  readonly records: number;
  readonly read: number;
  readonly new: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly newPosts: number;
  readonly newSnapshots: number;
  readonly newActors: number;
  readonly visibility: Readonly<Record<Visibility, number>>;
  /** Paths of members that are kept unread. */
  readonly sealed: readonly string[];
  readonly warnings: readonly string[];
  readonly media: { readonly stored: number; readonly missing: number };
  readonly observedFrom: string | null;
  readonly observedTo: string | null;
  readonly observedAtBasis: Basis | null;
  /** From its receipt to its end, or to now. */
  readonly seconds: number;
  readonly bytes: number;
  readonly receivedAt: string;
  readonly finishedAt: string | null;
  readonly problem: string | null;
  readonly rejectReasons: Readonly<Record<string, number>>;
  /** The first 1,000, in path order. */
  readonly members: readonly MemberView[];
  /** All of them. */
  readonly memberCount: number;
}

/** As it stands in a list: without what takes a look at every member. */
export type AccessionItem = Omit<
  AccessionSummary,
  'sealed' | 'rejectReasons' | 'members' | 'memberCount' | 'visibility'
>;

/** A range that failed, and waits to be tried again. */
export interface FailingRange {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
  readonly records: number;
  readonly tries: number;
  /** The last one; null where its worker ended without a word. */
  readonly problem: string | null;
}

export interface AccessionDetail extends AccessionSummary {
  readonly progress: AccessionProgress;
  /** `first`: at most 20. */
  readonly failing: { readonly total: number; readonly first: readonly FailingRange[] };
  /** Each time somebody had what had failed tried again. */
  readonly retries: readonly {
    readonly at: string;
    readonly by: string;
    readonly unpack: boolean;
    readonly ranges: number;
    readonly records: number;
  }[];
  /** As they were given. */
  readonly options: unknown;
  readonly custody: unknown;
}

export interface RejectView {
  readonly path: string;
  readonly member: number;
  readonly offset: number;
  readonly length: number;
  readonly item: number;
  readonly reason: string;
  readonly detail: string;
  /** The member's bytes; null when it could not be unpacked. */
  readonly capture: string | null;
  /** Its first 200 bytes as UTF-8, lossy; null where there is nothing to read, or it is sealed. */
  readonly preview: string | null;
}

export interface MediaFileView {
  readonly digest: string;
  readonly bytes: number | null;
  /** Private in every package that brought it. */
  readonly sealed: boolean;
  /** The first 100 of the posts that it belongs to. */
  readonly posts: readonly {
    readonly uri: string;
    readonly perdureUri: string;
    readonly file: string;
    readonly type: string;
    readonly url: string | null;
    readonly visibility: Visibility;
  }[];
  /** The widest of those: decides who may be served it. */
  readonly visibility: Visibility;
}
