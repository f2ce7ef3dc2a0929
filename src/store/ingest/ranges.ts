/** The durable state of ranges. What the queue forgets stands here. */
import type { ClientBase, Pool } from 'pg';
import type { Digest, Key } from '../../core/digest.js';
import type { AccessionOptions, RangePlan, RangeRef, RangeTally, RangeTask } from '../../pipeline/ports.js';

/** What a batch added that was not there before. */
export interface Added {
  readonly observations: number;
  readonly posts: number;
  readonly snapshots: number;
  readonly actors: number;
}

interface RangeRecord {
  byte_length: string;
  records: number;
  layout: Buffer;
  tries: number;
  problem: string | null;
  collection_id: string;
  options: AccessionOptions;
  accession_digest: string;
  capture: string;
  path: string;
  source: string;
  format: string;
  refusal: RangeTask['refusal'] | null;
  modified: string | null;
  exchange: RangeTask['exchange'] | null;
  survey: string | null;
  first_received: Date;
}

const BEGIN_RANGE = `WITH unhurried AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS now)
  UPDATE ingest_range r SET tries = r.tries + 1
  FROM unhurried, accession a, member m, receipt c
  WHERE unhurried.now = 'off' AND r.accession_id = $1 AND r.member = $2 AND r.byte_offset = $3 AND r.state = 'pending'
    AND a.accession_id = r.accession_id AND m.accession_id = r.accession_id AND m.member = r.member
    AND c.collection_id = a.collection_id AND c.digest = m.digest
  RETURNING r.byte_length, r.records, r.layout, r.tries, r.problem, a.collection_id, a.options,
    encode(a.digest, 'hex') AS accession_digest, encode(m.digest, 'hex') AS capture,
    m.path, m.source, m.format, m.refusal, m.modified, m.exchange, a.surveys ->> m.source AS survey,
    c.received_at AS first_received`;

/**
 * Counts a try, in a transaction of its own: a worker that dies afterwards has left its mark. It need not wait for the
 * disk: that the machine itself crashed is not held against a range. The setting holds for this one statement.
 */
export async function beginRange(pool: Pool, range: RangeRef): Promise<RangeTask | undefined> {
  const result = await pool.query<RangeRecord>({
    name: 'begin-range',
    text: BEGIN_RANGE,
    values: [range.accession, range.member, range.offset],
  });
  const row = result.rows[0];
  if (!row) return undefined;
  return {
    ...range,
    length: Number(row.byte_length),
    records: row.records,
    layout: row.layout,
    tries: row.tries,
    ...(row.problem !== null && { problem: row.problem }),
    collection: row.collection_id.replaceAll('-', '') as Key,
    capture: row.capture as Digest,
    accessionDigest: row.accession_digest as Digest,
    path: row.path,
    source: row.source,
    format: row.format,
    ...(row.refusal && { refusal: row.refusal }),
    options: { ...row.options, include: row.options.include ?? [] },
    ...(row.survey !== null && { survey: row.survey as Digest }),
    ...(row.modified !== null && { modified: row.modified }),
    ...(row.exchange && { exchange: row.exchange }),
    firstReceived: row.first_received.toISOString(),
  };
}

/** Adds ranges; those that are there already (a splitter that began again) stay as they are. */
export async function addRanges(client: ClientBase, plans: readonly RangePlan[], tries = 0): Promise<void> {
  if (plans.length === 0) return;
  await client.query({
    name: 'add-ranges',
    text: `INSERT INTO ingest_range (accession_id, member, byte_offset, byte_length, records, layout, tries)
           SELECT *, $7 FROM unnest($1::uuid[], $2::int[], $3::bigint[], $4::bigint[], $5::int[], $6::bytea[])
           ON CONFLICT DO NOTHING`,
    values: [
      plans.map((plan) => plan.accession),
      plans.map((plan) => plan.member),
      plans.map((plan) => plan.offset),
      plans.map((plan) => plan.length),
      plans.map((plan) => plan.records),
      plans.map((plan) => `\\x${Buffer.from(plan.layout).toString('hex')}`),
      tries,
    ],
  });
}

/** Two tries behind them: the half that is innocent has two more, the guilty one is halved again soon. */
const TRIES_OF_HALVES = 2;

export async function halveRange(client: ClientBase, range: RangeRef, halves: readonly RangePlan[]): Promise<void> {
  const gone = await client.query(
    `DELETE FROM ingest_range WHERE accession_id = $1 AND member = $2 AND byte_offset = $3 AND state = 'pending'`,
    [range.accession, range.member, range.offset],
  );
  if (gone.rowCount === 1) await addRanges(client, halves, TRIES_OF_HALVES);
}

export async function finishRange(client: ClientBase, range: RangeRef, tally: RangeTally, added: Added): Promise<void> {
  const { rejected } = tally;
  if (rejected.length > 0) {
    await client.query({
      name: 'add-rejects',
      text: `INSERT INTO rejected_record (accession_id, member, byte_offset, item, byte_length, reason, detail)
             SELECT $1, $2, * FROM unnest($3::bigint[], $4::int[], $5::bigint[], $6::text[], $7::text[])
             ON CONFLICT DO NOTHING`,
      values: [
        range.accession,
        range.member,
        rejected.map((row) => row.offset),
        rejected.map((row) => row.item),
        rejected.map((row) => row.length),
        rejected.map((row) => row.reason),
        rejected.map((row) => row.detail.replaceAll('\u0000', '\\u0000')),
      ],
    });
  }
  await client.query({
    name: 'finish-range',
    text: `UPDATE ingest_range SET state = 'done', problem = NULL, recorded_at = now(), read = $4, new = $5,
             duplicate = $6, rejected = $7, new_posts = $8, new_snapshots = $9, new_actors = $10, media_stored = $11,
             media_missing = $12, visibility = $13, observed_from = $14, observed_to = $15, observed_basis = $16
           WHERE accession_id = $1 AND member = $2 AND byte_offset = $3`,
    values: [
      range.accession,
      range.member,
      range.offset,
      tally.read,
      added.observations,
      tally.read - rejected.length - added.observations,
      rejected.length,
      added.posts,
      added.snapshots,
      added.actors,
      tally.mediaStored,
      tally.mediaMissing,
      JSON.stringify(tally.visibility),
      tally.observedFrom,
      tally.observedTo,
      tally.observedBasis,
    ],
  });
}

export async function recordProblem(pool: Pool, range: RangeRef, problem: string): Promise<void> {
  await pool.query(
    `UPDATE ingest_range SET problem = $4 WHERE accession_id = $1 AND member = $2 AND byte_offset = $3 AND state = 'pending'`,
    [range.accession, range.member, range.offset, problem.slice(0, 2_000).replaceAll('\u0000', '')],
  );
}

/** A try that failed for no fault of the range's own does not count; why it failed is told all the same. */
export async function forgiveTry(pool: Pool, range: RangeRef, problem: string): Promise<void> {
  await pool.query(
    `UPDATE ingest_range SET tries = greatest(tries - 1, 0), problem = $4
     WHERE accession_id = $1 AND member = $2 AND byte_offset = $3 AND state = 'pending'`,
    [range.accession, range.member, range.offset, problem.slice(0, 2_000).replaceAll('\u0000', '')],
  );
}
