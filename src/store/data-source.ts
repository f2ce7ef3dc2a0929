import 'reflect-metadata';
import pg, { type Pool } from 'pg';
import { DataSource } from 'typeorm';
import { Spine1767225600000 } from '../../migrations/1767225600000-spine.js';
import { Containers1767225700000 } from '../../migrations/1767225700000-containers.js';
import { Harvest1767225800000 } from '../../migrations/1767225800000-harvest.js';
import { Media1767225900000 } from '../../migrations/1767225900000-media.js';
import { Webhooks1767226000000 } from '../../migrations/1767226000000-webhooks.js';
import { ApiKeys1767226100000 } from '../../migrations/1767226100000-api-keys.js';
import { Retries1767226110000 } from '../../migrations/1767226110000-retries.js';
import { Sealed1767226150000 } from '../../migrations/1767226150000-sealed.js';
import { Profiles1767226200000 } from '../../migrations/1767226200000-profiles.js';
import { NeighbouringKeys1767226300000 } from '../../migrations/1767226300000-neighbouring-keys.js';
import { LookPlace1767226310000 } from '../../migrations/1767226310000-look-place.js';
import { MediaExchanges1767226320000 } from '../../migrations/1767226320000-media-exchanges.js';
import { SplitOffset1767226330000 } from '../../migrations/1767226330000-split-offset.js';
import { ENTITIES } from './entities.js';

/** Every migration there is, oldest first. Forward only. */
const MIGRATIONS = [
  Spine1767225600000,
  Containers1767225700000,
  Harvest1767225800000,
  Media1767225900000,
  Webhooks1767226000000,
  ApiKeys1767226100000,
  Retries1767226110000,
  Sealed1767226150000,
  Profiles1767226200000,
  NeighbouringKeys1767226300000,
  LookPlace1767226310000,
  MediaExchanges1767226320000,
  SplitOffset1767226330000,
];

export interface DatabaseOptions {
  readonly url: string;
  /** Connections of this process; the sum over all processes must stay below the server's max_connections. */
  readonly poolSize: number;
  /** Shown in pg_stat_activity. */
  readonly name: string;
}

export async function openDatabase({ url, poolSize, name }: DatabaseOptions): Promise<DataSource> {
  const database = new DataSource({
    type: 'postgres',
    url,
    poolSize,
    applicationName: name,
    entities: ENTITIES,
    migrations: MIGRATIONS,
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: false,
  });
  return database.initialize();
}

/** TypeORM's own pool: COPY, arrays and streams go through it without TypeORM between. */
export function poolOf(database: DataSource): Pool {
  return (database.driver as unknown as { master: Pool }).master;
}

// Any two numbers would do; these spell "perdure" for whoever looks into pg_locks.
const MIGRATION_LOCK = [0x70657264, 0x757265] as const;

/** Brings the schema up to date. Several processes may call it at once: one migrates, the others wait. */
export async function migrate(database: DataSource): Promise<readonly string[]> {
  // A connection of its own for the lock: with a pool of one, the migrations would wait for it for ever.
  const { url } = database.options as { readonly url: string };
  const lock = new pg.Client({ connectionString: url, application_name: 'perdure-migrate' });
  await lock.connect();
  try {
    await lock.query('SELECT pg_advisory_lock($1, $2)', [...MIGRATION_LOCK]);
    const run = await database.runMigrations();
    return run.map((migration) => migration.name);
  } finally {
    // Ending the session gives the lock back.
    await lock.end();
  }
}

export const OLD_SCHEMA = 'the database schema is older than this version: run `perdure migrate`';

/** Migrations that the database has not seen. */
export async function pendingMigrations(database: DataSource): Promise<boolean> {
  return database.showMigrations();
}
