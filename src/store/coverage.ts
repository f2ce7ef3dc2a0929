/** What a seed was watched for, and where posts may have been missed: rows of intervals that never overlap. */
import type { ClientBase } from 'pg';
import type { Key } from '../core/digest.js';
import type { Gap } from '../sources/harvest.js';
import { validTime, withoutNul } from './storable.js';

interface Moment {
  readonly seed: Key;
  readonly harvest: Key;
  /** RFC 3339. */
  readonly at: string;
}

/**
 * Nothing that the platform lists is missing since the cursor before: the last interval grows up to `at`. A gap that
 * this harvest has noted begins a new one.
 */
export async function extendWatched(client: ClientBase, { seed, harvest, at }: Moment): Promise<void> {
  const grown = await client.query(
    `UPDATE coverage SET to_at = greatest(to_at, $3), harvest_id = $2
     WHERE seed_id = $1 AND kind = 'watched' AND from_at = (
       SELECT max(from_at) FROM coverage WHERE seed_id = $1 AND kind = 'watched')
       AND NOT EXISTS (SELECT FROM coverage g WHERE g.seed_id = $1 AND g.kind = 'gap' AND g.to_at > coverage.to_at)`,
    [seed, harvest, at],
  );
  if (grown.rowCount === 1) return;
  await client.query(
    `INSERT INTO coverage (seed_id, kind, from_at, to_at, harvest_id)
     SELECT $1, 'watched', greatest($3::timestamptz, max(to_at)), greatest($3::timestamptz, max(to_at)), $2
     FROM coverage WHERE seed_id = $1 ON CONFLICT DO NOTHING`,
    [seed, harvest, at],
  );
}

/**
 * From the end of what was watched until now, unless the connector knows better. Before the first harvest there is no
 * gap: nobody had begun to watch.
 */
export async function noteGap(client: ClientBase, { seed, harvest, at }: Moment, gap: Gap): Promise<void> {
  await client.query(
    `INSERT INTO coverage (seed_id, kind, from_at, to_at, reason, detail, harvest_id)
     SELECT $1, 'gap', least(span.from_at, span.to_at), span.to_at, $5, $6, $2
     FROM (SELECT greatest(max(to_at), $4::timestamptz) AS from_at, $3::timestamptz AS to_at
           FROM coverage WHERE seed_id = $1 AND kind = 'watched' HAVING count(*) > 0) AS span
     WHERE true
     ON CONFLICT (seed_id, from_at, kind) DO UPDATE SET to_at = greatest(coverage.to_at, excluded.to_at),
       reason = excluded.reason, detail = excluded.detail, harvest_id = excluded.harvest_id`,
    [seed, harvest, at, validTime(gap.from), gap.reason, withoutNul(gap.detail)],
  );
}
