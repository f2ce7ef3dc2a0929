/** What readers have in common. Whoever holds one of them cannot write: its transactions are read-only. */
import type { ClientBase, Pool } from 'pg';
import type { Key } from '../../core/digest.js';

/** The collections whose observations the reader may see; without `collections`, all. */
export interface Scope {
  readonly collections?: readonly Key[];
}

export const EVERYTHING: Scope = {};

/** Runs statements that must agree with each other: they all see the archive as it is at the first of them. */
export async function reading<T>(pool: Pool, work: (client: ClientBase) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => (broken = failure));
    throw error;
  } finally {
    client.release(broken);
  }
}

/** A pool, or a client within `reading`. */
export type Queryable = Pick<ClientBase, 'query'>;

/** SQL for a uuid column as a Key. */
export const keyed = (column: string): string => `replace(${column}::text, '-', '')`;

/** SQL for a bytea column as hex. */
export const hexed = (column: string): string => `encode(${column}, 'hex')`;

/** SQL for a time in UTC, with microseconds: exact, whatever the session's settings. */
export const timed = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** SQL: the harvest whose capture an observation was read from, as a Key; null for what was handed in. */
export const harvestOf = (alias: string): string =>
  `(SELECT ${keyed('m.accession_id')} FROM member m JOIN accession a USING (accession_id)
    WHERE m.digest = ${alias}.capture AND m.exchange ? 'live' AND a.collection_id = ${alias}.collection_id
    ORDER BY a.received_at LIMIT 1)`;

/** SQL: this observation is in scope; `parameter` is a uuid[] or null. */
export const inScope = (alias: string, parameter: string): string =>
  `(${parameter}::uuid[] IS NULL OR ${alias}.collection_id = ANY(${parameter}))`;

export function scopeOf(scope: Scope): readonly string[] | null {
  return scope.collections ?? null;
}
