/** From what a harvest read to the events that people hear of. */
import type { Pool } from 'pg';
import type { ReadPost } from '../pipeline/ingest.js';
import { newsOfPosts, type NewsOrigin } from '../read/index.js';
import { writeEvents } from '../store/events.js';

/**
 * To be called after what was read is committed (HarvestTake's onRead). Harmless to repeat: nothing is told twice.
 * @returns how many events there were
 */
export async function noteEvents(pool: Pool, origin: NewsOrigin, posts: readonly ReadPost[]): Promise<number> {
  return writeEvents(pool, origin, await newsOfPosts(pool, origin, posts));
}
