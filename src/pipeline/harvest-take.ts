/** What a connector hands over, taken in: captures are ingested before the bookmark that covers them is stored. */
import type { AccountStatus } from '../core/content.js';
import { sha256, type Key } from '../core/digest.js';
import { messageOf, Rejection } from '../core/errors.js';
import { isProfile, type Outcome, type ProfileReading } from '../core/reading.js';
import { actorUri, postKey, type PostUri } from '../core/uri.js';
import type {
  Absence,
  AccountNote,
  AccountState,
  Bookmark,
  Captured,
  CapturedAccount,
  ExchangeRecord,
  Gap,
  HarvestStep,
} from '../sources/harvest.js';
import { accountLookRecord, LOOK_FORMAT, lookRecord, type LookedAt } from '../sources/look.js';
import type { RecordRange, Source } from '../sources/source.js';
import { profileDigest } from './row-values.js';
import type { Claim, HarvestStore, Stated } from './harvest-ports.js';
import { ingestRange, type IngestDeps, type ReadPost } from './ingest.js';
import { isRefusedRange, planRanges } from './plan-ranges.js';
import type { AccessionStore, BlobStore, Dispatcher, Exchange, RangePlan } from './ports.js';
import { nextLook, type LookPlan } from './revisit.js';

export interface TakeDeps {
  readonly store: HarvestStore;
  readonly accessions: Pick<AccessionStore, 'pendingRanges' | 'rejectRecord' | 'completeIfDone'>;
  readonly ingest: IngestDeps;
  /** Whether an error lies with the database or the disk, and not with what was read. */
  readonly isTransient: (error: unknown) => boolean;
  readonly noteProblem: (range: RangePlan, problem: string) => Promise<void>;
  readonly blobs: BlobStore;
  readonly dispatch: Dispatcher;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly lookPlan: LookPlan;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** Told what was written, for whoever wants to hear of new, edited and deleted posts. */
  readonly onRead?: (claim: Claim, posts: readonly ReadPost[]) => Promise<void>;
}

/** More ranges than these are for the workers of the queue `ingest`: a repository, not a page. */
const OWN_RANGES = 8;
/**
 * Exchanges are numbered from 0; captures of looks, which are no exchanges, from here. One answer may hold posts and be
 * about their account too: what is read of it as an account has a number of its own.
 */
const FIRST_LOOK_MEMBER = 1_000_000_000;
const FIRST_ACCOUNT_MEMBER = 1_500_000_000;
const DAY_MS = 86_400_000;
/** An account has few addresses; when its server moves, others. */
const MOST_STATED = 8;

export class HarvestTake {
  /** How many posts were looked at again. */
  looks = 0;
  /** The backfill that its bookmarks are on the way to. */
  backfilled: number | undefined;
  /** What the platform said where it showed nothing. */
  trouble: string | undefined;
  /** What the records said of posts, from `watch` on: a stream brings millions. */
  private seen: Map<Key, Outcome> | undefined;
  private absences: Absence[] = [];
  private gaps: Gap[] = [];
  private exchanges: ExchangeRecord[] = [];
  private lookMember: number;
  private queued = false;
  /** What was said last of the account as a whole. */
  private status: AccountStatus;
  private answer: LookedAt | undefined;
  private stated: Stated;

  constructor(
    private readonly deps: TakeDeps,
    private readonly claim: Claim,
    private readonly source: Source,
    private readonly signal: AbortSignal,
    /** Whether the seed is an account, whose URI is the actor's. */
    private readonly ofAccount: boolean,
  ) {
    this.lookMember = FIRST_LOOK_MEMBER + claim.nextSeq;
    if (claim.seed.cursor === null) this.backfilled = claim.seed.backfill;
    this.status = statusOf(claim.seed.account.state) ?? 'active';
    this.stated = claim.seed.account.stated;
  }

  /** From now on it is noted what is said of each post. */
  watch(): void {
    this.seen = new Map();
  }

  /** What has been said of this post since; the last word. */
  outcomeOf(post: PostUri): Outcome | undefined {
    return this.seen?.get(postKey(post));
  }

  async step(step: HarvestStep): Promise<void> {
    switch (step.kind) {
      case 'captured':
        return this.captured(step);
      case 'profile':
        return this.profile(step);
      case 'absence':
        this.absences.push(step);
        return;
      case 'account':
        return this.account(step);
      case 'gap':
        this.gaps.push(step);
        this.trouble ??= step.detail;
        return;
      case 'looks':
        return this.deps.store.lookPlace(this.claim, step.place);
      case 'bookmark':
        await this.settle();
        return this.bookmark(step);
    }
  }

  /**
   * A gap is one when the cursor moves on beyond it. Where it stays, the next harvest asks from there again, and may find
   * that nothing is missing: then it was trouble of this harvest, and is told as that.
   */
  openGaps(): readonly Gap[] {
    return this.gaps;
  }

  private async bookmark(step: Bookmark): Promise<void> {
    const gaps = this.gaps;
    this.gaps = [];
    // Its posts are listed: what was said of the account as a whole is over.
    if (this.status !== 'active' && this.answer)
      await this.tellStatus('active', 'its posts are listed again', this.answer);
    await this.deps.store.bookmarked(this.claim, step, gaps, this.at(), this.backfilled);
  }

  /** An exchange has ended; it is written down with the next capture, or at the end. */
  async exchanged(exchange: ExchangeRecord): Promise<void> {
    const from = this.claim.nextSeq;
    const { seq, redirectedFrom, status, headAt, url, digest } = exchange;
    if (status !== undefined && status < 300 && headAt !== undefined)
      this.answer = { seq: seq + from, url, status, at: headAt, ...(digest !== undefined && { digest }) };
    this.exchanges.push({
      ...exchange,
      seq: seq + from,
      ...(redirectedFrom !== undefined && { redirectedFrom: redirectedFrom + from }),
    });
    if (this.exchanges.length >= 50) await this.writeExchanges();
  }

  /** Everything handed over so far is committed when this resolves. */
  async settle(): Promise<void> {
    await this.writeAbsences();
    await this.writeExchanges();
    const { harvest } = this.claim;
    while (this.queued && (await this.deps.accessions.pendingRanges(harvest)) > 0)
      await this.deps.sleep(POLL_MS, this.signal);
    this.queued = false;
  }

  private async captured({ exchange, format, about, posts }: Captured): Promise<void> {
    await this.writeExchanges();
    const { url, status, at, digest, bytes } = exchange;
    if (bytes > 0) {
      const facts: Exchange = { offset: 0, live: true, at, uri: url, status, ...(about !== undefined && { about }) };
      const member = exchange.seq + this.claim.nextSeq;
      const records = this.source.split(this.deps.blobs.open(digest), format, pathOf(url));
      await this.take({ member, path: pathOf(url), format, digest, bytes, exchange: facts }, records);
    }
    const now = this.deps.now();
    const planned = posts.flatMap((post) => {
      const published = post.published === undefined ? NaN : Date.parse(post.published);
      const due = nextLook(this.deps.lookPlan, Number.isNaN(published) ? now : published, now);
      return due === undefined ? [] : [{ ...post, dueAt: new Date(due).toISOString() }];
    });
    if (planned.length > 0) await this.deps.store.saw(this.claim, planned, at);
  }

  /**
   * What an account says of itself seldom changes, and is asked for as often as its posts: what states the same as the last
   * time is taken in again after a day. Every exchange is written down all the same.
   */
  private async profile({ exchange, format }: CapturedAccount): Promise<void> {
    await this.writeExchanges();
    const { url, status, at, digest, bytes } = exchange;
    if (bytes === 0) return;
    const profiles = this.profilesIn(await exchange.body(), exchange, format);
    // Counts are no part of it; of what cannot be read, its bytes are what it states.
    const stated =
      profiles.length === 0
        ? digest
        : sha256(profiles.map(({ actor, profile }) => `${actor} ${profileDigest(profile)}`).join('\n'));
    this.status = profiles.find(({ actor }) => actor === this.claim.seed.uri)?.profile.status ?? this.status;
    const mark = sha256(url).slice(0, 12);
    const last = this.stated[mark];
    if (last?.digest === stated && Date.parse(at) - Date.parse(last.at) < DAY_MS) return;
    const account = actorUri(this.claim.seed.uri);
    const facts: Exchange = { offset: 0, live: true, account, at, uri: url, status };
    const member = FIRST_ACCOUNT_MEMBER + exchange.seq + this.claim.nextSeq;
    await this.take({ member, path: pathOf(url), format, digest, bytes, exchange: facts }, whole(bytes));
    const others = Object.entries(this.stated).filter(([each]) => each !== mark);
    const now: (typeof others)[number] = [mark, { digest: stated, at }];
    this.stated = Object.fromEntries([...others, now].slice(-MOST_STATED));
    await this.deps.store.accountStated(this.claim, this.stated);
  }

  private profilesIn(body: Buffer, { url, digest, bytes }: Captured['exchange'], format: string): ProfileReading[] {
    const { source } = this;
    if (!source.readAccount) throw new Error(`the source ${source.manifest.id} does not say how an account is read`);
    const account = actorUri(this.claim.seed.uri);
    const around = { accession: digest, offset: 0, length: bytes, survey: undefined, head: Buffer.alloc(0) };
    const context = { path: pathOf(url), format, capture: digest, address: url, account, ...around };
    try {
      return source.readAccount(body, { ...context, options: { include: [] } }).filter(isProfile);
    } catch (error) {
      if (error instanceof Rejection) return [];
      throw error;
    }
  }

  private async account(note: AccountNote): Promise<void> {
    if (note.state !== 'active') this.trouble = note.detail;
    const status = statusOf(note.state);
    const { seq } = note.exchange;
    if (status !== undefined && status !== this.status)
      await this.tellStatus(status, note.detail, { ...note.exchange, seq: seq + this.claim.nextSeq });
    const trouble = !['active', 'renamed', 'moved'].includes(note.state);
    await this.deps.store.account(this.claim, note, trouble);
  }

  /** Said once, when it has changed: before the seed remembers it, so that nothing is lost where the worker dies between. */
  private async tellStatus(status: AccountStatus, detail: string, exchange: LookedAt): Promise<void> {
    const { seed } = this.claim;
    // A stream and a feed are nobody's account.
    if (!this.source.readAccount || !this.ofAccount) return;
    const actor = actorUri(seed.uri);
    await this.writeExchanges();
    await this.takeLooks([Buffer.from(accountLookRecord({ actor, status, detail, exchange }))], exchange.at);
    this.status = status;
  }

  private async writeAbsences(): Promise<void> {
    if (this.absences.length === 0) return;
    const absences = this.absences;
    this.absences = [];
    await this.writeExchanges();
    const lines = absences.map((absence) => Buffer.from(lookRecord(absence)));
    await this.takeLooks(lines, absences[0]!.exchange.at);
  }

  private async takeLooks(lines: readonly Buffer[], at: string): Promise<void> {
    const { digest, bytes } = await this.deps.blobs.put(once(Buffer.concat(lines)));
    const member = { member: this.lookMember++, path: 'looks.jsonl', format: LOOK_FORMAT, digest, bytes };
    await this.take({ ...member, exchange: { offset: 0, live: true, at } }, placesOf(lines));
  }

  private async take(member: Member, records: AsyncIterable<RecordRange>): Promise<void> {
    const { store, accessions } = this.deps;
    const { harvest, seed } = this.claim;
    const plans: RangePlan[] = [];
    const refused: { offset: number; length: number; reason: Rejection['reason']; detail: string }[] = [];
    try {
      const planned = { accession: harvest, member: member.member, splitTo: 0 };
      for await (const plan of planRanges(planned, records)) {
        if (isRefusedRange(plan)) refused.push({ offset: plan.offset, length: plan.length, ...plan.refused });
        else plans.push(plan);
      }
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      refused.push({ offset: 0, length: member.bytes, reason: error.reason, detail: error.detail });
    }
    await store.captured(this.claim, { harvest, source: seed.source, ...member, plans });
    for (const { offset, length, reason, detail } of refused)
      await accessions.rejectRecord({ accession: harvest, member: member.member, offset }, length, reason, detail);
    if (plans.length > OWN_RANGES) return this.queue(plans);
    for (const plan of plans) await this.ingest(plan);
  }

  private async queue(plans: readonly RangePlan[]): Promise<void> {
    this.queued = true;
    await this.deps.dispatch.ranges(plans, 0);
  }

  private async ingest(plan: RangePlan): Promise<void> {
    try {
      const posts = await ingestRange(this.deps.ingest, plan);
      if (!posts) return;
      for (const { post, outcome } of posts) this.seen?.set(post, outcome);
      await this.deps.onRead?.(this.claim, posts);
    } catch (error) {
      if (this.deps.isTransient(error)) throw error;
      // Something in it fails its reader. Halving it until one record is left is the ingest workers' business.
      await this.deps.noteProblem(plan, messageOf(error));
      await this.queue([plan]);
    }
  }

  private async writeExchanges(): Promise<void> {
    const rows = this.exchanges;
    this.exchanges = [];
    if (rows.length > 0) await this.deps.store.exchanged(this.claim, rows);
  }

  private at(): string {
    return new Date(this.deps.now()).toISOString();
  }
}

interface Member {
  readonly member: number;
  readonly path: string;
  readonly format: string;
  readonly digest: Parameters<HarvestStore['captured']>[1]['digest'];
  readonly bytes: number;
  readonly exchange: Exchange;
}

const POLL_MS = 250;

/** What a file of it would be called: sources may look at names. */
function pathOf(url: string): string {
  const path = /^[a-z]+:\/\/[^/?#]*([^?#]*)/i.exec(url)?.[1] ?? '';
  return path.replace(/^\/+/, '') || 'index';
}

/** By the platform's own word. Not found and forbidden are no such word. */
function statusOf(state: AccountState | null): AccountStatus | undefined {
  return state === 'suspended' || state === 'deactivated' || state === 'deleted' ? state : undefined;
}

async function* whole(length: number): AsyncGenerator<RecordRange> {
  yield await Promise.resolve({ offset: 0, length });
}

async function* placesOf(lines: readonly Buffer[]): AsyncGenerator<RecordRange> {
  let offset = 0;
  for (const { length } of lines) {
    yield await Promise.resolve({ offset, length });
    offset += length;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
