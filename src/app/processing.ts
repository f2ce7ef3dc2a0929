/** Queues bound to functions, and the reconciler's clock. No decision lives here. */
import { setTimeout as sleep } from 'node:timers/promises';
import { showKey, type Key } from '../core/digest.js';
import { messageOf, SourceError } from '../core/errors.js';
import { processAccession } from '../pipeline/accession.js';
import { ContextCache } from '../pipeline/context-cache.js';
import { harvestSeed } from '../pipeline/harvest.js';
import { fetchMedia } from '../pipeline/media.js';
import { ingestRange, type IngestDeps } from '../pipeline/ingest.js';
import type { RangeRef } from '../pipeline/ports.js';
import { rangeKey, reconcile, RECONCILE_EVERY_MS, type LiveJobs } from '../pipeline/reconcile.js';
import { accessionOfJob, rangeOfJob, type WorkerQueue } from '../queue/jobs.js';
import { sourceById } from '../sources/index.js';
import { forgiveTry, recordProblem } from '../store/ingest/ranges.js';
import { noteUnpackFailure } from '../store/retries.js';
import { isTransient } from '../store/transaction.js';
import { nextEpoch, unfinishedWork } from '../store/unfinished.js';
import { afterReadingRange } from './after-reading.js';
import type { Archive } from './archive.js';
import { findCredential } from './credentials.js';
import { harvestDeps, orderOf, queueDue, schedule } from './harvesting.js';
import { mediaDeps, queueDueMedia } from './media.js';
import { openNetwork, type Network } from './network.js';
import { deliverDue } from './webhooks.js';

export interface Processing {
  /** Takes no new jobs, waits for those that are being worked on, and ends. */
  close(): Promise<void>;
}

export interface ProcessingOptions {
  readonly queues: readonly WorkerQueue[];
  /** Whether this process also refills an emptied queue. Any number of processes may. */
  readonly reconciles: boolean;
  readonly reconcileEveryMs?: number;
}

export async function startProcessing(archive: Archive, options: ProcessingOptions): Promise<Processing> {
  const stopping = new AbortController();
  let opened: Network | undefined;
  const network = (): Network => (opened ??= openNetwork(archive, findCredential(archive)));
  const workers = await Promise.all(
    options.queues.map((queue) => startWorker(archive, queue, stopping.signal, network)),
  );
  const reconciler = options.reconciles
    ? startReconciler(archive, options.reconcileEveryMs ?? RECONCILE_EVERY_MS, options.queues)
    : undefined;
  const tidying = options.reconciles && options.queues.includes('accession') ? startTidying(archive) : undefined;
  return {
    async close() {
      stopping.abort(new Error('this worker is stopping'));
      reconciler?.stop();
      await tidying?.stop();
      await Promise.all(workers.map((worker) => worker.close()));
      await reconciler?.idle();
      await opened?.close();
    },
  };
}

function startWorker(
  archive: Archive,
  queue: WorkerQueue,
  signal: AbortSignal,
  network: () => Network,
): Promise<Processing> {
  const { blobs, queues } = archive;
  switch (queue) {
    case 'accession':
      return queues.worker('accession', ({ accessionId }) => unpack(archive, accessionId as Key, signal));
    case 'harvest': {
      const deps = harvestDeps(archive, network());
      return queues.worker('harvest', async (job) => {
        if (!('look' in job)) await harvestSeed(deps, orderOf(job), signal);
        else if (job.look === 'due') await queueDue(archive);
        else await deliverDue(archive, network(), signal);
      });
    }
    case 'media': {
      const deps = mediaDeps(archive, network(), findCredential(archive), signal);
      return queues.worker('media', async (job) => {
        if ('look' in job) await queueDueMedia(archive);
        else await fetchMedia(deps, [job.mediaId as Key]);
      });
    }
    case 'ingest': {
      const deps: IngestDeps = { store: archive.ingest, blobs, sourceById, contexts: new ContextCache(blobs) };
      return queues.worker('ingest', (job) => ingest(archive, deps, rangeOfJob(job)));
    }
  }
}

async function unpack(archive: Archive, id: Key, signal: AbortSignal): Promise<void> {
  const { accessions, blobs, dispatch, sources, pool, log } = archive;
  try {
    await processAccession({ accessions, blobs, dispatch, sources, signal }, id);
  } catch (error) {
    // A worker that stops has not failed.
    if (signal.aborted) throw error;
    const problem = messageOf(error);
    if (await noteUnpackFailure(pool, id, problem, isBlameless(error)))
      log.error({ accession: showKey(id), problem }, 'an accession could not be unpacked and was given up');
    throw error;
  }
}

/**
 * Trouble with Postgres, the disk or the installation is no fault of what is being read: it does not count against it.
 * A blob that is not there among them: where a disk is not mounted, all records of an archive would be rejected as poison.
 */
function isBlameless(error: unknown): boolean {
  if (error instanceof SourceError) return error.fault !== 'defect';
  return isTransient(error);
}

async function ingest(archive: Archive, deps: IngestDeps, ref: RangeRef): Promise<void> {
  try {
    const posts = await ingestRange(deps, ref);
    if (posts) await afterReadingRange(archive.pool, ref.accession, posts);
  } catch (error) {
    await (isBlameless(error) ? forgiveTry : recordProblem)(archive.pool, ref, messageOf(error));
    throw error;
  }
  const { accessions } = archive;
  if (await accessions.completeIfDone(ref.accession)) await accessions.refreshStatistics(ref.accession);
}

function startReconciler(
  archive: Archive,
  everyMs: number,
  worked: readonly WorkerQueue[],
): { stop(): void; idle(): Promise<unknown> } {
  const { pool, accessions, dispatch, log } = archive;
  let running: Promise<unknown> = Promise.resolve();
  let busy = false;
  const round = async (): Promise<void> => {
    busy = true;
    try {
      const put = await reconcile({
        unfinished: (limit) => unfinishedWork(pool, limit),
        nextEpoch: (ranges) => nextEpoch(pool, ranges),
        completeIfDone: (id) => accessions.completeIfDone(id),
        live: liveJobs(archive),
        dispatch,
        now: Date.now,
        pause: sleep,
      });
      await schedule(archive, worked);
      if (put.accessions + put.ranges > 0) log.warn(put, 'unfinished work had no job and was queued again');
    } catch (error) {
      // The next round tries again; what is broken (database, queue) complains by itself as well.
      log.error({ problem: messageOf(error) }, 'the reconciler could not finish its round');
    } finally {
      busy = false;
    }
  };
  const tick = (): void => {
    if (!busy) running = round();
  };
  tick();
  const timer = setInterval(tick, everyMs);
  return { stop: () => clearInterval(timer), idle: () => running };
}

const TIDY_EVERY_MS = 6 * 60 * 60_000;

/** What processes left that were killed in the middle of a blob. */
function startTidying({ blobs, log }: Archive): { stop(): Promise<void> } {
  const tidy = async (): Promise<void> => {
    try {
      const left = await blobs.tidy();
      if (left > 0) log.info({ left, place: blobs.place }, 'what killed processes had left of blobs was taken away');
    } catch (error) {
      log.warn({ problem: messageOf(error) }, 'what killed processes left of blobs could not be taken away');
    }
  };
  let running = tidy();
  const timer = setInterval(() => void (running = tidy()), TIDY_EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

function liveJobs({ queues }: Archive): LiveJobs {
  return {
    accessions: async () => new Set((await queues.liveJobIds('accession')).map(accessionOfJob)),
    ranges: async () => new Set((await queues.liveJobIds('ingest')).map((id) => rangeKey(rangeOfJob(id)))),
  };
}
