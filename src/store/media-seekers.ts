/** Whose harvests found the post or profile that names a file. */
import type { Pool } from 'pg';
import type { Key } from '../core/digest.js';
import { FILE_OF } from './readers/media.js';

export interface Seeker {
  readonly connector: string;
  readonly uri: string;
  readonly settings: unknown;
  readonly credential: string;
}

/** Of a picture that thousands of posts show, the latest are enough. */
const MOST_CAPTURES = 200;

/** Seeds with a credential, of these connectors, that have not ended. Few, and asked for before anything is joined. */
export async function seedsWithCredential(
  pool: Pool,
  connectors: readonly string[],
): Promise<readonly (Seeker & { readonly seed: Key })[]> {
  const { rows } = await pool.query<Seeker & { seed: Key }>(
    `SELECT replace(seed_id::text, '-', '') AS seed, connector, uri, settings, credential FROM seed
     WHERE credential IS NOT NULL AND state <> 'ended' AND connector = ANY($1) ORDER BY seed_id`,
    [connectors],
  );
  return rows;
}

/** Which of these seeds' harvests brought a record that names the file. */
export async function seekersAmong(pool: Pool, media: Key, seeds: readonly Key[]): Promise<ReadonlySet<Key>> {
  const { rows } = await pool.query<{ seed: Key }>(
    `WITH found AS (
       (SELECT o.capture FROM media_fetch f JOIN post_media m ON m.file = ${FILE_OF('f')} AND m.digest = ''
          JOIN observation o USING (post_id) WHERE f.media_id = $1 ORDER BY o.recorded_at DESC LIMIT ${MOST_CAPTURES})
       UNION
       (SELECT o.capture FROM actor_picture a JOIN profile_observation o USING (actor_id)
          WHERE a.media_id = $1 ORDER BY o.recorded_at DESC LIMIT ${MOST_CAPTURES}))
     SELECT DISTINCT replace(h.seed_id::text, '-', '') AS seed
     FROM found JOIN member m ON m.digest = found.capture AND m.exchange ? 'live'
       JOIN harvest h ON h.harvest_id = m.accession_id
     WHERE h.seed_id = ANY($2::uuid[])`,
    [media, seeds],
  );
  return new Set(rows.map(({ seed }) => seed));
}
