/**
 * What a platform's folder provides. docs/ADDING-A-SOURCE.md walks through `example/`, the one to copy.
 *
 * A source knows formats, never the database, the queue, the clock or the network. `recognise`, `split` and
 * `normalise` are pure: the same bytes and the same survey give the same answer for ever, so that any worker may run
 * any range twice, on any machine, in any order.
 */
import type { Json } from '../core/canonical.js';
import type { Digest } from '../core/digest.js';
import type { Item, Observed, ProfileReading, RefusedItem } from '../core/reading.js';
import type { RejectReason } from '../core/errors.js';
import type { ActorUri, PostUri } from '../core/uri.js';
import type { Connector } from './harvest.js';

export interface FormatInfo {
  readonly id: string;
  /** One line for people: what it is and how they come by such a file. */
  readonly about: string;
}

export interface Manifest {
  /** Lower-case, stands in the database and in commands: `x`, `mastodon`. */
  readonly id: string;
  readonly name: string;
  /** Raised whenever `normalise` would read the same bytes differently; readings of the highest number are shown. */
  readonly reader: number;
  readonly formats: readonly FormatInfo[];
  /** What the platform itself never hands out, or only up to a limit; printed with exports. */
  readonly ceilings: readonly string[];
}

/** How much of a member recognition looks at, and `normalise` of a source that reads heads. */
export const HEAD_BYTES = 64 * 1024;

/** One member of a package, as much as recognition may look at. */
export interface MemberHead {
  /** Relative to the package, with forward slashes; a lone file has its own base name. */
  readonly path: string;
  readonly size: number;
  /** The first bytes: up to 64 KiB. */
  readonly head: Uint8Array;
  /** The paths of all members of the package (this one among them). */
  readonly paths: readonly string[];
}

/**
 * What becomes of a member.
 * `records`  it is split, and each record normalised
 * `survey`   it says something about the whole package (manifest, account); never split
 * `media`    a picture or another file that posts point to
 * `sealed`   private matter (direct messages, account data): kept, listed, neither read nor served unless `--include`
 * `refused`  recognised, and it holds no posts (counts, users): its records are rejected with `reason`
 */
export type Role = 'records' | 'survey' | 'media' | 'sealed' | 'refused';

/** What `--include` can ask for. */
export type Inclusion = 'direct' | 'followers' | 'group' | 'likes' | 'account' | 'unknown';

export interface Recognition {
  readonly format: string;
  /** 0 to 1. From content: 0.9 and more. From a name alone: 0.5 at most. */
  readonly confidence: number;
  /** One clause for people: why it is held to be that. */
  readonly why: string;
  readonly role: Role;
  /** For `refused`: the reason that each of its records is rejected with, and what to do about it. */
  readonly refusal?: { readonly reason: RejectReason; readonly detail: string };
  /** For `sealed`: the inclusion that opens the member; it is then treated as `records`. */
  readonly opensWith?: Inclusion;
}

/** A recognised member, as surveys see it. */
export interface SurveyMember {
  readonly path: string;
  readonly size: number;
  readonly format: string;
  readonly role: Role;
}

/** Reads whole small members while a package is surveyed. */
export interface PackageReader {
  /** This source's members of the package, sorted by path. */
  readonly members: readonly SurveyMember[];
  readonly options: ImportOptions;
  /** Throws a Rejection (`too-large`) beyond `limit` bytes (32 MiB unless told otherwise). */
  read(path: string, limit?: number): Promise<Buffer>;
  /** The member as a stream, for facts that only a pass over all of it can show. */
  open(path: string): AsyncIterable<Uint8Array>;
}

/** What is known of the whole package, read once, stored with a digest, handed to every normalise. Plain JSON. */
export interface Survey {
  /** When the package was made, by its own word. */
  readonly observedAt?: Observed;
  readonly warnings?: readonly string[];
  /** Which records a member should hold, by the package's own word: path → number. Compared after the import. */
  readonly declared?: { readonly [path: string]: number };
  /** Whatever the source's own `normalise` needs. */
  readonly facts: Json;
}

/** What the person who handed it in said about it (`perdure import --timezone …`). */
export interface ImportOptions {
  readonly timezone?: string;
  readonly account?: string;
  readonly include: readonly Inclusion[];
  /** For `generic`: which field is what. Checked when it was given. */
  readonly mapping?: { readonly [key: string]: unknown };
}

/** A record's place in its member. */
export interface RecordRange {
  readonly offset: number;
  readonly length: number;
  /**
   * What the record cannot be read without, and only another part of the member says: the key that an index gives it.
   * Kept with the range, so short; records beside each other should have names that begin alike.
   */
  readonly name?: string;
  /** Set where the splitter already knows that this is no record; the range is then rejected with it. */
  readonly refused?: { readonly reason: RejectReason; readonly detail: string };
}

/** What a record is read with: capture, range, survey, nothing else. */
export interface CaptureContext {
  readonly path: string;
  readonly format: string;
  /** Digest of the member's bytes. */
  readonly capture: Digest;
  /** Digest of the whole package: the scope of names that mean something only within it. */
  readonly accession: Digest;
  readonly offset: number;
  readonly length: number;
  /** As the splitter named the record (RecordRange.name). */
  readonly name?: string | undefined;
  readonly survey: Survey | undefined;
  /** Where the answer came from that the record is in, secrets taken out; undefined for files. */
  readonly address?: string | undefined;
  /** The post that was asked about, where the answer itself does not name it. */
  readonly about?: PostUri | undefined;
  /** Of an answer about an account: the account that was asked about. */
  readonly account?: ActorUri | undefined;
  /** The member's first 64 KiB, for a source with `readsHead`: a table's header row, a chat's name. Else empty. */
  readonly head: Uint8Array;
  readonly options: ImportOptions;
}

export interface Source {
  readonly manifest: Manifest;
  /** Its records cannot be read without what stands before the first of them (CaptureContext.head). */
  readonly readsHead?: true;
  recognise(member: MemberHead): Recognition | null;
  survey?(pack: PackageReader): Promise<Survey>;
  /** Ranges in ascending order, without overlap. Throws a Rejection where the member cannot be split at all. */
  split(member: AsyncIterable<Uint8Array>, format: string, path: string): AsyncIterable<RecordRange>;
  /** Whether `--mapping` can be read by this source. Throws a UsageError that names what is wrong in it. */
  checkMapping?(mapping: unknown): void;
  /** The ways to follow accounts, feeds and channels of this platform, the most specific first. */
  readonly connectors?: readonly Connector[];
  /** The canonical URI of the post that a web address leads to, where the address alone says so. */
  locate?(url: string): PostUri | undefined;
  /** Throws a Rejection when the record states nothing that can be archived. */
  normalise(record: Uint8Array, context: CaptureContext): readonly Item[];
  /**
   * The body of an answer that a connector hands over as being about the account (CapturedAccount), as one record. Apart
   * from `normalise`, because of a file of accounts nobody says whose word it is: there they are refused as `users`.
   */
  readAccount?(body: Uint8Array, context: CaptureContext): readonly (ProfileReading | RefusedItem)[];
}
