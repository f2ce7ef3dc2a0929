/** Events of followed posts, and what the archive must know to tell that there is one. */
import type { Key } from '../../core/digest.js';
import { inScope, keyed, type Queryable } from './scope.js';

export interface EventRecord {
  /** As text: a bigint. */
  readonly id: string;
  readonly kind: string;
  readonly post: Key;
  readonly uri: string;
  readonly collection: string;
  readonly seed: Key;
  readonly harvest: Key;
  readonly at: Date;
}

export interface EventPage {
  readonly seed?: Key | undefined;
  readonly collection?: Key | undefined;
  /** Undefined: all. */
  readonly kinds?: readonly string[] | undefined;
  readonly collections: readonly string[] | null;
  /** Ids, both as text: after this one, up to that one. */
  readonly after: string;
  readonly upTo?: string | undefined;
  readonly limit: number;
}

/** In the order in which they were found out. */
export async function listEvents(db: Queryable, page: EventPage): Promise<readonly EventRecord[]> {
  const { seed, collection, kinds, collections, after, upTo, limit } = page;
  const result = await db.query<EventRecord>(
    `SELECT e.event_id::text AS id, e.kind, ${keyed('e.post_id')} AS post, e.uri, c.name AS collection,
       ${keyed('e.seed_id')} AS seed, ${keyed('e.harvest_id')} AS harvest, e.at
     FROM post_event e JOIN collection c USING (collection_id)
     WHERE e.event_id > $1::bigint AND ($2::bigint IS NULL OR e.event_id <= $2)
       AND ($3::uuid IS NULL OR e.seed_id = $3) AND ($4::uuid IS NULL OR e.collection_id = $4)
       AND ($5::text[] IS NULL OR e.kind = ANY($5)) AND ${inScope('e', '$6')}
     ORDER BY e.event_id LIMIT $7`,
    [after, upTo ?? null, seed ?? null, collection ?? null, kinds ?? null, collections, limit],
  );
  return result.rows;
}

/** The id of the latest event; 0 where there is none. */
export async function latestEvent(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ id: string }>(`SELECT coalesce(max(event_id), 0)::text AS id FROM post_event`);
  return rows[0]!.id;
}

/**
 * From when on what was recorded may be news for this seed: since this harvest began, or since the last bookmark,
 * where a harvest died after writing what it read and before telling of it. Never before the seed was followed. A
 * minute is given away: bookmarks are dated by the worker's clock, records by the database's.
 */
export async function newsSince(db: Queryable, seed: Key, harvest: Key): Promise<Date | undefined> {
  const { rows } = await db.query<{ since: Date }>(
    `SELECT least(h.started_at, greatest(s.created_at, s.cursor_at - interval '1 minute')) AS since
     FROM seed s LEFT JOIN harvest h ON h.harvest_id = $2 WHERE s.seed_id = $1`,
    [seed, harvest],
  );
  return rows[0]?.since;
}

/** Whose news the records of an accession are: of the seed that was harvested. Undefined: it was handed in. */
export async function originOf(
  db: Queryable,
  accession: Key,
): Promise<{ readonly seed: Key; readonly collection: Key; readonly harvest: Key } | undefined> {
  const { rows } = await db.query<{ seed: Key; collection: Key }>(
    `SELECT ${keyed('h.seed_id')} AS seed, ${keyed('s.collection_id')} AS collection
     FROM harvest h JOIN seed s USING (seed_id) WHERE h.harvest_id = $1`,
    [accession],
  );
  const row = rows[0];
  return row && { ...row, harvest: accession };
}

/** What is known of a post first-hand, within one collection. */
export interface LookSummary {
  readonly post: Key;
  /** It was first seen standing since then. */
  readonly fresh: boolean;
  /** When that was; null where it never was. */
  readonly firstSeen: Date | null;
  /** Since then a look found another outcome, or other content, than the look before it. */
  readonly changed: boolean;
}

/** Posts that were not seen first-hand in the collection are left out. */
export async function summariseLooks(
  db: Queryable,
  collection: Key,
  posts: readonly Key[],
  since: Date,
): Promise<readonly LookSummary[]> {
  const result = await db.query<LookSummary>(
    // For each post by itself, through the key: joined at once, a planner that knows little yet reads the whole table.
    `SELECT ${keyed('k.post_id')} AS post, bool_or(changed AND recorded_at >= $3) AS changed,
       coalesce(min(recorded_at) FILTER (WHERE outcome = 'present') >= $3, false) AS fresh,
       (array_agg(observed_at ORDER BY recorded_at, observed_at) FILTER (WHERE outcome = 'present'))[1] AS "firstSeen"
     FROM unnest($1::uuid[]) AS k(post_id) CROSS JOIN LATERAL (
       SELECT o.recorded_at, o.observed_at, o.outcome,
         row_number() OVER w > 1 AND (o.outcome, o.digest) IS DISTINCT FROM (lag(o.outcome) OVER w, lag(o.digest) OVER w) AS changed
       FROM observation o
       WHERE o.post_id = k.post_id AND o.collection_id = $2 AND o.hand = 'first' AND o.outcome NOT IN ('unreachable', 'omitted', 'notCaptured')
       WINDOW w AS (ORDER BY o.recorded_at, o.observed_at, o.observation_id)) look
     GROUP BY k.post_id`,
    [posts, collection, since],
  );
  return result.rows;
}
