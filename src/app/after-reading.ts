/** What follows from what a harvest read, once it is committed. */
import type { Pool } from 'pg';
import type { Key } from '../core/digest.js';
import type { ReadPost } from '../pipeline/ingest.js';
import { newsOrigin, type NewsOrigin } from '../read/index.js';
import { bringForward } from '../store/seeds.js';
import { noteEvents } from './events.js';

/** Events for whoever listens; and pictures that a stream only named are fetched before they can be deleted. */
export async function afterReading(pool: Pool, origin: NewsOrigin, posts: readonly ReadPost[]): Promise<void> {
  await noteEvents(pool, origin, posts);
  // An account's own server has them, and its own harvest knows where that is.
  const accounts = posts.flatMap(({ newObservation, filesOf }) => (newObservation && filesOf) || []);
  await bringForward(pool, origin.collection, [...new Set(accounts)]);
}

/** The same for a range that a worker of the queue `ingest` has read: of a large answer, or of a harvest that died. */
export async function afterReadingRange(pool: Pool, accession: Key, posts: readonly ReadPost[]): Promise<void> {
  const origin = await newsOrigin(pool, accession);
  if (origin) await afterReading(pool, origin, posts);
}
