/** Writes events down, in an order that holds. */
import type { Pool } from 'pg';
import type { Key } from '../core/digest.js';
import { inTransaction } from './transaction.js';

export interface EventOrigin {
  readonly seed: Key;
  readonly collection: Key;
  readonly harvest: Key;
}

export interface NewEvent {
  readonly post: Key;
  readonly uri: string;
  readonly kind: string;
  readonly observation: Key;
  /** ISO 8601. */
  readonly at: string;
}

// Any two numbers would do; these spell "perdure" and "events" for whoever looks into pg_locks.
const ORDER_LOCK = [0x70657264, 0x65766e74] as const;

/**
 * One writer at a time: ids are given out before a transaction commits, and a reader that has seen 8 would never ask for
 * 7 again, if that became visible later. Events are few. What has been told already is not told again.
 * @returns how many were new
 */
export async function writeEvents(pool: Pool, origin: EventOrigin, events: readonly NewEvent[]): Promise<number> {
  if (events.length === 0) return 0;
  return inTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1, $2)', [...ORDER_LOCK]);
    const { rowCount } = await client.query(
      `INSERT INTO post_event (seed_id, collection_id, harvest_id, post_id, uri, kind, observation_id, at)
       SELECT $1, $2, $3, n.post_id, n.uri, n.kind, n.observation_id, n.at
       FROM unnest($4::uuid[], $5::text[], $6::text[], $7::uuid[], $8::timestamptz[]) WITH ORDINALITY
         AS n(post_id, uri, kind, observation_id, at, place) ORDER BY n.place
       ON CONFLICT DO NOTHING`,
      [
        origin.seed,
        origin.collection,
        origin.harvest,
        events.map(({ post }) => post),
        events.map(({ uri }) => uri),
        events.map(({ kind }) => kind),
        events.map(({ observation }) => observation),
        events.map(({ at }) => at),
      ],
    );
    return rowCount ?? 0;
  });
}
