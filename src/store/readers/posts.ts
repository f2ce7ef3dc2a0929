/** Posts by their keys, many at a time: names, families, observations, snapshots. */
import type { Visibility } from '../../core/content.js';
import type { Digest, Key } from '../../core/digest.js';
import type { Basis, Outcome } from '../../core/reading.js';
import type { Precision, Zone } from '../../core/time.js';
import { harvestOf, hexed, inScope, keyed, type Queryable } from './scope.js';

export interface PostRecord {
  readonly key: Key;
  readonly uri: string;
  /** Null for a stub: named by others, never captured. */
  readonly source: string | null;
}

/** SQL: those of the keys `k.post_id` that are known, as posts or as what other posts point at. */
const NAMED = `
  LEFT JOIN post p USING (post_id)
  LEFT JOIN LATERAL (SELECT target_uri FROM reference WHERE target_id = k.post_id AND p.post_id IS NULL LIMIT 1) r ON true
  WHERE p.uri IS NOT NULL OR r.target_uri IS NOT NULL`;
const NAME = `${keyed('k.post_id')} AS key, coalesce(p.uri, r.target_uri) AS uri, p.source`;

/** Those of the keys that are known: as posts, or as what other posts point at. */
export async function findPosts(db: Queryable, keys: readonly Key[]): Promise<ReadonlyMap<Key, PostRecord>> {
  const result = await db.query<PostRecord>(`SELECT ${NAME} FROM unnest($1::uuid[]) AS k(post_id) ${NAMED}`, [keys]);
  return new Map(result.rows.map((row) => [row.key, row]));
}

/** The posts that are known by one of these addresses, and what others point at: that has the name it had here before. */
export async function findByAlias(db: Queryable, aliases: readonly string[]): Promise<readonly PostRecord[]> {
  const result = await db.query<PostRecord>(
    `SELECT ${NAME} FROM (SELECT DISTINCT post_id FROM post_alias WHERE alias = ANY($1)) k ${NAMED} ORDER BY uri LIMIT 100`,
    [aliases],
  );
  return result.rows;
}

/** A post that belongs to a family: everything that is one post over `editOf` and `sameAs`. */
export interface MemberOfFamily {
  /** The key that was asked for. */
  readonly of: Key;
  readonly post: Key;
  /** The place in the edit chain; null where it is in none, or the platform did not say. */
  readonly place: number | null;
}

/** Nobody edits that often; what is more is a fault in the data, and is left out. */
const MAX_FAMILY = 500;

/** The families of these posts, themselves included: the closure over `editOf` and `sameAs` in both directions. */
export async function findFamilies(db: Queryable, keys: readonly Key[]): Promise<readonly MemberOfFamily[]> {
  const result = await db.query<MemberOfFamily>(
    `WITH RECURSIVE family(root, post_id) AS (
       SELECT k, k FROM unnest($1::uuid[]) AS k
       UNION
       SELECT f.root, o.other FROM family f CROSS JOIN LATERAL (
         SELECT target_id AS other FROM identity_link WHERE post_id = f.post_id AND kind IN ('editOf', 'sameAs')
         UNION ALL
         SELECT post_id FROM identity_link WHERE target_id = f.post_id AND kind IN ('editOf', 'sameAs')) o),
     numbered AS (SELECT root, post_id, row_number() OVER (PARTITION BY root ORDER BY post_id <> root, post_id) AS n FROM family)
     SELECT ${keyed('f.root')} AS of, ${keyed('f.post_id')} AS post, coalesce(
       (SELECT max(place) FROM identity_link l WHERE l.post_id = f.post_id AND l.kind = 'editOf'),
       (SELECT 0 FROM identity_link l WHERE l.target_id = f.post_id AND l.kind = 'editOf' AND l.post_id <> f.post_id LIMIT 1)) AS place
     FROM numbered f WHERE f.n <= $2 ORDER BY f.root, f.n`,
    [keys, MAX_FAMILY],
  );
  return result.rows;
}

export interface ObservationRecord {
  readonly post: Key;
  readonly id: Key;
  readonly reader: number;
  readonly collection: Key;
  readonly observedAt: Date;
  readonly precision: Precision;
  readonly zone: Zone;
  readonly basis: Basis;
  readonly outcome: Outcome;
  readonly hand: 'first' | 'second';
  readonly digest: Digest | null;
  readonly capture: Digest;
  readonly offset: number;
  readonly length: number;
  readonly item: number;
  readonly edition: number | null;
  readonly claimedFrom: string | null;
  readonly metrics: string | null;
  readonly losses: string | null;
  readonly recordedAt: Date;
  readonly harvest: Key | null;
}

const OBSERVATION = `
  ${keyed('o.post_id')} AS post, ${keyed('o.observation_id')} AS id, o.reader, ${keyed('o.collection_id')} AS collection,
  o.observed_at AS "observedAt", o.observed_precision AS precision, o.observed_zone AS zone, o.observed_basis AS basis,
  o.outcome, o.hand, ${hexed('o.digest')} AS digest, ${hexed('o.capture')} AS capture,
  o.byte_offset::float8 AS "offset", o.byte_length::float8 AS length, o.item, o.edition::float8 AS edition,
  o.claimed_from AS "claimedFrom", o.metrics, o.losses, o.recorded_at AS "recordedAt",
  ${harvestOf('o')} AS harvest`;

/**
 * SQL: no newer reader has read the same observation. One step in the primary key's index for each row; written as
 * NOT EXISTS, the planner hashes the whole table.
 */
export const newestReading = (alias: string): string =>
  `${alias}.reader = (SELECT max(other.reader) FROM observation other
     WHERE other.post_id = ${alias}.post_id AND other.observation_id = ${alias}.observation_id)`;

/**
 * What was seen of these posts, each observation as its newest reader reads it. At most `most` of each post: first-hand
 * before second-hand, then the earliest.
 */
export async function findObservations(
  db: Queryable,
  posts: readonly Key[],
  collections: readonly string[] | null,
  most: number,
): Promise<readonly ObservationRecord[]> {
  const result = await db.query<ObservationRecord>(
    `SELECT o.* FROM unnest($1::uuid[]) AS k(post_id) CROSS JOIN LATERAL (
       SELECT ${OBSERVATION} FROM observation o
       WHERE o.post_id = k.post_id AND ${inScope('o', '$2')} AND ${newestReading('o')}
       ORDER BY o.hand, o.observed_at, o.observation_id LIMIT $3) o`,
    [posts, collections, most],
  );
  return result.rows;
}

export interface SnapshotRecord {
  readonly post: Key;
  readonly digest: Digest;
  readonly visibility: Visibility;
  readonly content: string;
}

/** Snapshots by post and digest, in two arrays of one length. */
export async function findSnapshots(
  db: Queryable,
  posts: readonly Key[],
  digests: readonly Digest[],
): Promise<readonly SnapshotRecord[]> {
  const result = await db.query<SnapshotRecord>(
    `SELECT ${keyed('s.post_id')} AS post, ${hexed('s.digest')} AS digest, s.visibility, s.content
     FROM unnest($1::uuid[], $2::bytea[]) AS k(post_id, digest) JOIN snapshot s USING (post_id, digest)`,
    [posts, digests.map((digest) => `\\x${digest}`)],
  );
  return result.rows;
}

export async function findAliases(db: Queryable, posts: readonly Key[]): Promise<readonly string[]> {
  const result = await db.query<{ alias: string }>(
    `SELECT DISTINCT alias FROM post_alias WHERE post_id = ANY($1) ORDER BY alias LIMIT 200`,
    [posts],
  );
  return result.rows.map(({ alias }) => alias);
}

export async function isSealed(db: Queryable, capture: Digest): Promise<boolean> {
  const result = await db.query<{ sealed: boolean }>(`SELECT sealed FROM capture WHERE digest = $1`, [`\\x${capture}`]);
  return result.rows[0]?.sealed ?? false;
}

export async function namesOfCollections(db: Queryable, ids: readonly Key[]): Promise<ReadonlyMap<Key, string>> {
  const result = await db.query<{ id: Key; name: string }>(
    `SELECT ${keyed('collection_id')} AS id, name FROM collection WHERE collection_id = ANY($1::uuid[])`,
    [ids],
  );
  return new Map(result.rows.map(({ id, name }) => [id, name]));
}
