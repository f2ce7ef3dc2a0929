/** What a connector hands over, taken in: captures are ingested before the bookmark that covers them is stored. */
import { postKey, type PostUri } from '../core/uri.js';
import type { Key } from '../core/digest.js';
import { messageOf, Rejection } from '../core/errors.js';
import type { Outcome } from '../core/reading.js';
import type { Absence, AccountNote, Bookmark, Captured, ExchangeRecord, Gap, HarvestStep } from '../sources/harvest.js';
import { LOOK_FORMAT, lookRecord } from '../sources/look.js';
import type { RecordRange, Source } from '../sources/source.js';
import type { Claim, HarvestStore } from './harvest-ports.js';
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
/** Exchanges are numbered from 0; captures of looks, which are no exchanges, from here. */
const FIRST_LOOK_MEMBER = 1_000_000_000;

export class HarvestTake {
  /** How many posts were looked at again. */
  looks = 0;
  /** What the platform said where it showed nothing. */
  trouble: string | undefined;
  /** What the records said of posts, from `watch` on: a stream brings millions. */
  private seen: Map<Key, Outcome> | undefined;
  private absences: Absence[] = [];
  private gaps: Gap[] = [];
  private exchanges: ExchangeRecord[] = [];
  private lookMember: number;
  private queued = false;

  constructor(
    private readonly deps: TakeDeps,
    private readonly claim: Claim,
    private readonly source: Source,
    private readonly signal: AbortSignal,
  ) {
    this.lookMember = FIRST_LOOK_MEMBER + claim.nextSeq;
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
      case 'absence':
        this.absences.push(step);
        return;
      case 'account':
        return this.account(step);
      case 'gap':
        this.gaps.push(step);
        this.trouble ??= step.detail;
        return;
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
    await this.deps.store.bookmarked(this.claim, step, gaps, this.at());
  }

  /** An exchange has ended; it is written down with the next capture, or at the end. */
  async exchanged(exchange: ExchangeRecord): Promise<void> {
    const from = this.claim.nextSeq;
    const { seq, redirectedFrom } = exchange;
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

  private async account(note: AccountNote): Promise<void> {
    if (note.state !== 'active') this.trouble = note.detail;
    const trouble = !['active', 'renamed', 'moved'].includes(note.state);
    await this.deps.store.account(this.claim, note, trouble);
  }

  private async writeAbsences(): Promise<void> {
    if (this.absences.length === 0) return;
    const absences = this.absences;
    this.absences = [];
    await this.writeExchanges();
    const lines = absences.map((absence) => Buffer.from(lookRecord(absence)));
    const { digest, bytes } = await this.deps.blobs.put(once(Buffer.concat(lines)));
    const at = absences[0]!.exchange.at;
    const member = { member: this.lookMember++, path: 'looks.jsonl', format: LOOK_FORMAT, digest, bytes };
    await this.take({ ...member, exchange: { offset: 0, live: true, at } }, placesOf(lines));
  }

  private async take(member: Member, records: AsyncIterable<RecordRange>): Promise<void> {
    const { store, accessions } = this.deps;
    const { harvest, seed } = this.claim;
    const plans: RangePlan[] = [];
    const refused: { offset: number; length: number; reason: Rejection['reason']; detail: string }[] = [];
    try {
      for await (const plan of planRanges({ accession: harvest, member: member.member }, records)) {
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
