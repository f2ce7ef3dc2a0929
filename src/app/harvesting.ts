/** Following, composed: seeds and harvests over this archive and this network. */
import { setTimeout as sleep } from 'node:timers/promises';
import { keyOf, type Key } from '../core/digest.js';
import { ContextCache } from '../pipeline/context-cache.js';
import { connectorsOf } from '../pipeline/follow.js';
import type { HarvestDeps, HarvestOrder } from '../pipeline/harvest.js';
import { harvestJob, type HarvestKind, type HarvestPayload, type WorkerQueue } from '../queue/jobs.js';
import { sourceById } from '../sources/index.js';
import { PgHarvestStore } from '../store/harvests.js';
import { recordProblem } from '../store/ingest/ranges.js';
import { dueSeeds } from '../store/seeds.js';
import { isTransient } from '../store/transaction.js';
import { afterReading } from './after-reading.js';
import type { Archive } from './archive.js';
import type { Network } from './network.js';

export function harvestDeps(archive: Archive, network: Network): HarvestDeps {
  const { pool, accessions, blobs, dispatch, sources, config } = archive;
  const pairs = connectorsOf(sources);
  return {
    store: new PgHarvestStore(pool),
    accessions,
    ingest: { store: archive.ingest, blobs, sourceById, contexts: new ContextCache(blobs) },
    isTransient,
    noteProblem: (range, problem) => recordProblem(pool, range, problem),
    blobs,
    dispatch,
    network,
    connectorOf: (id) => pairs.find(({ connector }) => connector.id === id),
    now: Date.now,
    lookPlan: config.lookPlan,
    random: Math.random,
    sleep: (ms, signal) => sleep(ms, undefined, { signal }),
    onRead: async ({ seed, harvest }, posts) => {
      await afterReading(pool, { seed: seed.id, collection: seed.collection, harvest }, posts);
    },
  };
}

/** A harvest has one id however often its job is run: the seed, and when it was due. */
export function harvestIdOf(seed: Key, kind: HarvestKind, dueMs: number): Key {
  return keyOf('harvest', seed, kind, String(dueMs));
}

export function orderOf({ seedId, kind, dueMs }: HarvestPayload): HarvestOrder {
  const seed = seedId as Key;
  return { seed, harvest: harvestIdOf(seed, kind, dueMs), kind, dueMs };
}

export const LOOK_EVERY_MS = 5_000;
const DUE_AT_ONCE = 500;

/** Puts what is due into the queue. A seed that is in it already is not put in again. */
export async function queueDue({ pool, queues }: Archive): Promise<number> {
  const due = await dueSeeds(pool, DUE_AT_ONCE);
  await queues.addBulk(due.map(({ seed, kind, dueMs }) => harvestJob({ seedId: seed, kind, dueMs })));
  return due.length;
}

/** Said by every process that harvests, again and again: an emptied queue forgets its schedules too. */
export async function schedule({ queues }: Archive, of: readonly WorkerQueue[]): Promise<void> {
  if (of.includes('harvest')) {
    await queues.repeat('harvest', 'harvest-due', LOOK_EVERY_MS, { look: 'due' });
    await queues.repeat('harvest', 'webhooks-due', LOOK_EVERY_MS, { look: 'webhooks' });
  }
  if (of.includes('media')) await queues.repeat('media', 'media-due', LOOK_EVERY_MS, { look: 'due' });
}
