/**
 * What following an account needs of a platform: a connector, in the platform's own folder.
 *
 * A connector knows the platform's addresses, paging and words for absence; it knows neither database, queue nor clock,
 * and reaches the network through `HarvestIo` alone, which keeps every exchange, guards the addresses, and spends the
 * rate budget. It does not interpret posts: it says which answers hold records, in one of its source's formats, and
 * the same normaliser that reads an export reads them. What it yields, in order:
 *
 *     (captured | profile)*  (absence | account | gap)*  bookmark     and again, page after page
 *
 * A bookmark comes after what it covers: its cursor is stored once all records before it are committed, so that a
 * harvest which dies is taken up at its last bookmark and sees some posts twice, which is harmless.
 */
import type { Json } from '../core/canonical.js';
import type { Digest } from '../core/digest.js';
import { SourceError } from '../core/errors.js';
import type { Outcome } from '../core/reading.js';
import type { PostUri } from '../core/uri.js';

export interface Connector {
  /** Lower-case, unique: `mastodon`, `activitypub`, `bluesky`. Stands in the database and in commands. */
  readonly id: string;
  /** One line for people: what can be followed, and what is needed for it. */
  readonly about: string;
  /** What `perdure follow` accepts, as people would type it. */
  readonly examples: readonly string[];
  /** What the platform never hands out, or only up to a limit. Cited by coverage. */
  readonly ceilings: readonly string[];
  /** The polite pace for one host (or one credential) where the platform states none: requests in a time. */
  readonly pace: { readonly requests: number; readonly seconds: number };
  /** Kinds of credential that it can use, best first; empty: none. */
  readonly credentials: readonly CredentialKind[];
  /** True where nothing can be read without a credential. */
  readonly needsCredential?: true;
  /**
   * The origin of the API that a seed of these settings asks with its credential, where files on that very origin may
   * be asked with it as well: a read token of a server, never a password for a whole site. Absent: files are asked without.
   */
  mediaOrigin?(settings: unknown): string | undefined;
  /** True where following is one long connection, not a look now and then. */
  readonly streams?: true;
  /**
   * Whether this text names something that the connector follows, from the text alone.
   * @returns 0: no; 1: certainly (`at://`, a platform's own host); between: perhaps, ask the network
   */
  claims(text: string): number;
  /**
   * What the text leads to. May ask the network. Undefined: nothing of this connector's is there, and another may be
   * asked. Throws a UsageError that says what to do where it is something, and cannot be followed.
   */
  resolve(text: string, io: HarvestIo): Promise<ResolvedSeed | undefined>;
  /**
   * Of what is known by addresses, and may move: what is followed already was named once more, perhaps by another address.
   * @returns its settings from now on
   */
  again?(stored: ResolvedSeed, named: ResolvedSeed): Json;
  /** One harvest: what is new since the cursor (null: the first time, as deep as the platform goes). */
  harvest(seed: SeedView, since: Cursor | null, io: HarvestIo): AsyncIterable<HarvestStep>;
  /**
   * Where to go on from to read further back than a first harvest did that ended after `had` posts: the cursor of a walk that
   * goes down from there, and then rests at what `cursor` knew. Undefined: it was not noted. Absent: there is no such place;
   * the first harvest is then done once more, and goes further.
   */
  deeper?(cursor: Cursor, backfill: { readonly had: number; readonly wanted: number }): Cursor | undefined;
  /** Looks at known posts once more. Yields `captured`, `absence`, `account` and `looks`; no bookmarks. */
  look?(seed: SeedView, posts: readonly PostToSee[], io: HarvestIo): AsyncIterable<HarvestStep>;
  /** How many posts a look takes at most; default 200. */
  readonly mostLooks?: number;
}

/** A place in what a platform lists, in the connector's own terms: plain JSON, 4 KiB at most. */
export type Cursor = Json;

export interface ResolvedSeed {
  /** What stays the same when a handle changes: the canonical URI of the actor, or the address of the feed. */
  readonly uri: string;
  /** What people call it now: `@archivist@mastodon.example`, `alice.bsky.social`, a title. */
  readonly name: string;
  /** What `harvest` needs to ask again (host, the server's own id of the account). Plain JSON, small. */
  readonly settings: Json;
}

/** A seed, as a connector sees it. */
export interface SeedView extends ResolvedSeed {
  /** How many posts the first harvest goes back at most. */
  readonly backfill: number;
  /** What the last look left for the next one. */
  readonly lookPlace?: Json | null;
  /** Other seeds of the same connector and collection, for connectors that stream: the accounts to filter by. */
  readonly followed?: readonly string[];
}

/** A post that is due to be looked at again. */
export interface PostToSee {
  readonly post: PostUri;
  /** As the connector gave it (SeenPost.ref). */
  readonly ref: string;
}

// ── steps ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export type HarvestStep = Captured | CapturedAccount | Absence | AccountNote | Gap | Bookmark | LookPlace;

/** The body of an exchange holds records. */
export interface Captured {
  readonly kind: 'captured';
  readonly exchange: Exchange;
  /** One of its source's formats; the body is split and normalised as a file of that format would be. */
  readonly format: string;
  /** The one post that it is about, where the body itself does not name it, or does not prove whose it is; handed to `normalise`. */
  readonly about?: PostUri;
  /** The seed's own posts in it, so that they can be looked at again. */
  readonly posts: readonly SeenPost[];
}

/**
 * The body of an exchange is about the account itself: its source reads it by `readAccount`, as one record. Handed over
 * where it was asked for anyway; nothing is asked for its sake. The same bytes as the last time are taken in once a day.
 */
export interface CapturedAccount {
  readonly kind: 'profile';
  readonly exchange: Exchange;
  /** One of its source's formats. */
  readonly format: string;
}

export interface SeenPost {
  readonly post: PostUri;
  /** How to ask the platform for it again, in the connector's own terms: an id, an address. At most 2 KiB. */
  readonly ref: string;
  /** When the platform says that it was published, ISO 8601. */
  readonly published?: string;
}

/**
 * A look at one post found it gone, or could not see it. `deleted` on the platform's own word about that very post
 * only, never from a list that lacks it; what is ambiguous is `notFound`, `unreachable` or `omitted`.
 */
export interface Absence {
  readonly kind: 'absence';
  readonly exchange: Exchange;
  readonly post: PostUri;
  readonly outcome: Exclude<Outcome, 'present' | 'notCaptured'>;
  /** What the platform said, in one line: `410 Gone`, `errors[0]: Not Found Error`. */
  readonly detail: string;
  /** When it went, by the platform's claim, ISO 8601. */
  readonly claimedFrom?: string;
}

export type AccountState =
  'active' | 'renamed' | 'moved' | 'notFound' | 'forbidden' | 'suspended' | 'deactivated' | 'deleted';

/** What was learnt of the account itself. Says nothing about any of its posts. */
export interface AccountNote {
  readonly kind: 'account';
  readonly exchange: Exchange;
  readonly state: AccountState;
  /** What people call it now, where that has changed. */
  readonly name?: string;
  /** What `harvest` needs from now on, where that has changed (another host, another id). */
  readonly settings?: Json;
  /** In one line, what the platform said. */
  readonly detail: string;
}

/**
 * `outage` we were away or the platform was; `rate-limit` a budget was spent; `ceiling` the platform hands out no more;
 * `cursor-reset` the platform no longer knows our place; `paused` by people; `platform` it answered something else than
 * its protocol says.
 */
export type GapReason = 'outage' | 'rate-limit' | 'ceiling' | 'cursor-reset' | 'paused' | 'platform';

/** Posts may have been missed. Only where continuity with the cursor cannot be shown: a quiet account has no gaps. */
export interface Gap {
  readonly kind: 'gap';
  readonly reason: GapReason;
  /** One line for people. */
  readonly detail: string;
  /** ISO 8601, where known: the last post that was seen before, the first one after. Else the times of the harvests. */
  readonly from?: string;
  readonly to?: string;
}

/** Everything up to here is handed over. */
export interface Bookmark {
  readonly kind: 'bookmark';
  readonly cursor: Cursor;
  /**
   * `whole`: nothing that the platform lists between the cursor that was given and now is missing.
   * `partial`: more is to come in this harvest, or in the next one from this cursor on.
   */
  readonly reach: 'whole' | 'partial';
  /** Of a backfill: when the oldest post seen was published, ISO 8601, and whether there is nothing older. */
  readonly backTo?: { readonly published?: string; readonly beginning: boolean };
  /** How often the platform says that this is worth asking for. Heeded where nobody fixed how often. */
  readonly pace?: Pace;
}

/** Of a look: what the next one must know, in the connector's own terms. Kept at once. */
export interface LookPlace {
  readonly kind: 'looks';
  /** Plain JSON, small. */
  readonly place: Json | null;
}

export interface Pace {
  /** Not more often than this. */
  readonly leastSeconds?: number;
  /** 0 to 23, UTC: not in these. */
  readonly skipHours?: readonly number[];
}

// ── the network ─────────────────────────────────────────────────────────────────────────────────────────────────────

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT';
  /** Beside what is always sent (User-Agent, Accept-Encoding, Host). Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Sends the seed's credential: as `Authorization` for bearer and basic. Without a credential nothing is sent. */
  readonly authorised?: true;
  /** Asks only for what has changed (an Exchange's validators); the answer may be 304. */
  readonly since?: Validators;
  /** The body holds secrets (an access token): it is handed over and not kept. */
  readonly secret?: true;
  /** The longest body that is taken; default 16 MiB. Longer ones are a NetworkError `too-large`. */
  readonly maxBytes?: number;
  /** Default 30 s until the headers, and between any two chunks of the body. */
  readonly timeoutMs?: number;
  /** Counts against another budget than the host's: the platform's own words for a family of calls. */
  readonly budget?: string;
}

export interface Validators {
  readonly etag?: string;
  readonly lastModified?: string;
}

/** One request and its answer, kept: headers, status, body bytes, timing, address, certificate. Redirects are followed, each guarded and kept. */
export interface Exchange {
  /** Counts the exchanges of a harvest from 0. */
  readonly seq: number;
  /** Where the answer came from, after redirects; secrets taken out. */
  readonly url: string;
  /** Set where it came by redirects: `permanently` if each of them said so (301, 308). */
  readonly redirected?: 'permanently' | 'temporarily';
  readonly status: number;
  /** Names in lower case; several values joined by `, `. Cookies taken out. */
  readonly headers: Readonly<Record<string, string>>;
  readonly validators: Validators;
  /** When the answer's head came, by our clock, RFC 3339 with milliseconds: the time of seeing. */
  readonly at: string;
  /** The body as kept, content codings undone. */
  readonly digest: Digest;
  readonly bytes: number;
  /** Small bodies are in memory; larger ones are read from what was kept. */
  body(): Promise<Buffer>;
  /** Throws a NetworkError `not-json` that quotes how the body begins: HTML instead of JSON is no answer. */
  json(): Promise<unknown>;
}

/**
 * What is written down of every request, failed ones too: the evidence of what was asked and what came.
 * Times are RFC 3339 with milliseconds, by our clock. Header names are in lower case.
 */
export interface ExchangeRecord {
  /** Counts the exchanges of a harvest from 0. */
  readonly seq: number;
  /** `GET`, `POST`, `PUT`; `WS` for a segment of a WebSocket's messages. */
  readonly method: string;
  readonly url: string;
  readonly status?: number;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** Names of what was taken out of the address and the headers. */
  readonly redacted: readonly string[];
  /** The body as kept; absent where it was not kept whole, or is secret. */
  readonly digest?: Digest;
  /** What was sent with a POST or PUT, as kept: secrets taken out. */
  readonly requestDigest?: Digest;
  /** Of the body, content codings undone; of a body that broke off: as much as came. */
  readonly bytes: number;
  readonly startedAt: string;
  readonly headAt?: string;
  readonly endedAt: string;
  readonly remoteAddress?: string;
  /** `sha256:<hex>` of the server's certificate (DER). */
  readonly certificate?: string;
  /** The exchange whose answer sent us here. */
  readonly redirectedFrom?: number;
  readonly budget: string;
  /** Why there is no whole answer. */
  readonly problem?: string;
}

export interface SocketOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Default 30 s until it is open. */
  readonly timeoutMs?: number;
  /** Messages longer than this end the connection; default 8 MiB. */
  readonly maxBytes?: number;
}

/** One WebSocket connection. Iterating ends when the other side closes; a broken connection throws a NetworkError. */
export interface HarvestSocket extends AsyncIterable<SocketMessage> {
  send(text: string): void;
  /** Keeps bytes that came over this connection as one capture: a segment of the stream. */
  keep(segment: Uint8Array): Promise<Exchange>;
  close(): void;
}

export interface SocketMessage {
  readonly data: Buffer;
  readonly binary: boolean;
  /** When it came, by our clock, RFC 3339 with milliseconds. */
  readonly at: string;
}

export interface HarvestIo {
  /**
   * Answers of every status but 429, 408, 425 and 5xx are returned. A closed keep-alive socket is tried again at once,
   * other trouble a few times with backoff.
   * @throws RateLimited where the budget is spent for longer than is worth waiting
   * @throws NetworkError where there is no whole answer, or it may not be asked for
   */
  request(url: string, options?: RequestOptions): Promise<Exchange>;
  socket(url: string, options?: SocketOptions): Promise<HarvestSocket>;
  /** The seed's credential, for connectors that put it elsewhere than into `Authorization`. */
  readonly credential: Credential | undefined;
  /** Milliseconds since 1970. */
  now(): number;
  /** Waits for what the platform has still to do. Throws where the harvest is given up. */
  pause(ms: number): Promise<void>;
  /** Something that people should know about this harvest; shown with it. */
  warn(text: string): void;
  readonly signal: AbortSignal;
}

/** `bearer` a token; `basic` a name and a password; `client` the id and secret of an application; `key` an API key. */
export type CredentialKind = 'bearer' | 'basic' | 'client' | 'key';

export interface Credential {
  readonly name: string;
  readonly kind: CredentialKind;
  /** The name that goes with `basic` and `client`; of a `key` that signs, the address of its public half. */
  readonly user?: string;
  /** Sent to this host (or `host:port`) alone; absent: wherever the connector asks. */
  readonly host?: string;
  readonly secret: string;
}

export type NetworkProblem =
  | 'unreachable'
  | 'timeout'
  | 'broken'
  | 'server-error'
  | 'too-large'
  | 'not-json'
  | 'forbidden-address'
  | 'too-many-redirects';

/** There was no answer that could be used. Never a statement about a post. */
export class NetworkError extends SourceError {
  constructor(
    readonly problem: NetworkProblem,
    message: string,
    /** What was kept of the exchange, where anything was. */
    readonly exchange?: Exchange,
    options?: { cause?: unknown },
  ) {
    super(problem === 'forbidden-address' ? 'configuration' : 'transient', message, options);
  }
}

/** The budget of a host or a credential is spent. Only seeds of that budget wait. */
export class RateLimited extends SourceError {
  constructor(
    /** The host, or `credential:<name>`. */
    readonly budget: string,
    /** Milliseconds since 1970. */
    readonly until: number,
    message: string,
  ) {
    super('transient', message);
  }
}
