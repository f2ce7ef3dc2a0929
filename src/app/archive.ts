/**
 * The archive as one object: database, blobs, queues, sources. Every process opens it once and hands its parts to plain
 * functions; nothing below this folder knows where they came from.
 */
import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import type { Key } from '../core/digest.js';
import type { Dispatcher, OpenBlobs, RangeRef } from '../pipeline/ports.js';
import { accessionJob, ingestJob } from '../queue/jobs.js';
import { openQueues, type Queues } from '../queue/backend.js';
import { SOURCES } from '../sources/index.js';
import type { Source } from '../sources/source.js';
import { PgAccessionStore } from '../store/accessions.js';
import { migrate, OLD_SCHEMA, openDatabase, pendingMigrations, poolOf } from '../store/data-source.js';
import { PgIngestStore } from '../store/ingest/store.js';
import { UsageError } from '../core/errors.js';
import { openBlobs } from './blobs.js';
import type { Config } from './config.js';
import type { Logger } from './log.js';

export interface Archive {
  readonly config: Config;
  readonly log: Logger;
  readonly databaseUrl: string;
  readonly database: DataSource;
  readonly pool: Pool;
  readonly blobs: OpenBlobs;
  readonly accessions: PgAccessionStore;
  readonly ingest: PgIngestStore;
  readonly queues: Queues;
  readonly dispatch: Dispatcher;
  readonly sources: readonly Source[];
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly databaseUrl: string;
  /** Names this process in Postgres and in logs. */
  readonly name: string;
  /** Connections for the archive; the queue takes a few more where it lives in Postgres. */
  readonly poolSize: number;
  /** Brings the schema up to date first. Without it an old schema is an error that says what to do. */
  readonly migrate: boolean;
}

/** Queue connections of one process: BullMQ's default of 20 would exhaust a server with a handful of processes. */
const QUEUE_POOL = 3;

export async function openArchive(config: Config, log: Logger, options: OpenOptions): Promise<Archive> {
  const { databaseUrl, name, poolSize } = options;
  const database = await openDatabase({ url: databaseUrl, poolSize, name: `perdure-${name}` });
  const pool = poolOf(database);
  // A connection that breaks while idle (the server restarts) is replaced; unheard, the event would end the process.
  pool.on('error', (error) => log.warn({ problem: error.message }, 'an idle database connection broke'));
  let queues: Queues | undefined;
  try {
    if (options.migrate) {
      const run = await migrate(database);
      if (run.length > 0) log.info({ migrations: run }, 'the schema was brought up to date');
    } else if (await pendingMigrations(database)) {
      throw new UsageError(OLD_SCHEMA);
    }
    const { redisUrl } = config;
    queues = await openQueues({ databaseUrl, poolSize: QUEUE_POOL, log, ...(redisUrl !== undefined && { redisUrl }) });
    if (options.migrate) await queues.migrate();
  } catch (error) {
    await queues?.close();
    await database.destroy();
    throw error;
  }
  const open = queues;
  const blobs = await openBlobs(config.blobs);
  return {
    config,
    log,
    databaseUrl,
    database,
    pool,
    blobs,
    accessions: new PgAccessionStore(database),
    ingest: new PgIngestStore(pool),
    queues: open,
    dispatch: dispatcherOf(open),
    sources: SOURCES,
    async close() {
      await open.close();
      await database.destroy();
      await blobs.close();
    },
  };
}

function dispatcherOf(queues: Queues): Dispatcher {
  return {
    async accession(id: Key, epoch: number) {
      await queues.add(accessionJob(id, epoch));
    },
    async ranges(refs: readonly RangeRef[], epoch: number) {
      await queues.addBulk(refs.map((ref) => ingestJob(ref, epoch)));
    },
  };
}
