/** Collections, by name, and what is in them. */
import type { Key } from '../../core/digest.js';
import { inScope, keyed, type Queryable } from './scope.js';

export interface CollectionRecord {
  readonly id: Key;
  readonly name: string;
  readonly createdAt: Date;
  readonly accessions: number;
  readonly posts: number;
  readonly observations: number;
  readonly firstObservedAt: Date | null;
  readonly lastObservedAt: Date | null;
}

/**
 * By name. Counting reads the whole table of observations once, no index begins with the collection; in three steps,
 * because count(DISTINCT) sorts, which takes three times as long. An observation that two readers read counts once; so
 * does an edit chain.
 */
export async function listCollections(
  db: Queryable,
  collections: readonly string[] | null,
): Promise<readonly CollectionRecord[]> {
  const result = await db.query<CollectionRecord>(
    `WITH one AS (
       SELECT o.collection_id, o.post_id, o.observation_id, min(o.observed_at) AS at FROM observation o
       WHERE ${inScope('o', '$1')} GROUP BY 1, 2, 3),
     post AS (
       SELECT o.collection_id, coalesce(l.target_id, o.post_id), count(*) AS observations, min(at) AS first, max(at) AS last
       FROM one o LEFT JOIN identity_link l ON l.post_id = o.post_id AND l.kind = 'editOf' GROUP BY 1, 2),
     counted AS (
       SELECT collection_id, count(*)::float8 AS posts, sum(observations)::float8 AS observations,
         min(first) AS first, max(last) AS last
       FROM post GROUP BY 1)
     SELECT ${keyed('c.collection_id')} AS id, c.name, c.created_at AS "createdAt",
       (SELECT count(*)::float8 FROM accession a WHERE a.collection_id = c.collection_id AND a.packing <> 'harvest') AS accessions,
       coalesce(n.posts, 0) AS posts, coalesce(n.observations, 0) AS observations,
       n.first AS "firstObservedAt", n.last AS "lastObservedAt"
     FROM collection c LEFT JOIN counted n USING (collection_id)
     WHERE ${inScope('c', '$1')} ORDER BY c.name`,
    [collections],
  );
  return result.rows;
}

/** The id of a collection that is named, or given by its id. */
export async function findCollection(db: Queryable, name: string, id: Key | undefined): Promise<Key | undefined> {
  const result = await db.query<{ id: Key }>(
    `SELECT ${keyed('collection_id')} AS id FROM collection WHERE name = $1 OR collection_id = $2 ORDER BY name = $1 DESC LIMIT 1`,
    [name, id ?? null],
  );
  return result.rows[0]?.id;
}
