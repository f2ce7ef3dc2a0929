/** Seeds: what is followed, and when each is due. */
import type { Pool } from 'pg';
import { keyOf, type Key } from '../core/digest.js';
import type { NewSeed, SeedRow, SeedState } from '../pipeline/harvest-ports.js';

export interface SeedRecord {
  id: string;
  collection: string;
  connector: string;
  source: string;
  uri: string;
  name: string;
  settings: SeedRow['settings'];
  credential: string | null;
  authority: string | null;
  trusted: string[];
  every: number;
  adaptive: boolean;
  interval: number;
  backfill: number;
  state: SeedState;
  cursor: SeedRow['cursor'];
  lookPlace: SeedRow['lookPlace'];
  failures: number;
  accountState: SeedRow['account']['state'];
  stated: SeedRow['account']['stated'];
  backfilled: number | null;
  fromBeginning: boolean;
}

export const SEED_COLUMNS = `replace(s.seed_id::text, '-', '') AS id, replace(s.collection_id::text, '-', '') AS collection,
  s.connector, s.source, s.uri, s.name, s.settings, s.credential, s.authority, s.trusted, s.every_seconds AS every,
  s.adaptive, s.interval_seconds AS interval, s.backfill, s.state, s.cursor,
  s.look_place AS "lookPlace", s.failures,
  s.account_state AS "accountState", s.account_stated AS stated, s.backfilled,
  coalesce((s.back_to ->> 'beginning')::boolean, false) AS "fromBeginning"`;

export function seedRow(record: SeedRecord): SeedRow {
  const { id, collection, every, interval, credential, authority, accountState, stated, ...rest } = record;
  return {
    ...rest,
    account: { state: accountState, stated },
    id: id as Key,
    collection: collection as Key,
    everySeconds: every,
    intervalSeconds: interval,
    ...(credential !== null && { credential }),
    ...(authority !== null && { authority }),
  };
}

export interface Followed {
  readonly id: Key;
  /** False: it was followed already, and goes on with what has been said now. */
  readonly added: boolean;
  /** Where more was asked for than it was read back for: that, and whether it had come to the beginning. */
  readonly deeper?: { readonly had: number; readonly wanted: number; readonly fromBeginning: boolean };
}

/** A seed by any of its addresses: known by it, asked at it, asked there before, or told to move there. */
export async function followedAs(
  pool: Pool,
  { collection, connector, uri, settings }: Pick<NewSeed, 'collection' | 'connector' | 'uri' | 'settings'>,
): Promise<Pick<SeedRow, 'uri' | 'name' | 'settings' | 'trusted'> | undefined> {
  const { url } = (settings ?? {}) as { url?: unknown };
  const addresses = typeof url === 'string' ? [uri, url] : [uri];
  const { rows } = await pool.query<Pick<SeedRow, 'uri' | 'name' | 'settings' | 'trusted'>>(
    `SELECT uri, name, settings, trusted FROM seed
     WHERE collection_id = $1 AND connector = $2 AND (uri = ANY($3) OR settings ->> 'url' = ANY($3)
       OR settings -> 'was' ?| $3 OR cursor #>> '{moving,to}' = ANY($3))
     ORDER BY state = 'ended', uri = $4 DESC, created_at LIMIT 1`,
    [collection, connector, addresses, uri],
  );
  return rows[0];
}

/**
 * Follows; again is harmless: what was said this time holds, the cursor stays.
 * @param paceSaid whether `everySeconds` was asked for, or is the default, which changes nothing of a seed that is there
 */
export async function follow(pool: Pool, seed: NewSeed, paceSaid: boolean): Promise<Followed> {
  const id = keyOf('seed', seed.collection, seed.connector, seed.uri);
  const { rows } = await pool.query<{ added: boolean; had: number | null; wanted: number; beginning: boolean }>(
    `INSERT INTO seed (seed_id, collection_id, connector, source, uri, name, settings, credential, authority, trusted,
       every_seconds, adaptive, interval_seconds, backfill)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $11, $13)
     ON CONFLICT (seed_id) DO UPDATE SET name = excluded.name, settings = excluded.settings,
       credential = coalesce(excluded.credential, seed.credential), authority = coalesce(excluded.authority, seed.authority),
       trusted = excluded.trusted,
       every_seconds = CASE WHEN $14 THEN excluded.every_seconds ELSE seed.every_seconds END,
       adaptive = CASE WHEN $14 THEN excluded.adaptive ELSE seed.adaptive END,
       interval_seconds = CASE WHEN $14 THEN excluded.interval_seconds ELSE seed.interval_seconds END,
       backfill = greatest(excluded.backfill, seed.backfill),
       state = 'active', next_at = now(), failures = 0, problem = NULL
     RETURNING xmax = 0 AS added, backfilled AS had, backfill AS wanted,
       coalesce((back_to ->> 'beginning')::boolean, false) AS beginning`,
    [
      id,
      seed.collection,
      seed.connector,
      seed.source,
      seed.uri,
      seed.name,
      JSON.stringify(seed.settings),
      seed.credential ?? null,
      seed.authority ?? null,
      seed.trusted,
      seed.everySeconds,
      seed.adaptive,
      seed.backfill,
      paceSaid,
    ],
  );
  const { added, had, wanted, beginning } = rows[0]!;
  const isDeeper = had !== null && wanted > had;
  return { id, added, ...(isDeeper && { deeper: { had, wanted, fromBeginning: beginning } }) };
}

/** `ended`: unfollowed; what was archived stays. @returns whether there was anything to change */
export async function setSeedState(pool: Pool, id: Key, state: SeedState): Promise<boolean> {
  const result = await pool.query(
    `UPDATE seed SET state = $2, next_at = CASE WHEN $2 = 'active' THEN now() ELSE next_at END
     WHERE seed_id = $1 AND state <> $2`,
    [id, state],
  );
  return result.rowCount === 1;
}

/** From now on so often, and no longer adapted. @returns whether there is such a seed */
export async function setSeedEvery(pool: Pool, id: Key, seconds: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE seed SET every_seconds = $2::int, interval_seconds = $2::int, adaptive = false,
       next_at = least(next_at, now() + $2::int * interval '1 second')
     WHERE seed_id = $1`,
    [id, seconds],
  );
  return rowCount === 1;
}

/**
 * Asks these accounts now and not when they are due, where the collection follows them and nothing makes them wait.
 * @param accounts their URIs
 */
export async function bringForward(pool: Pool, collection: Key, accounts: readonly string[]): Promise<void> {
  if (accounts.length === 0) return;
  await pool.query(
    `UPDATE seed SET next_at = now()
     WHERE collection_id = $1 AND uri = ANY($2) AND state = 'active' AND next_at > now()
       AND (waits_until IS NULL OR waits_until < now())`,
    [collection, accounts],
  );
}

export interface DueSeed {
  readonly seed: Key;
  readonly kind: 'scheduled' | 'revisit';
  /** Milliseconds since 1970. */
  readonly dueMs: number;
}

/** Seeds whose time has come and that nobody holds, the most overdue first; and those with posts to be looked at. */
export async function dueSeeds(pool: Pool, limit: number): Promise<readonly DueSeed[]> {
  const { rows } = await pool.query<{ seed: string; kind: DueSeed['kind']; due: number }>(
    `(SELECT replace(seed_id::text, '-', '') AS seed, 'scheduled' AS kind,
        floor(extract(epoch FROM next_at) * 1000)::float8 AS due
      FROM seed WHERE state = 'active' AND next_at <= now() AND (lease_until IS NULL OR lease_until < now())
      ORDER BY next_at LIMIT $1)
     UNION ALL
     (SELECT replace(seed_id::text, '-', ''), 'revisit', floor(extract(epoch FROM look_at) * 1000)::float8
      FROM seed WHERE state = 'active' AND look_at <= now() AND next_at > now()
        AND (lease_until IS NULL OR lease_until < now()) AND (waits_until IS NULL OR waits_until < now())
      ORDER BY look_at LIMIT $1)`,
    [limit],
  );
  return rows.map(({ seed, kind, due }) => ({ seed: seed as Key, kind, dueMs: due }));
}
