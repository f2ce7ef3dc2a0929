/** What following accounts needs of the store, as types. */
import type { Json } from '../core/canonical.js';
import type { Digest, Key } from '../core/digest.js';
import type { Outcome } from '../core/reading.js';
import type { PostUri } from '../core/uri.js';
import type {
  AccountNote,
  AccountState,
  Bookmark,
  Connector,
  Cursor,
  ExchangeRecord,
  Gap,
  HarvestIo,
  PostToSee,
  ResolvedSeed,
  SeenPost,
} from '../sources/harvest.js';
import type { Exchange, RangePlan } from './ports.js';

export type SeedState = 'active' | 'paused' | 'ended';
export type HarvestKind = 'scheduled' | 'asked' | 'revisit';
export type HarvestState = 'running' | 'complete' | 'partial' | 'failed' | 'waiting' | 'skipped' | 'interrupted';

export interface NewSeed extends ResolvedSeed {
  readonly collection: Key;
  readonly connector: string;
  readonly source: string;
  readonly credential?: string;
  readonly authority?: string;
  /** Hosts that may be private addresses. */
  readonly trusted: readonly string[];
  readonly everySeconds: number;
  /** Whether quiet accounts are asked less often, and lively ones more. */
  readonly adaptive: boolean;
  /** How many posts the first harvest goes back at most. */
  readonly backfill: number;
}

export interface SeedRow extends NewSeed {
  readonly id: Key;
  readonly state: SeedState;
  readonly cursor: Cursor | null;
  /** What the last look left for the next one. */
  readonly lookPlace: Json | null;
  readonly intervalSeconds: number;
  readonly failures: number;
  /** The backfill that was gone back for. */
  readonly backfilled: number | null;
  /** Whether that came to the beginning. */
  readonly fromBeginning: boolean;
  readonly account: {
    /** What was noted of it last. */
    readonly state: AccountState | null;
    /** By a mark of the address that answered: what was taken in of it last. */
    readonly stated: Stated;
  };
}

/** `at` RFC 3339. */
export type Stated = { readonly [mark: string]: { readonly digest: Digest; readonly at: string } };

/** A seed, held by one harvest. */
export interface Claim {
  readonly harvest: Key;
  readonly kind: HarvestKind;
  readonly seed: SeedRow;
  /**
   * Which claim of the seed this is. A queue may take a living worker for lost and run its harvest once more: the earlier
   * claim of the two is void, and every write under it is refused.
   */
  readonly turn: number;
  /** RFC 3339: when it began, the first time. */
  readonly startedAt: string;
  /** The first number that an exchange of it may take: a harvest that was killed has some already. */
  readonly nextSeq: number;
}

export type ClaimAnswer =
  | { readonly claim: Claim }
  /** `gone`: unfollowed, or never there; `done`: this harvest has ended already. */
  | { readonly refused: 'gone' | 'paused' | 'running' | 'waiting' | 'done' };

/** What a harvest brought, ready to be ingested. */
export interface HarvestCapture {
  readonly harvest: Key;
  readonly member: number;
  readonly path: string;
  readonly source: string;
  readonly format: string;
  readonly digest: Digest;
  readonly bytes: number;
  readonly exchange: Exchange;
  readonly plans: readonly RangePlan[];
}

export interface LookResult {
  readonly post: PostUri;
  readonly outcome: Outcome;
  /** When to look again, RFC 3339; null: no more. */
  readonly dueAt: string | null;
  readonly at: string;
}

/** A post whose look is due, and what the last looks found. */
export interface DueLook extends PostToSee {
  readonly publishedAt: string;
  readonly outcome: Outcome;
  readonly goneAt: string | null;
}

export interface Ending {
  readonly state: Exclude<HarvestState, 'running' | 'skipped'>;
  readonly problem?: string;
  readonly warnings: readonly string[];
  readonly robots?: { readonly url: string; readonly status: number; readonly allowed: boolean | null };
  readonly looks: number;
  /** When the seed is to be harvested next, and how often from now on. Absent for a revisit. */
  readonly next?: { readonly at: string; readonly intervalSeconds: number };
  /** A spent budget. */
  readonly waitsUntil?: string;
  /** Scheduled times that passed while it ran, RFC 3339: shown as skipped. */
  readonly missed: readonly string[];
}

export interface HarvestStore {
  /** Takes the seed for this harvest, or says why not. A harvest that died is taken up under its own id. */
  claim(seed: Key, harvest: Key, kind: HarvestKind, leaseMs: number): Promise<ClaimAnswer>;
  /** False: the lease was lost to another. */
  renew(claim: Claim, leaseMs: number): Promise<boolean>;
  /** Keeps records of exchanges. Like every write of a harvest: @throws where the seed was claimed anew. */
  exchanged(claim: Claim, exchanges: readonly ExchangeRecord[]): Promise<void>;
  /** Makes the capture, its member and its ranges known, in one transaction. */
  captured(claim: Claim, capture: HarvestCapture): Promise<void>;
  /** Stores the cursor, the gaps that it passes over, and how far the seed was watched; and that it goes back so far now. */
  bookmarked(claim: Claim, bookmark: Bookmark, gaps: readonly Gap[], at: string, backfilled?: number): Promise<void>;
  /** An answer about the account was taken in. */
  accountStated(claim: Claim, stated: Stated): Promise<void>;
  /** `trouble`: its posts are due to be looked at now. */
  account(claim: Claim, note: AccountNote, trouble: boolean): Promise<void>;
  /** Plans looks at posts that are not planned yet. */
  saw(claim: Claim, posts: readonly (SeenPost & { readonly dueAt: string })[], at: string): Promise<void>;
  dueLooks(seed: Key, limit: number): Promise<readonly DueLook[]>;
  /** Shows that the harvest waits, RFC 3339: written once for a wait, and over by itself. */
  waits(claim: Claim, until: string): Promise<void>;
  /** Keeps what the next look must know. */
  lookPlace(claim: Claim, place: Json | null): Promise<void>;
  looked(seed: Key, results: readonly LookResult[]): Promise<void>;
  /** How many posts came that the archive did not have, so far in this harvest. */
  newPosts(harvest: Key): Promise<number>;
  /** Canonical URIs of the other seeds that a stream filters by. */
  followed(claim: Claim): Promise<readonly string[]>;
  end(claim: Claim, ending: Ending): Promise<void>;
}

/** Opens the network for one harvest; `exchanges` are told as they happen. */
export interface NetworkPort {
  open(
    claim: Claim,
    connector: Connector,
    options: {
      readonly signal: AbortSignal;
      readonly record: (exchange: ExchangeRecord) => Promise<void>;
      readonly warn: (text: string) => void;
      /** Told before a wait that the platform has asked for: until when, milliseconds since 1970. */
      readonly onWait: (untilMs: number) => Promise<void>;
    },
  ): Promise<HarvestIo>;
  /** What the host's robots.txt says about asking for this address: recorded, and left to people. */
  robots(io: HarvestIo, claim: Claim): Promise<Ending['robots'] | undefined>;
}
