/** Posts of a seed, and when each is to be looked at again. */
import type { ClientBase, Pool } from 'pg';
import type { Key } from '../core/digest.js';
import type { Outcome } from '../core/reading.js';
import { postKey, type PostUri } from '../core/uri.js';
import type { DueLook, LookResult } from '../pipeline/harvest-ports.js';
import type { SeenPost } from '../sources/harvest.js';
import { validTime } from './storable.js';
import { inTransaction } from './transaction.js';

/** Plans looks at posts that are not planned yet. */
export async function planLooks(
  pool: Pool,
  seed: Key,
  posts: readonly (SeenPost & { readonly dueAt: string })[],
  at: string,
): Promise<void> {
  const sorted = [...posts].sort((a, b) => (postKey(a.post) < postKey(b.post) ? -1 : 1));
  await inTransaction(pool, async (client) => {
    await client.query(
      `INSERT INTO revisit (seed_id, post_id, uri, ref, published_at, due_at, outcome, outcome_at)
       SELECT DISTINCT ON (post_id) $1::uuid, n.post_id, n.uri, n.ref, coalesce(n.published, $7::timestamptz), n.due, 'present', $7::timestamptz
       FROM unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[])
         AS n(post_id, uri, ref, published, due) ORDER BY post_id
       ON CONFLICT (seed_id, post_id) DO NOTHING`,
      [
        seed,
        sorted.map(({ post }) => postKey(post)),
        sorted.map(({ post }) => post),
        sorted.map(({ ref }) => ref),
        sorted.map(({ published }) => validTime(published)),
        sorted.map(({ dueAt }) => dueAt),
        at,
      ],
    );
    await refreshLookAt(client, seed);
  });
}

export async function dueLooks(pool: Pool, seed: Key, limit: number): Promise<readonly DueLook[]> {
  const { rows } = await pool.query<{
    uri: string;
    ref: string;
    published: Date;
    outcome: Outcome;
    gone: Date | null;
  }>(
    `SELECT uri, ref, published_at AS published, outcome, gone_at AS gone FROM revisit
     WHERE seed_id = $1 AND due_at <= now() ORDER BY due_at, post_id LIMIT $2`,
    [seed, limit],
  );
  return rows.map(({ uri, ref, published, outcome, gone }) => ({
    post: uri as PostUri,
    ref,
    publishedAt: published.toISOString(),
    outcome,
    goneAt: gone?.toISOString() ?? null,
  }));
}

export async function lookedAt(pool: Pool, seed: Key, results: readonly LookResult[]): Promise<void> {
  const sorted = [...results].sort((a, b) => (postKey(a.post) < postKey(b.post) ? -1 : 1));
  await inTransaction(pool, async (client) => {
    await client.query(
      `UPDATE revisit r SET looks = looks + 1, due_at = n.due, outcome = n.outcome::outcome, outcome_at = n.at,
         gone_at = CASE WHEN n.outcome = 'present' THEN NULL
           WHEN n.outcome IN ('deleted', 'notFound', 'forbidden', 'suspended', 'deactivated') THEN coalesce(r.gone_at, n.at)
           ELSE r.gone_at END
       FROM unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[]) AS n(post_id, outcome, due, at)
       WHERE r.seed_id = $1 AND r.post_id = n.post_id`,
      [
        seed,
        sorted.map(({ post }) => postKey(post)),
        sorted.map(({ outcome }) => outcome),
        sorted.map(({ dueAt }) => dueAt),
        sorted.map(({ at }) => at),
      ],
    );
    await refreshLookAt(client, seed);
  });
}

/** Everything that is planned is due: the account shows trouble. */
export async function lookNow(client: ClientBase, seed: Key): Promise<void> {
  await client.query('UPDATE revisit SET due_at = least(due_at, now()) WHERE seed_id = $1 AND due_at IS NOT NULL', [
    seed,
  ]);
  await refreshLookAt(client, seed);
}

async function refreshLookAt(client: ClientBase, seed: Key): Promise<void> {
  await client.query(
    `UPDATE seed SET look_at = (SELECT min(due_at) FROM revisit r WHERE r.seed_id = $1 AND due_at IS NOT NULL)
     WHERE seed_id = $1`,
    [seed],
  );
}
