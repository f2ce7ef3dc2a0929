/** Actors and their profiles. */
import type { Digest, Key } from '../../core/digest.js';
import type { Basis } from '../../core/reading.js';
import type { Precision, Zone } from '../../core/time.js';
import { harvestOf, hexed, inScope, keyed, type Queryable } from './scope.js';

export interface ActorRecord {
  readonly key: Key;
  readonly uri: string;
  readonly source: string;
}

export async function findActors(db: Queryable, keys: readonly Key[]): Promise<readonly ActorRecord[]> {
  const result = await db.query<ActorRecord>(
    `SELECT ${keyed('actor_id')} AS key, uri, source FROM actor WHERE actor_id = ANY($1::uuid[]) ORDER BY uri`,
    [keys],
  );
  return result.rows;
}

const MAX_NAMESAKES = 200;

/**
 * Actors who bear one of these handles, or did (in lower case, without @); with `user`, also `user@` of any host.
 */
export async function findByHandle(
  db: Queryable,
  handles: readonly string[],
  user: string | null = null,
): Promise<readonly (ActorRecord & { readonly handle: string })[]> {
  const pattern = user === null ? null : `${user.replace(/[\\%_]/g, '\\$&')}@%`;
  const result = await db.query<ActorRecord & { handle: string }>(
    `SELECT DISTINCT ${keyed('p.actor_id')} AS key, a.uri, a.source, lower(p.handle) AS handle
     FROM profile p JOIN actor a USING (actor_id)
     WHERE lower(p.handle) = ANY($1) OR lower(p.handle) LIKE $2 ORDER BY a.uri LIMIT $3`,
    [handles, pattern, MAX_NAMESAKES],
  );
  return result.rows;
}

/** Actors whose display name or handle is like this one; the very same name before similar ones. */
export async function findByName(db: Queryable, name: string): Promise<readonly ActorRecord[]> {
  const exact = await db.query<ActorRecord>(
    `SELECT DISTINCT ${keyed('p.actor_id')} AS key, a.uri, a.source
     FROM profile p JOIN actor a USING (actor_id) WHERE lower(p.name) = lower($1) ORDER BY a.uri LIMIT $2`,
    [name, MAX_NAMESAKES],
  );
  if (exact.rows.length > 0) return exact.rows;
  const similar = await db.query<ActorRecord>(
    `SELECT DISTINCT ${keyed('p.actor_id')} AS key, a.uri, a.source
     FROM profile p JOIN actor a USING (actor_id)
     WHERE lower(p.name) % lower($1) OR lower(p.handle) % lower($1) ORDER BY a.uri LIMIT $2`,
    [name, MAX_NAMESAKES],
  );
  return similar.rows;
}

export interface LabelRecord {
  readonly key: Key;
  readonly uri: string;
  readonly name: string | null;
  readonly handle: string | null;
}

/**
 * What actors were last called, by those of their profiles that the reader may see, up to a moment if one is given.
 * Most have one profile: then nobody asks when it was seen (an owner's archive observes it with every single post).
 */
export async function findLabels(
  db: Queryable,
  actors: readonly Key[],
  collections: readonly string[] | null,
  asOf: string | null,
): Promise<ReadonlyMap<Key, LabelRecord>> {
  const result = await db.query<LabelRecord>(
    `SELECT DISTINCT ON (a.actor_id) ${keyed('a.actor_id')} AS key, a.uri, p.name, p.handle
     FROM actor a
     LEFT JOIN LATERAL (
       SELECT p.digest, p.name, p.handle, seen.at
       FROM profile p
       LEFT JOIN LATERAL (SELECT $2::uuid[] IS NOT NULL OR $3::timestamptz IS NOT NULL
         OR EXISTS (SELECT FROM profile o WHERE o.actor_id = p.actor_id AND o.digest <> p.digest) AS matters) several ON true
       LEFT JOIN LATERAL (SELECT max(o.observed_at) AS at FROM profile_observation o
         WHERE several.matters AND o.actor_id = p.actor_id AND o.digest = p.digest AND ${inScope('o', '$2')}
           AND ($3::timestamptz IS NULL OR o.observed_at <= $3)) seen ON true
       WHERE p.actor_id = a.actor_id AND (NOT several.matters OR seen.at IS NOT NULL)) p ON true
     WHERE a.actor_id = ANY($1::uuid[])
     ORDER BY a.actor_id, p.at DESC NULLS LAST, p.digest`,
    [actors, collections, asOf],
  );
  return new Map(result.rows.map((row) => [row.key, row]));
}

export interface ProfileObservationRecord {
  readonly id: Key;
  readonly reader: number;
  readonly collection: Key;
  readonly observedAt: Date;
  readonly precision: Precision;
  readonly zone: Zone;
  readonly basis: Basis;
  readonly hand: 'first' | 'second';
  readonly digest: Digest;
  readonly capture: Digest;
  readonly offset: number;
  readonly length: number;
  readonly metrics: string | null;
  readonly edition: number | null;
  readonly claimedFrom: string | null;
  readonly losses: string | null;
  readonly recordedAt: Date;
  readonly harvest: Key | null;
  /** How many records of the capture say the same. */
  readonly records: number;
}

/**
 * What was seen of an actor's profile. Records of one capture that say the same of the same moment are told once, with
 * their number: an owner's archive repeats its profile a hundred thousand times. Counts (`metrics`) are the first's.
 */
export async function findProfileObservations(
  db: Queryable,
  actor: Key,
  collections: readonly string[] | null,
  most: number,
): Promise<readonly ProfileObservationRecord[]> {
  const result = await db.query<ProfileObservationRecord>(
    `SELECT DISTINCT ON (o.observed_at, o.capture, o.digest, o.hand, o.collection_id, o.edition)
       ${keyed('o.observation_id')} AS id, o.reader, ${keyed('o.collection_id')} AS collection,
       o.observed_at AS "observedAt", o.observed_precision AS precision, o.observed_zone AS zone,
       o.observed_basis AS basis, o.hand, ${hexed('o.digest')} AS digest, ${hexed('o.capture')} AS capture,
       o.byte_offset::float8 AS "offset", o.byte_length::float8 AS length, o.metrics, o.recorded_at AS "recordedAt",
       o.edition::float8 AS edition, o.claimed_from AS "claimedFrom", o.losses,
       ${harvestOf('o')} AS harvest,
       (count(*) OVER (PARTITION BY o.observed_at, o.capture, o.digest, o.hand, o.collection_id, o.edition))::float8 AS records
     FROM profile_observation o
     WHERE o.actor_id = $1 AND ${inScope('o', '$2')} AND NOT EXISTS (
       SELECT FROM profile_observation newer
       WHERE newer.actor_id = o.actor_id AND newer.observation_id = o.observation_id AND newer.reader > o.reader)
     ORDER BY o.observed_at, o.capture, o.digest, o.hand, o.collection_id, o.edition, o.byte_offset, o.observation_id
     LIMIT $3`,
    [actor, collections, most],
  );
  return result.rows;
}

export async function findProfiles(db: Queryable, actor: Key): Promise<ReadonlyMap<Digest, string>> {
  const result = await db.query<{ digest: Digest; content: string }>(
    `SELECT ${hexed('digest')} AS digest, content FROM profile WHERE actor_id = $1`,
    [actor],
  );
  return new Map(result.rows.map(({ digest, content }) => [digest, content]));
}

/** How many posts have this author; counting stops at `limit`. */
export async function countPosts(
  db: Queryable,
  actor: Key,
  collections: readonly string[] | null,
  limit: number,
): Promise<number> {
  const result = await db.query<{ count: number }>(
    `SELECT count(*)::float8 AS count FROM (
       SELECT FROM snapshot s LEFT JOIN identity_link l ON l.post_id = s.post_id AND l.kind = 'editOf'
       WHERE s.author_id = $1 AND ($2::uuid[] IS NULL OR EXISTS (
         SELECT FROM observation o WHERE o.post_id = s.post_id AND ${inScope('o', '$2')}))
       GROUP BY coalesce(l.target_id, s.post_id) LIMIT $3) n`,
    [actor, collections, limit],
  );
  return result.rows[0]!.count;
}
