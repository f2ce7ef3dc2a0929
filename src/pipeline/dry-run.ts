/**
 * What an import would do, without doing it: the very same pipeline over stores that forget. Only the blobs are real,
 * in a folder that the caller throws away; of the archive, only `known` is asked.
 */
import type { Content } from '../core/content.js';
import { keyOf, type Digest, type Key } from '../core/digest.js';
import type { RejectReason } from '../core/errors.js';
import type { Source } from '../sources/source.js';
import { processAccession } from './accession.js';
import { ContextCache } from './context-cache.js';
import { ingestRange } from './ingest.js';
import type {
  AccessionOptions,
  AccessionRow,
  AccessionStore,
  Batch,
  BlobStore,
  Dispatcher,
  IngestStore,
  NewAccession,
  RangePlan,
  RangeRef,
  RangeTally,
  RecognisedMember,
  UnpackedMember,
} from './ports.js';
import { receivePath } from './receive.js';

export interface DryRunMember {
  readonly path: string;
  readonly bytes: number;
  readonly role: string;
  readonly source: string | null;
  readonly format: string | null;
  readonly confidence: number | null;
  readonly why: string | null;
  readonly records: number;
  readonly read: number;
  readonly new: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly rejectReasons: Readonly<Record<string, number>>;
}

/** A post as it would be stored. */
export interface DryRunPost {
  readonly post: string;
  readonly outcome: string;
  readonly observedAt: string;
  readonly content: Content | null;
  readonly losses: readonly string[];
}

export interface DryRun {
  readonly path: string;
  readonly digest: Digest;
  readonly members: readonly DryRunMember[];
  /** The first ten that would be new, in the order of the file. */
  readonly posts: readonly DryRunPost[];
  readonly warnings: readonly string[];
  readonly problem: string | null;
}

export interface DryRunDeps {
  readonly blobs: BlobStore;
  readonly sources: readonly Source[];
  readonly known: IngestStore['known'];
}

export async function dryRun(
  deps: DryRunDeps,
  path: string,
  collection: string,
  options: AccessionOptions,
): Promise<DryRun> {
  const memory = new Memory(deps);
  const waiting: Key[] = [];
  const dispatch: Dispatcher = {
    accession: (id) => Promise.resolve(void waiting.push(id)),
    // Read at once, so that nothing piles up.
    ranges: async (refs) => {
      const ingest = { store: memory, blobs: deps.blobs, sourceById, contexts };
      for (const ref of refs) await ingestRange(ingest, ref);
    },
  };
  const sourceById = (id: string): Source | undefined => deps.sources.find((source) => source.manifest.id === id);
  const contexts = new ContextCache(deps.blobs);
  await receivePath({ accessions: memory, blobs: deps.blobs, dispatch }, path, { collection, options, custody: {} });
  for (const id of waiting)
    await processAccession({ accessions: memory, blobs: deps.blobs, dispatch, sources: deps.sources }, id);
  return memory.result();
}

const SHOWN = 10;

function postsOf(batch: Batch): DryRunPost[] {
  const uris = new Map(batch.posts.map(({ post, uri }) => [post, uri]));
  const contents = new Map(batch.snapshots.map(({ post, digest, content }) => [post + digest, content]));
  return batch.observations
    .toSorted((a, b) => a.offset - b.offset || a.item - b.item)
    .slice(0, SHOWN)
    .map(({ post, outcome, observed, digest, losses }) => {
      const content = contents.get(post + (digest ?? ''));
      return {
        post: uris.get(post)!,
        outcome,
        observedAt: observed.at.at,
        content: content === undefined ? null : (JSON.parse(Buffer.from(content).toString()) as Content),
        losses: losses === undefined ? [] : (JSON.parse(losses) as string[]),
      };
    });
}

interface Tally {
  records: number;
  read: number;
  fresh: number;
  rejected: number;
  reasons: Record<string, number>;
}

/** One accession, in memory. Methods that Postgres needs for crashes and concurrency have nothing to do here. */
class Memory implements AccessionStore, IngestStore {
  private row: AccessionRow | undefined;
  private kept: RecognisedMember[] = [];
  private surveys: Readonly<Record<string, Digest>> = {};
  private warnings: readonly string[] = [];
  private problem: string | null = null;
  private posts: readonly DryRunPost[] = [];
  private readonly plans = new Map<string, RangePlan>();
  private readonly tallies = new Map<number, Tally>();

  constructor(private readonly deps: DryRunDeps) {}

  result(): DryRun {
    const { path, digest } = this.row!;
    const members = this.kept.map((member): DryRunMember => {
      const { records, read, fresh, rejected, reasons } = this.tallyOf(member.member);
      return {
        path: member.path,
        bytes: member.bytes,
        role: member.role,
        source: member.source ?? null,
        format: member.format ?? null,
        confidence: member.confidence ?? null,
        why: member.why ?? null,
        records,
        read,
        new: fresh,
        duplicate: read - fresh - rejected,
        rejected,
        rejectReasons: reasons,
      };
    });
    return { path, digest, members, posts: this.posts, warnings: this.warnings, problem: this.problem };
  }

  ensureCollection = (name: string): Promise<Key> => Promise.resolve(keyOf('collection', name));
  splitDone = (): Promise<void> => Promise.resolve();
  setStatus = (): Promise<void> => Promise.resolve();
  pendingRanges = (): Promise<number> => Promise.resolve(0);
  completeIfDone = (): Promise<boolean> => Promise.resolve(true);
  find = (): Promise<AccessionRow | undefined> => Promise.resolve(this.row);
  members = (): Promise<readonly RecognisedMember[]> => Promise.resolve(this.kept);
  known: IngestStore['known'] = (keys, reader) => this.deps.known(keys, reader);

  create({ id, collection, path, packing, options }: NewAccession): Promise<void> {
    const digest = '' as Digest;
    const receivedAt = new Date().toISOString();
    this.row = { id, collection, path, packing, options, digest, bytes: 0, status: 'received', receivedAt };
    return Promise.resolve();
  }

  received(_id: Key, digest: Digest, bytes: number, members: readonly UnpackedMember[] = []): Promise<void> {
    this.row = { ...this.row!, digest, bytes };
    return this.addMembers(_id, members);
  }

  addMembers(_id: Key, members: readonly UnpackedMember[], container?: number): Promise<void> {
    const inside = container !== undefined && { container };
    for (const member of members)
      this.kept.push({ ...member, ...inside, member: this.kept.length, role: 'unrecognised' });
    return Promise.resolve();
  }

  recognised(
    _id: Key,
    members: readonly RecognisedMember[],
    surveys: Readonly<Record<string, Digest>>,
    warnings: readonly string[],
  ): Promise<void> {
    this.kept = [...members];
    this.surveys = surveys;
    this.warnings = warnings;
    return Promise.resolve();
  }

  addRanges(plans: readonly RangePlan[]): Promise<void> {
    for (const plan of plans) {
      this.plans.set(`${plan.member}/${plan.offset}`, plan);
      this.tallyOf(plan.member).records += plan.records;
    }
    return Promise.resolve();
  }

  rejectRecord(ref: RangeRef, _length: number, reason: RejectReason): Promise<void> {
    const tally = this.tallyOf(ref.member);
    tally.records++;
    tally.read++;
    this.countRejected(tally, reason);
    return Promise.resolve();
  }

  end(_id: Key, _status: 'sealed' | 'refused' | 'failed', problem?: string): Promise<void> {
    this.problem = problem ?? null;
    return Promise.resolve();
  }

  begin(ref: RangeRef): ReturnType<IngestStore['begin']> {
    const plan = this.plans.get(`${ref.member}/${ref.offset}`)!;
    const member = this.kept.find((candidate) => candidate.member === ref.member)!;
    const { collection, digest, options } = this.row!;
    const survey = this.surveys[member.source!];
    return Promise.resolve({
      ...plan,
      tries: 1,
      collection,
      capture: member.digest!,
      accessionDigest: digest,
      path: member.path,
      source: member.source!,
      format: member.format!,
      ...(member.refusal && { refusal: member.refusal }),
      options,
      ...(survey !== undefined && { survey }),
      ...(member.modified !== undefined && { modified: member.modified }),
      ...(member.exchange && { exchange: member.exchange }),
      firstReceived: this.row!.receivedAt,
    });
  }

  halve = (): Promise<void> => Promise.reject(new Error('a dry run tries a range once'));

  fileDigests(_accession: Key, paths: readonly string[]): Promise<ReadonlyMap<string, Digest>> {
    const wanted = new Set(paths);
    const found = this.kept.filter((member) => wanted.has(member.path) && member.digest !== undefined);
    return Promise.resolve(new Map(found.map((member) => [member.path, member.digest!])));
  }

  commit(ref: RangeRef, batch: Batch, tally: RangeTally): Promise<boolean> {
    const sum = this.tallyOf(ref.member);
    sum.read += tally.read;
    sum.fresh += batch.observations.length + batch.accounts.length;
    if (this.posts.length < SHOWN) this.posts = [...this.posts, ...postsOf(batch)].slice(0, SHOWN);
    for (const row of tally.rejected) this.countRejected(sum, row.reason);
    this.plans.delete(`${ref.member}/${ref.offset}`);
    return Promise.resolve(true);
  }

  private countRejected(tally: Tally, reason: string): void {
    tally.rejected++;
    tally.reasons[reason] = (tally.reasons[reason] ?? 0) + 1;
  }

  private tallyOf(member: number): Tally {
    let tally = this.tallies.get(member);
    if (!tally) this.tallies.set(member, (tally = { records: 0, read: 0, fresh: 0, rejected: 0, reasons: {} }));
    return tally;
  }
}
