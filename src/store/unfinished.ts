/** What the reconciler compares with the queue. */
import type { Pool } from 'pg';
import type { Key } from '../core/digest.js';
import type { RangeRef } from '../pipeline/ports.js';

export interface UnfinishedWork {
  readonly accessions: readonly Key[];
  readonly ranges: readonly (RangeRef & { readonly epoch: number })[];
  readonly ingesting: readonly Key[];
}

const hexOf = (column: string): string => `replace(${column}::text, '-', '')`;

export async function unfinishedWork(pool: Pool, limit: number): Promise<UnfinishedWork> {
  const open = await pool.query<{ id: string; status: string }>(
    `SELECT ${hexOf('accession_id')} AS id, status FROM accession WHERE status IN ('received', 'splitting', 'ingesting')`,
  );
  const ranges = await pool.query<{ id: string; member: number; byte_offset: string; epoch: number }>(
    `SELECT ${hexOf('accession_id')} AS id, member, byte_offset, epoch FROM ingest_range
     WHERE state = 'pending' ORDER BY accession_id, member, byte_offset LIMIT $1`,
    [limit],
  );
  return {
    accessions: open.rows.filter((row) => row.status !== 'ingesting').map((row) => row.id as Key),
    ingesting: open.rows.filter((row) => row.status === 'ingesting').map((row) => row.id as Key),
    ranges: ranges.rows.map((row) => ({
      accession: row.id as Key,
      member: row.member,
      offset: Number(row.byte_offset),
      epoch: row.epoch,
    })),
  };
}

/** One epoch for all of them, higher than any of theirs: job ids of a finished or failed try are never used again. */
export async function nextEpoch(pool: Pool, ranges: readonly RangeRef[]): Promise<number> {
  const result = await pool.query<{ epoch: number }>(
    `WITH lost AS (SELECT * FROM unnest($1::uuid[], $2::int[], $3::bigint[]) AS l(accession_id, member, byte_offset)),
       next AS (SELECT max(r.epoch) + 1 AS epoch FROM ingest_range r JOIN lost USING (accession_id, member, byte_offset)),
       bumped AS (UPDATE ingest_range r SET epoch = next.epoch FROM next, lost
         WHERE r.accession_id = lost.accession_id AND r.member = lost.member AND r.byte_offset = lost.byte_offset)
     SELECT epoch FROM next`,
    [ranges.map((range) => range.accession), ranges.map((range) => range.member), ranges.map((range) => range.offset)],
  );
  return result.rows[0]?.epoch ?? 1;
}
