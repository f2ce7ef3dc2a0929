/** The pipeline in one process, without a queue: what a test needs to import something and look at the rows. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import type { Key } from '../../src/core/digest.js';
import { processAccession } from '../../src/pipeline/accession.js';
import { ContextCache } from '../../src/pipeline/context-cache.js';
import { ingestRange } from '../../src/pipeline/ingest.js';
import type { AccessionOptions, Dispatcher, RangeRef } from '../../src/pipeline/ports.js';
import { receivePath } from '../../src/pipeline/receive.js';
import { SOURCES, sourceById } from '../../src/sources/index.js';
import type { Source } from '../../src/sources/source.js';
import { PgAccessionStore } from '../../src/store/accessions.js';
import { FileBlobs } from '../../src/store/blobs.js';
import { migrate, openDatabase, poolOf } from '../../src/store/data-source.js';
import { PgIngestStore } from '../../src/store/ingest/store.js';

export interface TestArchive {
  readonly database: DataSource;
  readonly pool: Pool;
  readonly blobs: FileBlobs;
  readonly accessions: PgAccessionStore;
  /** Receives, unpacks, splits; the ranges wait in `pending`. */
  receive(path: string, options?: Partial<AccessionOptions>, collection?: string): Promise<Key>;
  /** Reads these ranges, or all that are pending, in the order given. */
  ingest(ranges?: readonly RangeRef[]): Promise<void>;
  /** Everything: receives and reads. */
  import(path: string, options?: Partial<AccessionOptions>, collection?: string): Promise<Key>;
  readonly pending: RangeRef[];
  close(): Promise<void>;
}

export async function openTestArchive(url: string, sources: readonly Source[] = SOURCES): Promise<TestArchive> {
  const database = await openDatabase({ url, poolSize: 4, name: 'perdure-test' });
  await migrate(database);
  const folder = await mkdtemp(join(tmpdir(), 'perdure-blobs-'));
  const blobs = new FileBlobs(folder);
  const accessions = new PgAccessionStore(database);
  const store = new PgIngestStore(poolOf(database));
  const pending: RangeRef[] = [];
  const waiting: Key[] = [];
  const dispatch: Dispatcher = {
    accession: (id) => Promise.resolve(void waiting.push(id)),
    ranges: (refs) => Promise.resolve(void pending.push(...refs)),
  };
  const byId = (id: string): Source | undefined =>
    sources.find((source) => source.manifest.id === id) ?? sourceById(id);
  const deps = { store, blobs, sourceById: byId, contexts: new ContextCache(blobs) };
  const archive: TestArchive = {
    database,
    pool: poolOf(database),
    blobs,
    accessions,
    pending,
    async receive(path, options = {}, collection = 'default') {
      const request = { collection, options: { include: [], ...options }, custody: {} };
      const id = await receivePath({ accessions, blobs, dispatch }, path, request);
      for (const next of waiting.splice(0)) await processAccession({ accessions, blobs, dispatch, sources }, next);
      return id;
    },
    async ingest(ranges) {
      for (const ref of ranges ?? pending.splice(0)) {
        await ingestRange(deps, ref);
        await accessions.completeIfDone(ref.accession);
      }
    },
    async import(path, options, collection) {
      const id = await archive.receive(path, options, collection);
      await archive.ingest();
      return id;
    },
    async close() {
      await database.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return archive;
}
