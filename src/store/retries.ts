/** Accessions and ranges that fail: noted while they do, and put back when somebody asks. */
import type { ClientBase, Pool } from 'pg';
import type { Key } from '../core/digest.js';
import type { AccessionStatus, RangeRef } from '../pipeline/ports.js';
import { keyed } from './readers/scope.js';
import { inTransaction } from './transaction.js';

/** Told to people. */
const MOST_PROBLEM = 2_000;

/** So often an accession may fail to be unpacked or split, for a reason of its own, before it has failed. */
export const UNPACK_TRIES = 5;

/**
 * Notes that unpacking or splitting failed, and why. What is no fault of the package (`blameless`) is noted and not
 * counted: it is tried again for as long as it takes.
 * @returns whether it has failed for good
 */
export async function noteUnpackFailure(pool: Pool, id: Key, problem: string, blameless: boolean): Promise<boolean> {
  const { rows } = await pool.query<{ status: AccessionStatus }>(
    `UPDATE accession SET problem = $2, tries = tries + $3,
       status = CASE WHEN tries + $3 >= $4 THEN 'failed' ELSE status END,
       finished_at = CASE WHEN tries + $3 >= $4 THEN now() ELSE finished_at END
     WHERE accession_id = $1 AND status IN ('received', 'splitting') RETURNING status`,
    [id, problem.slice(0, MOST_PROBLEM).replaceAll('\u0000', ''), blameless ? 0 : 1, UNPACK_TRIES],
  );
  return rows[0]?.status === 'failed';
}

interface Reopened {
  readonly status: AccessionStatus;
  readonly unpack: boolean;
  readonly ranges: readonly RangeRef[];
  readonly records: readonly RangeRef[];
}

/** What pipeline/retry.ts asks of the store. */
export function reopenAccession(pool: Pool, id: Key, by: string): Promise<Reopened | undefined> {
  return inTransaction(pool, async (client) => {
    const found = await client.query<{ status: AccessionStatus; problem: string | null }>(
      'SELECT status, problem FROM accession WHERE accession_id = $1 FOR UPDATE',
      [id],
    );
    const row = found.rows[0];
    if (!row) return undefined;
    const { status, problem } = row;
    const unpack = status === 'failed' || (['received', 'splitting'].includes(status) && problem !== null);
    if (unpack)
      await client.query(
        `UPDATE accession SET status = CASE status WHEN 'failed' THEN 'received' ELSE status END, tries = 0,
           problem = NULL, finished_at = NULL WHERE accession_id = $1`,
        [id],
      );
    const ranges = await forgiveRanges(client, id);
    const records = await takeBackPoison(client, id);
    if (records.length > 0)
      await client.query(
        `UPDATE accession SET status = 'ingesting', finished_at = NULL WHERE accession_id = $1 AND status = 'complete'`,
        [id],
      );
    if (unpack || ranges.length + records.length > 0)
      await client.query(
        `UPDATE accession SET retries = retries || jsonb_build_object('at',
           to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'by', $2::text,
           'unpack', $3::boolean, 'ranges', $4::int, 'records', $5::int) WHERE accession_id = $1`,
        [id, by, unpack, ranges.length, records.length],
      );
    return { status, unpack, ranges, records };
  });
}

/** One that a worker has just begun for the first time has neither: it is left alone. */
async function forgiveRanges(client: ClientBase, id: Key): Promise<RangeRef[]> {
  const { rows } = await client.query<RangeRow>(
    `UPDATE ingest_range SET tries = 0, problem = NULL
     WHERE accession_id = $1 AND state = 'pending' AND (problem IS NOT NULL OR tries > 1) RETURNING ${RANGE}`,
    [id],
  );
  return rows.map(refOf);
}

/** The bytes are as they were; only the reader may have learnt. */
async function takeBackPoison(client: ClientBase, id: Key): Promise<RangeRef[]> {
  const { rows } = await client.query<RangeRow>(
    `UPDATE ingest_range r SET state = 'pending', tries = 0, problem = NULL, read = NULL, new = NULL, duplicate = NULL,
       rejected = NULL, new_posts = NULL, new_snapshots = NULL, new_actors = NULL, media_stored = NULL,
       media_missing = NULL, visibility = NULL, observed_from = NULL, observed_to = NULL, observed_basis = NULL,
       recorded_at = NULL
     WHERE accession_id = $1 AND state = 'done' AND records = 1 AND EXISTS (
       SELECT FROM rejected_record p WHERE p.accession_id = r.accession_id AND p.member = r.member
         AND p.byte_offset = r.byte_offset AND p.reason = 'poison') RETURNING ${RANGE}`,
    [id],
  );
  await client.query(
    `DELETE FROM rejected_record p USING unnest($2::int[], $3::bigint[]) AS r(member, byte_offset)
     WHERE p.accession_id = $1 AND p.member = r.member AND p.byte_offset = r.byte_offset AND p.reason = 'poison'`,
    [id, rows.map(({ member }) => member), rows.map(({ offset }) => offset)],
  );
  return rows.map(refOf);
}

interface RangeRow {
  readonly accession: Key;
  readonly member: number;
  readonly offset: string;
}

const RANGE = `${keyed('accession_id')} AS accession, member, byte_offset AS "offset"`;

function refOf({ accession, member, offset }: RangeRow): RangeRef {
  return { accession, member, offset: Number(offset) };
}
