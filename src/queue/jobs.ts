/**
 * Every queue and every job of the project. A job names work by its ids and never carries content: what is to be done,
 * how often it was tried and how it ended is in Postgres. So a queue may be lost whole (a Redis that is flushed), and a
 * job may run twice or in any order; a reconciler puts back what is missing.
 */
import type { Key } from '../core/digest.js';

/** What a job of each queue carries. A queue that is not here yet takes no jobs. */
export interface Payloads {
  /** Unpack, recognise, survey and split one accession. */
  readonly accession: { readonly accessionId: string };
  /** Read the records of one byte range; `offset` identifies it within the member. */
  readonly ingest: { readonly accessionId: string; readonly member: number; readonly offset: number };
  /** Harvest one seed; or look which seeds are due, or which webhooks are to be told. */
  readonly harvest: HarvestPayload | { readonly look: 'due' | 'webhooks' };
  /** Fetch one file by its address; or look which are due. */
  readonly media: { readonly mediaId: string } | { readonly look: 'due' };
}

export type HarvestKind = 'scheduled' | 'asked' | 'revisit';

export interface HarvestPayload {
  readonly seedId: string;
  readonly kind: HarvestKind;
  /** When it was due, milliseconds since 1970: with seed and kind it names the harvest. */
  readonly dueMs: number;
}

export type JobQueue = keyof Payloads;

/** The queues that workers can be bound to so far. */
export const WORKER_QUEUES = ['accession', 'ingest', 'harvest', 'media'] as const satisfies readonly JobQueue[];
export type WorkerQueue = (typeof WORKER_QUEUES)[number];

export interface QueueDeclaration {
  /** Jobs at one time in one process. */
  readonly concurrency: number;
  /**
   * How often a job that throws is run before it is given up; then it leaves the queue, and the reconciler decides by
   * what Postgres says. A job whose worker is killed is not counted here: see MAX_STALLED.
   */
  readonly attempts: number;
  /** The first retry waits about this long, each further one twice as long as the one before. */
  readonly backoffMs: number;
}

/**
 * `accession` streams one package and waits for the disk; `ingest` alternates between this process's CPU and Postgres,
 * so two overlap well and more only queue up. `harvest` and `media` wait for the network nearly all the time, some for
 * minutes (a stream, a slow server): many at once. `ledger` has one sequencer per collection; `export` is one big sequential read.
 */
export const QUEUES = {
  accession: { concurrency: 2, attempts: 5, backoffMs: 1_000 },
  ingest: { concurrency: 2, attempts: 5, backoffMs: 500 },
  harvest: { concurrency: 24, attempts: 8, backoffMs: 15_000 },
  media: { concurrency: 8, attempts: 8, backoffMs: 5_000 },
  ledger: { concurrency: 1, attempts: 10, backoffMs: 500 },
  export: { concurrency: 1, attempts: 3, backoffMs: 2_000 },
} as const satisfies Readonly<Record<string, QueueDeclaration>> & Readonly<Record<JobQueue, QueueDeclaration>>;

export type QueueName = keyof typeof QUEUES;
export const QUEUE_NAMES = Object.keys(QUEUES) as QueueName[];

/**
 * Retries spread over the second half of their waiting time: jobs that failed together, because Postgres was away, do
 * not come back together.
 */
export const BACKOFF_JITTER = 0.5;

/**
 * BullMQ fails a job for good when its workers were killed more often than this; its default is 1, and then the second
 * kill -9 loses a healthy job. Whether a range kills its workers is decided in Postgres, after so many tries, and that
 * ends with a reason. So: practically never here, and still a bound.
 */
export const MAX_STALLED = 10_000;

/**
 * A worker holds a job by a lock that it renews at half time, and others look for locks that ran out. After kill -9 a
 * job is taken up again within LOCK_MS + 2 × STALLED_MS, 25 s. Only an event loop that stands still for longer than half
 * of LOCK_MS loses a job that it works on; then two workers do the same work, which is harmless.
 */
export const LOCK_MS = 15_000;
export const STALLED_MS = 5_000;

/** Ids and ranges are some hundred bytes. What is larger is content, and does not belong here. */
export const PAYLOAD_BYTES = 1_024;

/** One job, ready to be added. */
export interface JobRequest<Q extends JobQueue = JobQueue> {
  readonly queue: Q;
  /** While a job of this id is in the queue, adding it again does nothing. */
  readonly id: string;
  readonly payload: Payloads[Q];
  /** 0 and absent come first; of the others the lower number first. */
  readonly priority?: number;
  readonly delayMs?: number;
}

/** @param epoch counts how often the reconciler gave up on the former job of this accession */
export function accessionJob(accession: Key, epoch: number): JobRequest<'accession'> {
  return { queue: 'accession', id: jobId('accession', accession, 0, epoch), payload: { accessionId: accession } };
}

export interface RangeName {
  readonly accession: Key;
  readonly member: number;
  readonly offset: number;
}

/** @param epoch counts how often the reconciler gave up on the former job of this range */
export function ingestJob({ accession, member, offset }: RangeName, epoch: number): JobRequest<'ingest'> {
  whole('member', member, 0xffff_ffff);
  const hex = `${accession}${member.toString(16).padStart(MEMBER_DIGITS, '0')}`;
  return {
    queue: 'ingest',
    id: jobId('ingest', hex, offset, epoch),
    payload: { accessionId: accession, member, offset },
  };
}

/** The harvest of a seed that was due then: as often as it is added, it is one job, and one harvest. */
export function harvestJob(payload: HarvestPayload): JobRequest<'harvest'> {
  const { seedId, kind, dueMs } = payload;
  return {
    queue: 'harvest',
    id: jobId('harvest', asKey(seedId), dueMs, HARVEST_KINDS.indexOf(kind)),
    payload: { seedId, kind, dueMs },
    // Somebody waits for it.
    ...(kind === 'asked' ? {} : { priority: kind === 'scheduled' ? 1 : 2 }),
  };
}

/** One file that is due. */
export function mediaJob(media: Key): JobRequest<'media'> {
  return { queue: 'media', id: jobId('media', asKey(media), 0, 0), payload: { mediaId: media } };
}

const HARVEST_KINDS: readonly HarvestKind[] = ['scheduled', 'asked', 'revisit'];

/** From the payload of a job or from its id. */
export function accessionOfJob(job: string | Payloads['accession']): Key {
  return asKey(typeof job === 'string' ? parseJobId('accession', job).hex : job.accessionId);
}

/** From the payload of a job or from its id. */
export function rangeOfJob(job: string | Payloads['ingest']): RangeName {
  if (typeof job !== 'string') return { accession: asKey(job.accessionId), member: job.member, offset: job.offset };
  const { hex, offset } = parseJobId('ingest', job);
  return {
    accession: asKey(hex.slice(0, -MEMBER_DIGITS)),
    member: Number.parseInt(hex.slice(-MEMBER_DIGITS), 16),
    offset,
  };
}

const MEMBER_DIGITS = 8;

/**
 * `<kind>-<hex>-<offset>-<epoch>`. No colon, which BullMQ refuses, and never a bare integer, which it takes for one of
 * its own counters. The epoch makes the id of a job that was lost differ from that of its successor.
 */
function jobId(kind: JobQueue, hex: string, offset: number, epoch: number): string {
  if (!/^[0-9a-f]+$/.test(hex)) throw new TypeError(`not lower-case hex, so not for a job id: ${JSON.stringify(hex)}`);
  whole('offset', offset, Number.MAX_SAFE_INTEGER);
  whole('epoch', epoch, Number.MAX_SAFE_INTEGER);
  return `${kind}-${hex}-${offset}-${epoch}`;
}

function parseJobId(kind: JobQueue, id: string): { hex: string; offset: number; epoch: number } {
  const [, found, hex, offset, epoch] = /^([a-z]+)-([0-9a-f]+)-(\d+)-(\d+)$/.exec(id) ?? [];
  if (found !== kind || hex === undefined)
    throw new TypeError(`not the id of a job of ${kind}: ${JSON.stringify(id.slice(0, 200))}`);
  return { hex, offset: Number(offset), epoch: Number(epoch) };
}

function asKey(hex: string): Key {
  if (!/^[0-9a-f]{32}$/.test(hex)) throw new TypeError(`not a key: ${JSON.stringify(hex.slice(0, 80))}`);
  return hex as Key;
}

function whole(what: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 0 || value > most)
    throw new RangeError(`${what} is not a whole number up to ${most}: ${value}`);
}
