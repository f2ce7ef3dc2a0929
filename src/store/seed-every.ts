/** How often a seed is to be asked, said by people. */
import type { Pool } from 'pg';
import type { Key } from '../core/digest.js';

/** From now on so often, and no longer adapted. @returns whether there is such a seed */
export async function setSeedEvery(pool: Pool, id: Key, seconds: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE seed SET every_seconds = $2::int, interval_seconds = $2::int, adaptive = false,
       next_at = least(next_at, now() + $2::int * interval '1 second')
     WHERE seed_id = $1`,
    [id, seconds],
  );
  return rowCount === 1;
}
