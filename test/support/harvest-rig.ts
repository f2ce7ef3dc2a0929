/** An archive that follows: real Postgres, real blobs, the real network client; only the platforms are tapes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { followText, type FollowAnswer, type FollowRequest } from '../../src/app/following.js';
import { harvestIdOf } from '../../src/app/harvesting.js';
import { mediaDeps } from '../../src/app/media.js';
import { openNetwork, type Network } from '../../src/app/network.js';
import type { Key } from '../../src/core/digest.js';
import { ContextCache } from '../../src/pipeline/context-cache.js';
import { afterReading } from '../../src/app/after-reading.js';
import { connectorsOf } from '../../src/pipeline/follow.js';
import { harvestSeed, type HarvestDeps } from '../../src/pipeline/harvest.js';
import { LOOK_PLAN } from '../../src/pipeline/revisit.js';
import { fetchMedia, type MediaTally } from '../../src/pipeline/media.js';
import type { HarvestKind } from '../../src/pipeline/harvest-ports.js';
import { SOURCES, sourceById } from '../../src/sources/index.js';
import type { Credential } from '../../src/sources/harvest.js';
import { PgHarvestStore } from '../../src/store/harvests.js';
import { PgIngestStore } from '../../src/store/ingest/store.js';
import { recordProblem } from '../../src/store/ingest/ranges.js';
import { dueMedia } from '../../src/store/media.js';
import { isTransient } from '../../src/store/transaction.js';
import { createDatabase } from './databases.js';
import { openTestArchive, type TestArchive } from './pipeline.js';

export interface HarvestRig {
  readonly archive: TestArchive;
  readonly network: Network;
  readonly deps: HarvestDeps;
  follow(text: string, request?: Partial<FollowRequest>): Promise<FollowAnswer>;
  /** One harvest, here. @returns its id */
  harvest(seed: Key, kind?: HarvestKind, signal?: AbortSignal): Promise<Key>;
  /** All posts of the seed are looked at again, whenever that would have been. */
  look(seed: Key): Promise<Key>;
  /** Fetches what posts and profiles name. */
  media(): Promise<MediaTally>;
  /** One row as it stands. */
  row<T>(sql: string, ...values: unknown[]): Promise<T>;
  rows<T>(sql: string, ...values: unknown[]): Promise<T[]>;
  close(): Promise<void>;
}

/** @param hosts host → origin of the tape that plays it */
export async function openHarvestRig(
  hosts: Readonly<Record<string, string>>,
  credentials: readonly Credential[] = [],
): Promise<HarvestRig> {
  const database = await createDatabase();
  const archive = await openTestArchive(database.url);
  const { pool, blobs, accessions } = archive;
  const config = {
    redisUrl: undefined,
    contact: undefined,
    blobs: { kind: 'folder', path: await mkdtemp(join(tmpdir(), 'perdure-media-')) } as const,
    privateHosts: ['127.0.0.1', 'localhost'],
    hostOrigins: new Map(Object.entries(hosts)),
  };
  const find = (name: string) => Promise.resolve(credentials.find((each) => each.name === name));
  const network = openNetwork({ config, pool, blobs }, find);
  const pairs = connectorsOf(SOURCES);
  const store = new PgIngestStore(pool);
  const deps: HarvestDeps = {
    store: new PgHarvestStore(pool),
    accessions,
    ingest: { store, blobs, sourceById, contexts: new ContextCache(blobs) },
    isTransient,
    noteProblem: (range, problem) => recordProblem(pool, range, problem),
    blobs,
    // A large answer's ranges are read at once, as a worker of the queue would.
    dispatch: { accession: () => Promise.resolve(), ranges: (refs) => archive.ingest(refs) },
    network,
    connectorOf: (id) => pairs.find(({ connector }) => connector.id === id),
    now: Date.now,
    lookPlan: LOOK_PLAN,
    random: () => 0.5,
    sleep: (ms, signal) => sleep(Math.min(ms, 10), undefined, { signal }),
    onRead: ({ seed, harvest }, posts) =>
      afterReading(pool, { seed: seed.id, collection: seed.collection, harvest }, posts),
  };
  let count = 0;
  const rows = async <T>(sql: string, ...values: unknown[]): Promise<T[]> =>
    (await pool.query(sql, values)).rows as T[];
  const rig: HarvestRig = {
    archive,
    network,
    deps,
    rows,
    row: async <T>(sql: string, ...values: unknown[]) => (await rows<T>(sql, ...values))[0]!,
    follow: (text, request = {}) => {
      const options = { signal: new AbortController().signal, warn: () => undefined };
      return followText(
        { pool, accessions, sources: SOURCES },
        network,
        find,
        { text, collection: 'default', ...request },
        options,
      );
    },
    async harvest(seed, kind = 'asked', signal = new AbortController().signal) {
      const dueMs = Date.now() + count++;
      const harvest = harvestIdOf(seed, kind, dueMs);
      await harvestSeed(deps, { seed, harvest, kind, dueMs: Date.now() }, signal);
      return harvest;
    },
    async look(seed) {
      await pool.query('UPDATE revisit SET due_at = now() WHERE seed_id = $1', [seed]);
      return rig.harvest(seed, 'revisit');
    },
    async media() {
      const { signal } = new AbortController();
      return fetchMedia(mediaDeps({ pool, blobs, config }, network, find, signal), await dueMedia(pool, 100));
    },
    async close() {
      await network.close();
      await rm(config.blobs.path, { recursive: true, force: true });
      await archive.close();
      await database.drop();
    },
  };
  return rig;
}
