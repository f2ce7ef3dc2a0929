/**
 * What reading hands out. Plain JSON, the same for the API, the command and the web.
 *
 * Times are strings: UTC ISO 8601, with milliseconds where the source knows them; without Z where the zone is unknown.
 * What a string cannot tell (precision, zone, bounds) stands beside it in `times`, under the same name. Digests are
 * `sha256:<hex>`, ids dashed uuids. A promised key that has no value is null; the other keys are left out then.
 */
import type { Content, Profile, Visibility } from '../core/content.js';
import type { Basis, Outcome, ReferenceKind } from '../core/reading.js';
import type { Precision, Zone } from '../core/time.js';

export type { Scope } from '../store/readers/scope.js';

/** The part of a blob store that reading needs. */
export interface BlobReader {
  read(digest: import('../core/digest.js').Digest, offset: number, length: number): Promise<Buffer>;
}

/** What is known of a printed time besides its digits. */
export interface TimeNote {
  readonly precision: Precision;
  readonly zone: Zone;
  /** Only where the zone is unknown: the moment lies between these, in UTC. */
  readonly earliest?: string;
  readonly latest?: string;
}

export type TimeNotes = Readonly<Record<string, TimeNote>>;

export interface ActorLabel {
  readonly name: string | null;
  readonly handle: string | null;
  readonly uri: string | null;
  /** Dashed uuid, for `/actors/:id`. */
  readonly id?: string;
}

// ── histories ───────────────────────────────────────────────────────────────────────────────────────────────────────

export interface PostView {
  readonly uri: string;
  readonly perdureUri: string;
  /** Dashed uuid, for `/posts/:id`. */
  readonly id: string;
  /** Null for a stub: named by other posts, never captured. */
  readonly source: string | null;
  readonly author: ActorLabel | null;
  readonly firstObservedAt: string | null;
  readonly lastObservedAt: string | null;
  readonly state: Outcome | null;
  /** The narrowest that any snapshot states. */
  readonly visibility: Visibility;
  /** Other URLs of it: known addresses, later edits of its chain, posts that are the same. */
  readonly aliases: readonly string[];
  /** Names of the collections in which it was observed, of those that the reader may see. */
  readonly collections: readonly string[];
  readonly times: TimeNotes;
}

export interface VersionView {
  readonly outcome: Outcome;
  /** Digest of the richest stored witness. */
  readonly snapshot: string | null;
  readonly from: string | null;
  readonly to: string | null;
  /** How many observations witness it; `witnesses` has their ids. */
  readonly observations: number;
  readonly text: string | null;
  readonly publishedAt: string | null;
  readonly updatedAt: string | null;
  readonly claimedFrom?: string;
  readonly claimedTo?: string;
  readonly snapshots: readonly string[];
  readonly witnesses: readonly string[];
  readonly editions?: readonly number[];
  /** It contradicts its neighbour although nothing says which came first, or something disputes it. */
  readonly conflict: boolean;
  readonly conflicting?: readonly string[];
  readonly disputedBy?: readonly string[];
  readonly visibility?: Visibility;
  /** The join of all witnesses: derived, without a digest. */
  readonly content?: Content;
  readonly times: TimeNotes;
}

export interface ObservationView {
  readonly id: string;
  readonly observedAt: string;
  readonly basis: Basis;
  readonly recordedAt: string;
  readonly outcome: Outcome;
  readonly snapshot: string | null;
  readonly capture: string;
  readonly offset: number;
  readonly length: number;
  /** How it came here: `import`. */
  readonly method: string;
  readonly hand: 'first' | 'second';
  readonly collection: string;
  /** URI of the post that was looked at, where the history is of several (an edit chain). */
  readonly post?: string;
  readonly item?: number;
  readonly reader: number;
  readonly edition?: number;
  readonly claimedFrom?: string;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly losses?: readonly string[];
  /** For profiles: how many records of the same capture say the same. */
  readonly records?: number;
  readonly times: TimeNotes;
}

export interface ReferenceView {
  readonly kind: ReferenceKind;
  readonly uri: string;
  readonly perdureUri: string;
  /** False for a stub: named, never captured. */
  readonly captured: boolean;
  /** Who likes or bookmarks. */
  readonly by?: string;
}

export interface LinkView {
  readonly kind: 'editOf' | 'sameAs' | 'probablySame';
  readonly from: string;
  readonly to: string;
  readonly place?: number;
  readonly reason?: string;
}

export interface MediaView {
  readonly file: string;
  readonly digest: string | null;
  readonly type: string;
  readonly url: string | null;
  /** Named, but in none of the packages. */
  readonly missing: boolean;
}

export interface PostHistory {
  readonly post: PostView;
  /** Oldest first. */
  readonly versions: readonly VersionView[];
  readonly observations: readonly ObservationView[];
  readonly references: readonly ReferenceView[];
  readonly referencedBy: {
    readonly counts: Readonly<Partial<Record<ReferenceKind, number>>>;
    /** Counting stops at 10,000. */
    readonly countsAreLowerBounds: boolean;
    readonly posts: readonly ReferenceView[];
  };
  readonly links: readonly LinkView[];
  readonly media: readonly MediaView[];
  /** Other posts that the same address may mean. */
  readonly alternatives: readonly string[];
  /** There are more observations than are read at once: versions may be missing. */
  readonly incomplete?: boolean;
}

export interface ActorView {
  readonly id: string;
  readonly uri: string;
  readonly source: string;
  readonly handle: string | null;
  readonly name: string | null;
  readonly firstObservedAt: string | null;
  readonly lastObservedAt: string | null;
  readonly state: Outcome | null;
  /** Posts with this author; counted up to 10,000. */
  readonly posts: number;
  readonly postsIsLowerBound: boolean;
  readonly times: TimeNotes;
}

export interface ProfileVersionView extends Omit<VersionView, 'text' | 'publishedAt' | 'updatedAt' | 'content' | 'visibility'> {
  readonly handle: string | null;
  readonly name: string | null;
  readonly content?: Profile;
}

export interface ActorHistory {
  readonly actor: ActorView;
  readonly versions: readonly ProfileVersionView[];
  readonly observations: readonly ObservationView[];
  readonly alternatives: readonly string[];
  readonly incomplete?: boolean;
}

// ── one version ─────────────────────────────────────────────────────────────────────────────────────────────────────

export interface ShowOptions {
  /** ISO 8601: what had been seen by then, the given second or day included. */
  readonly asOf?: string;
  /** ISO 8601: what the platform says was there then. */
  readonly claimedAt?: string;
}

export interface Shown {
  readonly post: PostView;
  readonly asOf?: string;
  readonly claimedAt?: string;
  /** False: nothing had been seen by then. `version` is then what the platform claims, if it claims anything. */
  readonly seen: boolean;
  /** One sentence for people: "Not yet seen by …; the platform claims …". */
  readonly note?: string;
  /** For `claimedAt`: whether the platform claims it, or it had merely been observed by then. */
  readonly basis?: 'claimed' | 'observed';
  readonly version: VersionView | null;
  /** The richest stored snapshot, as it was digested. */
  readonly snapshot: { readonly digest: string; readonly content: Content; readonly canonical: string } | null;
}

export interface RawOptions extends ShowOptions {
  /** `sha256:<hex>` of one snapshot of this post; without it the version's richest. */
  readonly snapshot?: string;
  /** Hands out bytes of sealed captures too. */
  readonly sealed?: boolean;
}

export interface Raw {
  readonly capture: string;
  readonly offset: number;
  readonly length: number;
  readonly sealed: boolean;
  readonly snapshot: string | null;
  readonly bytes: Buffer;
}

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

export type AccessionState = 'receiving' | 'received' | 'splitting' | 'ingesting' | 'complete' | 'refused' | 'failed';

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
export type AccessionItem = Omit<AccessionSummary, 'sealed' | 'rejectReasons' | 'members' | 'memberCount' | 'visibility'>;

export interface AccessionDetail extends AccessionSummary {
  readonly progress: AccessionProgress;
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
