/**
 * What the pipeline needs of the outside, as types. The store implements them; tests use the real store.
 */
import type { Visibility } from '../core/content.js';
import type { Digest, Key } from '../core/digest.js';
import type { RejectReason } from '../core/errors.js';
import type { Basis, IdentityLink, Observed, Outcome, ReferenceKind } from '../core/reading.js';
import type { ActorUri, PostUri } from '../core/uri.js';
import type { WantedMedia } from './media-ports.js';
import type { ImportOptions, Inclusion, Role } from '../sources/source.js';

// ── accessions ──────────────────────────────────────────────────────────────────────────────────────────────────────

export type Packing = 'file' | 'folder' | 'zip' | 'tar' | 'tar.gz' | 'gzip' | 'zstd' | 'harvest';

export type AccessionStatus =
  'receiving' | 'received' | 'splitting' | 'ingesting' | 'complete' | 'sealed' | 'refused' | 'failed';

export interface AccessionOptions extends ImportOptions {
  /** `--source`: only this source is asked. */
  readonly source?: string;
  /** `--observed-at`, RFC 3339. */
  readonly observedAt?: string;
}

/** Who handed it in, by what right. Stays with the accession, in the log and in exports. */
export interface Custody {
  readonly receivedFrom?: string;
  readonly authority?: string;
  /** Digest of the consent form, which is kept as a sealed blob. */
  readonly consent?: Digest;
  readonly restrict?: boolean;
  readonly note?: string;
  /** Account and host of the person who ran the import. */
  readonly receivedBy?: string;
}

export interface AccessionRow {
  readonly id: Key;
  readonly collection: Key;
  readonly path: string;
  readonly packing: Packing;
  readonly digest: Digest;
  readonly bytes: number;
  readonly status: AccessionStatus;
  readonly options: AccessionOptions;
  readonly receivedAt: string;
}

/** One member as it came out of its package, before it is kept. */
export interface UnpackedMember {
  readonly path: string;
  readonly bytes: number;
  /** Undefined when it could not be unpacked; then `refusal` says why. */
  readonly digest?: Digest;
  /** Wall-clock time that the package gives for it, without zone. */
  readonly modified?: string;
  /** Set for the body of an answer that a WARC holds. */
  readonly exchange?: Exchange;
  readonly refusal?: { readonly reason: RejectReason; readonly detail: string };
}

/** When and from where an answer came that a WARC holds, or a harvest brought. */
export interface Exchange {
  /** WARC-Record-ID. */
  readonly record?: string;
  /** Where the record begins in the unpacked WARC; of a harvest: 0. */
  readonly offset: number;
  /** WARC-Date, as written. */
  readonly at?: string;
  /** The address, secrets taken out. */
  readonly uri?: string;
  /** HTTP status. */
  readonly status?: number;
  /** What was taken out of the address. */
  readonly removed?: readonly string[];
  /** The post that was asked about, where the answer itself does not say so. */
  readonly about?: PostUri;
  /** Set for a harvest: the platform is being asked at this time, and its files can be too. */
  readonly live?: true;
  /** The answer is about this account itself: its source reads it by `readAccount`. */
  readonly account?: ActorUri;
}

export interface MemberRow extends UnpackedMember {
  readonly member: number;
  /** The member that this one was inside. */
  readonly container?: number;
  /** Records before this offset have their ranges. Not there: none has. */
  readonly splitTo?: number;
}

export interface RecognisedMember extends MemberRow {
  /** `container`: a WARC or a compressed file, whose content stands as members of its own. */
  readonly role: Role | 'container' | 'unrecognised';
  readonly source?: string;
  readonly format?: string;
  readonly confidence?: number;
  readonly why?: string;
  readonly opensWith?: Inclusion;
  /** How many records the package says that it holds. */
  readonly declared?: number;
}

// ── ranges ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Where a run of records is; what a job names. */
export interface RangeRef {
  readonly accession: Key;
  readonly member: number;
  readonly offset: number;
}

export interface RangePlan extends RangeRef {
  readonly length: number;
  readonly records: number;
  /** Encoded places of its records (layout.ts). */
  readonly layout: Uint8Array;
}

/** All that a worker must know to read a range. */
export interface RangeTask extends RangePlan {
  readonly tries: number;
  /** What went wrong the last time. */
  readonly problem?: string;
  readonly collection: Key;
  readonly capture: Digest;
  readonly accessionDigest: Digest;
  readonly path: string;
  readonly source: string;
  readonly format: string;
  readonly refusal?: { readonly reason: RejectReason; readonly detail: string };
  readonly options: AccessionOptions;
  readonly survey?: Digest;
  readonly modified?: string;
  readonly exchange?: Exchange;
  /** When this collection first received these bytes, RFC 3339 with milliseconds. */
  readonly firstReceived: string;
}

export interface NewAccession {
  readonly id: Key;
  readonly collection: Key;
  readonly path: string;
  readonly packing: Packing;
  readonly options: AccessionOptions;
  readonly custody: Custody;
}

/** Accessions on their way from a package to ranges. */
export interface AccessionStore {
  /** The collection of that name, made if there is none. */
  ensureCollection(name: string): Promise<Key>;
  create(accession: NewAccession): Promise<void>;
  /** Everything of it is kept now. `members` for a folder; other packages are unpacked later. */
  received(id: Key, digest: Digest, bytes: number, members?: readonly UnpackedMember[]): Promise<void>;
  find(id: Key): Promise<AccessionRow | undefined>;
  /** Keeps the members of an unpacked package, or of one of its members; repeating it changes nothing. */
  addMembers(id: Key, members: readonly UnpackedMember[], container?: number): Promise<void>;
  members(id: Key): Promise<readonly RecognisedMember[]>;
  recognised(
    id: Key,
    members: readonly RecognisedMember[],
    surveys: Readonly<Record<string, Digest>>,
    warnings: readonly string[],
  ): Promise<void>;
  /** Adds ranges and how far the splitter is; those that exist stay. */
  addRanges(
    plans: readonly RangePlan[],
    progress: { readonly accession: Key; readonly member: number; readonly offset: number; readonly done: boolean },
  ): Promise<void>;
  /** One record that is rejected without being read. */
  rejectRecord(ref: RangeRef, length: number, reason: RejectReason, detail: string): Promise<void>;
  pendingRanges(id: Key): Promise<number>;
  /** All ranges exist now; the accession is complete when they are done. */
  splitDone(id: Key): Promise<void>;
  /** Marks it complete when it is split and nothing is pending. True when it is complete now. */
  completeIfDone(id: Key): Promise<boolean>;
  /** It ends here: `sealed` (all of it is private, and not asked for), `refused` (nothing in it can be imported) or `failed`. */
  end(id: Key, status: 'sealed' | 'refused' | 'failed', problem?: string): Promise<void>;
  setStatus(id: Key, status: 'splitting'): Promise<void>;
}

/** Puts work into the queues. Losing it is harmless: the reconciler puts it in again. */
export interface Dispatcher {
  accession(id: Key, epoch: number): Promise<void>;
  ranges(refs: readonly RangeRef[], epoch: number): Promise<void>;
}

// ── rows of a batch ─────────────────────────────────────────────────────────────────────────────────────────────────

export interface ActorRow {
  readonly actor: Key;
  readonly source: string;
  readonly uri: string;
}

export interface ProfileRow {
  readonly actor: Key;
  readonly digest: Digest;
  readonly handle: string | undefined;
  readonly name: string | undefined;
  /** Canonical, UTF-8. */
  readonly content: Uint8Array;
}

/** Where and when something was read. */
export interface Place {
  readonly collection: Key;
  readonly reader: number;
  readonly capture: Digest;
  readonly offset: number;
  readonly length: number;
}

export interface ProfileObservationRow extends Place {
  readonly actor: Key;
  readonly observation: Key;
  readonly observed: Observed;
  readonly hand: 'first' | 'second';
  readonly digest: Digest;
  readonly metrics: string | undefined;
  readonly edition: number | undefined;
  readonly claimedFrom: string | undefined;
  readonly losses: string | undefined;
}

export interface PostRow {
  readonly post: Key;
  readonly source: string;
  readonly uri: string;
  /** A later edit of a chain: it is not counted as a post of its own. */
  readonly laterEdit: boolean;
  /** A link named it before the batch had anything else of it: `known` may not have been asked. */
  readonly onlyNamed: boolean;
}

export interface SnapshotRow {
  readonly post: Key;
  readonly digest: Digest;
  readonly author: Key | undefined;
  /** RFC 3339 for the search columns; undefined when unknown or beyond what a calendar holds. */
  readonly publishedAt: string | undefined;
  readonly visibility: Visibility;
  readonly language: string | undefined;
  /** Canonical, UTF-8. */
  readonly content: Uint8Array;
  readonly search: string;
}

export interface ObservationRow extends Place {
  readonly post: Key;
  readonly observation: Key;
  readonly observed: Observed;
  readonly outcome: Outcome;
  readonly hand: 'first' | 'second';
  readonly digest: Digest | undefined;
  readonly item: number;
  readonly edition: number | undefined;
  readonly claimedFrom: string | undefined;
  readonly metrics: string | undefined;
  readonly losses: string | undefined;
}

export interface ReferenceRow {
  readonly post: Key;
  readonly kind: ReferenceKind;
  readonly target: Key;
  readonly by: Key | undefined;
  readonly targetUri: string;
}

export interface LinkRow {
  readonly post: Key;
  readonly kind: IdentityLink['kind'];
  readonly target: Key;
  readonly targetUri: string;
  readonly place: number | undefined;
  readonly reason: string | undefined;
}

export interface MediaRow {
  readonly post: Key;
  readonly file: string;
  /** Undefined: named, but not in the package. */
  readonly digest: Digest | undefined;
  readonly type: string;
  readonly url: string | undefined;
}

export interface RejectedRow {
  readonly offset: number;
  readonly length: number;
  readonly item: number;
  readonly reason: RejectReason;
  readonly detail: string;
}

/** Everything that one range adds, sorted by key, table by table, so that concurrent writers cannot deadlock. */
export interface Batch {
  readonly actors: readonly ActorRow[];
  readonly profiles: readonly ProfileRow[];
  /** Of profiles that posts carry. */
  readonly profileObservations: readonly ProfileObservationRow[];
  /** Of profiles that are items of their own: counted as new or duplicate. */
  readonly accounts: readonly ProfileObservationRow[];
  readonly posts: readonly PostRow[];
  readonly aliases: readonly { readonly post: Key; readonly alias: string }[];
  readonly snapshots: readonly SnapshotRow[];
  readonly observations: readonly ObservationRow[];
  readonly references: readonly ReferenceRow[];
  readonly links: readonly LinkRow[];
  readonly media: readonly MediaRow[];
  /** Files to be fetched by their address: of posts that were harvested. What is handed in is as it was. */
  readonly wanted: readonly WantedMedia[];
}

/** What is known of a range before anything is written; `duplicate` and `new` come of the writing. */
export interface RangeTally {
  readonly read: number;
  readonly rejected: readonly RejectedRow[];
  readonly visibility: Readonly<Partial<Record<Visibility, number>>>;
  readonly observedFrom: string | undefined;
  readonly observedTo: string | undefined;
  readonly observedBasis: Basis | undefined;
  readonly mediaStored: number;
  readonly mediaMissing: number;
}

export type ObservationKey =
  | { readonly post: Key; readonly observation: Key }
  /** Of a profile. */
  | { readonly actor: Key; readonly observation: Key };

/** The writer's side of the archive. */
/** What the archive held when it was asked. */
export interface Known {
  /** Those of the observations asked about that are there, by this reader. */
  readonly observations: ReadonlySet<Key>;
  /** Those of their posts that are there. */
  readonly posts: ReadonlySet<Key>;
}

export interface IngestStore {
  /** Counts a try and says what the range is; undefined when it is done already, or not there. */
  begin(range: RangeRef): Promise<RangeTask | undefined>;
  /** Replaces a range by its halves, which are pending and have a few tries behind them. */
  halve(range: RangeRef, halves: readonly RangePlan[]): Promise<void>;
  /** What of these observations and their posts is in the archive. */
  known(keys: readonly ObservationKey[], reader: number): Promise<Known>;
  /** The digest of a package's member by its path, for attachments; undefined when it is not in the package. */
  fileDigests(accession: Key, paths: readonly string[]): Promise<ReadonlyMap<string, Digest>>;
  /**
   * Writes the batch and marks the range done, in one transaction. Returns false when another worker had finished the
   * range meanwhile: then nothing was written. `known` spares a second look; what changed since is noticed.
   */
  commit(range: RangeRef, batch: Batch, tally: RangeTally, known?: Known): Promise<boolean>;
}

/** Bytes `start` to `end`, both included, as far as there are so many; without an end, to the last one. */
export interface BlobPart {
  readonly start: number;
  readonly end?: number;
}

/** The blobs: bytes under their SHA-256. */
export interface BlobStore {
  /** Stores a stream; visible only when complete and on disk. */
  put(chunks: AsyncIterable<Uint8Array>): Promise<{ digest: Digest; bytes: number }>;
  has(digest: Digest): Promise<boolean>;
  /** In bytes; undefined when there is no such blob. */
  size(digest: Digest): Promise<number | undefined>;
  /** A part of a blob. Throws when it is shorter than asked for: a short body is never accepted as whole. */
  read(digest: Digest, offset: number, length: number): Promise<Buffer>;
  open(digest: Digest, part?: BlobPart): AsyncIterable<Uint8Array>;
  /** A path at which the whole blob can be read as a file; `release` when done (a store elsewhere makes a copy). */
  asFile(digest: Digest): Promise<{ readonly path: string; release(): Promise<void> }>;
}

/** A blob store as the process has it that opened it. */
export interface OpenBlobs extends BlobStore {
  /** For people: a folder, or `s3://bucket/prefix`. */
  readonly place: string;
  /** Why blobs cannot be kept now and what to do; undefined when they can be. Throws what the disk or the network says. */
  problem(): Promise<string | undefined>;
  /** Takes away what processes left that were killed. @returns of how many puts and copies something was left */
  tidy(now?: number): Promise<number>;
  close(): Promise<void>;
}
