/** What is followed, as the doors show it. Times are UTC, ISO 8601 with milliseconds. */

export interface SeedView {
  readonly id: string;
  readonly collection: string;
  readonly connector: string;
  readonly source: string;
  /** What stays when a handle changes. */
  readonly uri: string;
  readonly name: string;
  readonly state: 'active' | 'paused' | 'ended';
  /** Seconds: as asked for, and as kept now. */
  readonly every: number;
  readonly interval: number;
  readonly adaptive: boolean;
  readonly backfill: number;
  readonly credential: string | null;
  readonly authority: string | null;
  readonly nextAt: string;
  /** When the next of its posts is to be looked at again, and how many are. */
  readonly nextLookAt: string | null;
  readonly postsToLookAt: number;
  /** The harvest that runs at this moment. */
  readonly running: string | null;
  readonly lastHarvest: {
    readonly id: string;
    readonly state: string;
    readonly at: string;
    readonly finishedAt: string | null;
    readonly newPosts: number;
    readonly problem: string | null;
  } | null;
  /** When a new post of it was last found. */
  readonly lastNewAt: string | null;
  readonly failures: number;
  readonly problem: string | null;
  /** A spent rate budget: not asked before. */
  readonly waitsUntil: string | null;
  /** What the platform said of the account last. */
  readonly account: { readonly state: string; readonly detail: string | null } | null;
  readonly cursorAt: string | null;
  /** How far the first harvest went back: when the oldest post was published, and whether there is nothing older. */
  readonly backTo: { readonly published?: string; readonly beginning: boolean } | null;
  /** The last stretch without a break. */
  readonly watched: { readonly from: string; readonly to: string } | null;
  readonly gaps: number;
  readonly createdAt: string;
}

export interface HarvestView {
  readonly id: string;
  readonly seed: string;
  readonly name: string;
  readonly collection: string;
  readonly connector: string;
  readonly kind: 'scheduled' | 'asked' | 'revisit';
  readonly state: 'running' | 'complete' | 'partial' | 'failed' | 'waiting' | 'skipped' | 'interrupted';
  readonly startedAt: string;
  readonly finishedAt: string | null;
  /** While it runs, and waits because the platform has asked for that. */
  readonly waitsUntil: string | null;
  readonly seconds: number;
  readonly requests: number;
  readonly captures: number;
  readonly looks: number;
  readonly bytes: number;
  readonly read: number;
  readonly new: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly newPosts: number;
  readonly newSnapshots: number;
  readonly problem: string | null;
  readonly warnings: readonly string[];
  readonly robots: { readonly url: string; readonly status: number; readonly allowed: boolean | null } | null;
  readonly authority: string | null;
  readonly cursorBefore: unknown;
  readonly cursorAfter: unknown;
}

export interface ExchangeView {
  readonly seq: number;
  readonly method: string;
  readonly url: string;
  readonly status: number | null;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly redacted: readonly string[];
  /** `sha256:<hex>` of the body as kept. */
  readonly digest: string | null;
  /** Of what was sent with a POST, as kept: secrets taken out. */
  readonly requestDigest: string | null;
  readonly bytes: number;
  readonly startedAt: string;
  readonly headAt: string | null;
  readonly endedAt: string;
  readonly remoteAddress: string | null;
  readonly certificate: string | null;
  readonly redirectedFrom: number | null;
  readonly problem: string | null;
}

/**
 * `watched`: nothing that the platform listed is missing. `gap`: posts may be missing. `since`: from the last look until
 * now, which the next harvest will tell.
 */
export interface CoverageInterval {
  readonly kind: 'watched' | 'gap' | 'since';
  readonly from: string;
  readonly to: string;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly harvest: string | null;
}

export interface CoverageView {
  readonly seed: SeedView;
  /** Oldest first. Before the first of them nobody watched. */
  readonly intervals: readonly CoverageInterval[];
  /** Of the time that was asked about. */
  readonly at?: { readonly time: string; readonly watched: 'yes' | 'no' | 'unknown'; readonly why: string };
}
