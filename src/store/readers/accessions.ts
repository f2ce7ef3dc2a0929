/** Accessions: what stands in their own tables, and sums over their ranges. */
import type { Pool } from 'pg';
import type { Key } from '../../core/digest.js';
import { hexed, inScope, keyed, timed, type Queryable } from './scope.js';

export interface RangeSums {
  readonly ranges: number;
  readonly rangesDone: number;
  readonly bytesDone: number;
  readonly records: number;
  readonly read: number;
  readonly new: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly newPosts: number;
  readonly newSnapshots: number;
  readonly newActors: number;
  readonly mediaStored: number;
  readonly mediaMissing: number;
  readonly observedFrom: Date | null;
  readonly observedTo: Date | null;
  /** Of the first range that has one. */
  readonly observedBasis: string | null;
}

/** Times RFC 3339. */
export interface RetryRecord {
  readonly at: string;
  readonly by: string;
  readonly unpack: boolean;
  readonly ranges: number;
  readonly records: number;
}

export interface AccessionRecord extends RangeSums {
  readonly id: Key;
  readonly path: string;
  readonly packing: string;
  readonly digest: string | null;
  readonly bytes: number;
  readonly source: string | null;
  readonly format: string | null;
  readonly collection: string;
  readonly status: string;
  readonly options: unknown;
  readonly custody: unknown;
  readonly warnings: readonly string[];
  readonly problem: string | null;
  readonly retries: readonly RetryRecord[];
  readonly receivedAt: Date;
  readonly finishedAt: Date | null;
  /** `receivedAt` with microseconds, for cursors. */
  readonly receivedExactly: string;
  readonly seconds: number;
}

/** Sums as float8: exact up to 2^53, and node-postgres hands those out as numbers. */
const SUMS = `
  count(*)::float8 AS ranges,
  (count(*) FILTER (WHERE state = 'done'))::float8 AS "rangesDone",
  coalesce(sum(byte_length) FILTER (WHERE state = 'done'), 0)::float8 AS "bytesDone",
  coalesce(sum(records), 0)::float8 AS records,
  coalesce(sum(read), 0)::float8 AS read,
  coalesce(sum(new), 0)::float8 AS new,
  coalesce(sum(duplicate), 0)::float8 AS duplicate,
  coalesce(sum(rejected), 0)::float8 AS rejected,
  coalesce(sum(new_posts), 0)::float8 AS "newPosts",
  coalesce(sum(new_snapshots), 0)::float8 AS "newSnapshots",
  coalesce(sum(new_actors), 0)::float8 AS "newActors",
  coalesce(sum(media_stored), 0)::float8 AS "mediaStored",
  coalesce(sum(media_missing), 0)::float8 AS "mediaMissing",
  min(observed_from) AS "observedFrom",
  max(observed_to) AS "observedTo",
  (array_agg(observed_basis ORDER BY member, byte_offset) FILTER (WHERE observed_basis IS NOT NULL))[1]::text AS "observedBasis"`;

const ACCESSIONS = `
  SELECT ${keyed('a.accession_id')} AS id, a.path, a.packing, ${hexed('a.digest')} AS digest, a.bytes::float8 AS bytes,
    a.source, a.format, c.name AS collection, a.status, a.options, a.custody, a.warnings, a.problem, a.retries,
    a.received_at AS "receivedAt", a.finished_at AS "finishedAt", ${timed('a.received_at')} AS "receivedExactly",
    extract(epoch FROM coalesce(a.finished_at, clock_timestamp()) - a.received_at)::float8 AS seconds, r.*
  FROM accession a
  JOIN collection c USING (collection_id)
  CROSS JOIN LATERAL (SELECT ${SUMS} FROM ingest_range WHERE accession_id = a.accession_id) r`;

export async function findAccession(db: Queryable, id: Key): Promise<AccessionRecord | undefined> {
  const result = await db.query<AccessionRecord>(`${ACCESSIONS} WHERE a.accession_id = $1`, [id]);
  return result.rows[0];
}

export interface AccessionPage {
  readonly collection: Key | undefined;
  readonly collections: readonly string[] | null;
  readonly after: { readonly received: string; readonly id: string } | undefined;
  readonly limit: number;
}

/** Latest first; harvests are accessions too, and have a list of their own. The page is cut before the sums are made, so that only its own ranges are read. */
export async function listAccessions(pool: Pool, page: AccessionPage): Promise<readonly AccessionRecord[]> {
  const result = await pool.query<AccessionRecord>(
    `WITH page AS MATERIALIZED (
       SELECT accession_id FROM accession a
       WHERE packing <> 'harvest' AND ($1::uuid IS NULL OR collection_id = $1) AND ${inScope('a', '$2')}
         AND ($3::timestamptz IS NULL OR (received_at, accession_id) < ($3, $4::uuid))
       ORDER BY received_at DESC, accession_id DESC LIMIT $5)
     ${ACCESSIONS} WHERE a.accession_id IN (SELECT accession_id FROM page)
     ORDER BY a.received_at DESC, a.accession_id DESC`,
    [page.collection ?? null, page.collections, page.after?.received ?? null, page.after?.id ?? null, page.limit],
  );
  return result.rows;
}

export interface ProgressRecord {
  readonly status: string;
  readonly startedAt: Date | null;
  readonly bytesTotal: number;
  readonly bytesSplit: number;
  readonly ranges: number;
  readonly rangesDone: number;
  readonly bytesDone: number;
  readonly read: number;
  readonly new: number;
  readonly duplicate: number;
  readonly rejected: number;
}

/** Polled four times a second by whoever waits: two index ranges, 3 ms for 10,000 ranges (10 GB). */
export async function readProgress(pool: Pool, id: Key): Promise<ProgressRecord | undefined> {
  const result = await pool.query<ProgressRecord>({
    name: 'accession-progress',
    text: `SELECT a.status, a.started_at AS "startedAt", m.*, r.*
           FROM accession a
           CROSS JOIN LATERAL (
             SELECT coalesce(sum(bytes), 0)::float8 AS "bytesTotal",
               coalesce(sum(CASE WHEN split THEN bytes ELSE split_offset END), 0)::float8 AS "bytesSplit"
             FROM member WHERE accession_id = a.accession_id AND role IN ('records', 'refused')) m
           CROSS JOIN LATERAL (
             SELECT count(*)::float8 AS ranges, (count(*) FILTER (WHERE state = 'done'))::float8 AS "rangesDone",
               coalesce(sum(byte_length) FILTER (WHERE state = 'done'), 0)::float8 AS "bytesDone",
               coalesce(sum(read), 0)::float8 AS read, coalesce(sum(new), 0)::float8 AS new,
               coalesce(sum(duplicate), 0)::float8 AS duplicate, coalesce(sum(rejected), 0)::float8 AS rejected
             FROM ingest_range WHERE accession_id = a.accession_id) r
           WHERE a.accession_id = $1`,
    values: [id],
  });
  return result.rows[0];
}

export interface FailingRecord {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
  readonly records: number;
  readonly tries: number;
  readonly problem: string | null;
}

/** Ranges that wait after at least one failure, in the order of members and bytes; `total` counts all of them. */
export async function listFailing(
  db: Queryable,
  id: Key,
  limit: number,
): Promise<{ readonly total: number; readonly first: readonly FailingRecord[] }> {
  const { rows } = await db.query<FailingRecord & { total: number }>(
    `SELECT m.path, r.byte_offset::float8 AS "offset", r.byte_length::float8 AS length, r.records, r.tries, r.problem,
       (count(*) OVER ())::float8 AS total
     FROM ingest_range r JOIN member m USING (accession_id, member)
     WHERE r.accession_id = $1 AND r.state = 'pending' AND (r.problem IS NOT NULL OR r.tries > 1)
     ORDER BY r.member, r.byte_offset LIMIT $2`,
    [id, limit],
  );
  return { total: rows[0]?.total ?? 0, first: rows.map(({ total: _, ...row }) => row) };
}

/** How many readings of each visibility its ranges hold. */
export async function sumVisibilities(db: Queryable, id: Key): Promise<Readonly<Record<string, number>>> {
  const result = await db.query<{ key: string; count: number }>(
    `SELECT v.key, sum(v.value::bigint)::float8 AS count
     FROM ingest_range r CROSS JOIN LATERAL jsonb_each_text(r.visibility) v
     WHERE r.accession_id = $1 GROUP BY v.key`,
    [id],
  );
  return Object.fromEntries(result.rows.map(({ key, count }) => [key, count]));
}

export async function countReasons(db: Queryable, id: Key): Promise<Readonly<Record<string, number>>> {
  const result = await db.query<{ reason: string; count: number }>(
    `SELECT reason, count(*)::float8 AS count FROM rejected_record WHERE accession_id = $1
     GROUP BY reason ORDER BY count DESC, reason`,
    [id],
  );
  return Object.fromEntries(result.rows.map(({ reason, count }) => [reason, count]));
}

export interface MemberRecord {
  readonly path: string;
  readonly role: string | null;
  readonly source: string | null;
  readonly format: string | null;
  readonly bytes: number;
  readonly why: string | null;
  readonly fetchedAt: string | null;
  readonly fetchedFrom: string | null;
}

/** The first members in path order, or only those of one role. */
export async function listMembers(
  db: Queryable,
  id: Key,
  role: string | null,
  limit: number,
): Promise<readonly MemberRecord[]> {
  const result = await db.query<MemberRecord>(
    `SELECT path, role, source, format, bytes::float8 AS bytes, coalesce(why, refusal ->> 'detail') AS why,
       exchange ->> 'at' AS "fetchedAt", exchange ->> 'uri' AS "fetchedFrom"
     FROM member WHERE accession_id = $1 AND ($2::text IS NULL OR role = $2) ORDER BY path, member LIMIT $3`,
    [id, role, limit],
  );
  return result.rows;
}

export async function countMembers(db: Queryable, id: Key): Promise<number> {
  const result = await db.query<{ count: number }>(
    `SELECT count(*)::float8 AS count FROM member WHERE accession_id = $1`,
    [id],
  );
  return result.rows[0]!.count;
}

export interface RejectRecord {
  readonly member: number;
  readonly path: string;
  readonly offset: number;
  readonly length: number;
  readonly item: number;
  readonly reason: string;
  readonly detail: string;
  readonly capture: string | null;
  readonly sealed: boolean;
}

export interface RejectPage {
  readonly after: { readonly member: string; readonly offset: string; readonly item: string } | undefined;
  readonly limit: number;
}

/** In the order of members and bytes. A package that could not be unpacked has no member: its own path stands then. */
export async function listRejects(pool: Pool, id: Key, { after, limit }: RejectPage): Promise<readonly RejectRecord[]> {
  const result = await pool.query<RejectRecord>(
    `SELECT r.member, coalesce(m.path, a.path) AS path, r.byte_offset::float8 AS "offset", r.byte_length::float8 AS length,
       r.item, r.reason, r.detail, ${hexed('m.digest')} AS capture, coalesce(c.sealed, m.role = 'sealed', false) AS sealed
     FROM rejected_record r
     JOIN accession a USING (accession_id)
     LEFT JOIN member m USING (accession_id, member)
     LEFT JOIN capture c ON c.digest = m.digest
     WHERE r.accession_id = $1
       AND ($2::int IS NULL OR (r.member, r.byte_offset, r.item) > ($2, $3::bigint, $4::int))
     ORDER BY r.member, r.byte_offset, r.item LIMIT $5`,
    [id, after?.member ?? null, after?.offset ?? null, after?.item ?? null, limit],
  );
  return result.rows;
}
