/**
 * What reading hands out. Plain JSON, the same for the API, the command and the web.
 *
 * Times are strings: UTC ISO 8601, with milliseconds where the source knows them; without Z where the zone is unknown.
 * What a string cannot tell (precision, zone, bounds) stands beside it in `times`, under the same name. Digests are
 * `sha256:<hex>`, ids dashed uuids. A promised key that has no value is null; the other keys are left out then.
 */
import type { Content, Profile, Visibility } from '../core/content.js';
import type { Digest } from '../core/digest.js';
import type { Basis, Outcome, ReferenceKind } from '../core/reading.js';
import type { Precision, Zone } from '../core/time.js';

export type { Scope } from '../store/readers/scope.js';

/** The part of a blob store that reading needs. */
export interface BlobReader {
  read(digest: Digest, offset: number, length: number): Promise<Buffer>;
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
  /** The title, of posts that have one; its words are not in `text`. */
  readonly name: string | null;
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
  /** How it came here: `import` for what was handed in, `harvest` for what was asked for. */
  readonly method: 'import' | 'harvest';
  /** Which harvest asked: its exchanges are the evidence. */
  readonly harvest?: string;
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

export interface ProfileVersionView extends Omit<
  VersionView,
  'name' | 'text' | 'publishedAt' | 'updatedAt' | 'content' | 'visibility'
> {
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
