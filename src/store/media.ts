/** Files by their address: what is wanted, who fetches it now, what came of it. */
import type { ClientBase, Pool } from 'pg';
import { sha256, type Key } from '../core/digest.js';
import type {
  MediaEnd,
  MediaExchange,
  MediaState,
  MediaStore,
  MediaTask,
  PictureFacts,
  StoredMedia,
  WantedMedia,
} from '../pipeline/media-ports.js';
import { insertMediaExchanges } from './media-exchanges.js';
import { FILE_OF } from './readers/media.js';
import { withoutNul } from './storable.js';
import { inTransaction } from './transaction.js';

// ── what is wanted ──────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Makes these files known and links them with their posts and actors, within the transaction of whoever stores those.
 * Repeating it changes nothing; the order does not matter.
 * @returns keys that nobody had wanted before: they are due now
 */
export async function wantMediaWithin(client: ClientBase, rows: readonly WantedMedia[]): Promise<readonly Key[]> {
  if (rows.length === 0) return [];
  // Sorted, so that two workers that want the same files wait for each other in the same order.
  const sorted = rows.map((row) => ({ ...row, key: keyOfUrl(row.url) })).sort((a, b) => compare(a.key, b.key));
  const fresh = await client.query<{ key: Key }>(
    `INSERT INTO media_fetch (media_id, url, type)
     SELECT DISTINCT ON (media_id) media_id, url, type FROM unnest($1::uuid[], $2::text[], $3::text[]) AS n(media_id, url, type)
     ORDER BY media_id, type ON CONFLICT DO NOTHING RETURNING replace(media_id::text, '-', '') AS key`,
    [sorted.map(({ key }) => key), sorted.map(({ url }) => url), sorted.map(({ type }) => type)],
  );
  const linked = [...(await linkPosts(client, sorted)), ...(await linkActors(client, sorted))];
  if (linked.length > 0) await handOut(client, linked, 'FOR SHARE');
  return fresh.rows.map(({ key }) => key);
}

/** The same, in a transaction of its own. */
export function wantMedia(pool: Pool, rows: readonly WantedMedia[]): Promise<readonly Key[]> {
  return inTransaction(pool, (client) => wantMediaWithin(client, rows));
}

type Keyed = WantedMedia & { readonly key: Key };

async function linkPosts(client: ClientBase, rows: readonly Keyed[]): Promise<readonly Key[]> {
  const mine = rows.filter((row) => row.post !== undefined && row.type !== 'Avatar');
  const { rows: linked } = await client.query<{ url: string }>(
    `INSERT INTO post_media (post_id, file, digest, type, url)
     SELECT DISTINCT ON (post_id, media_id) post_id, ${FILE_OF('n')}, ''::bytea, type, url
     FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS n(post_id, media_id, type, url)
     ORDER BY post_id, media_id, type ON CONFLICT DO NOTHING RETURNING url`,
    [
      mine.map(({ post }) => post),
      mine.map(({ key }) => key),
      mine.map(({ type }) => type),
      mine.map(({ url }) => url),
    ],
  );
  return linked.map(({ url }) => keyOfUrl(url));
}

async function linkActors(client: ClientBase, rows: readonly Keyed[]): Promise<readonly Key[]> {
  const mine = rows.filter((row) => row.actor !== undefined);
  const { rows: linked } = await client.query<{ key: Key }>(
    `INSERT INTO actor_picture (actor_id, media_id)
     SELECT DISTINCT actor_id, media_id FROM unnest($1::uuid[], $2::uuid[]) AS n(actor_id, media_id) ORDER BY 1, 2
     ON CONFLICT DO NOTHING RETURNING replace(media_id::text, '-', '') AS key`,
    [mine.map(({ actor }) => actor), mine.map(({ key }) => key)],
  );
  return linked.map(({ key }) => key);
}

/** As in pipeline/media-wants.ts. */
const keyOfUrl = (url: string): Key => sha256(url).slice(0, 32) as unknown as Key;

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Gives the posts that name these files their digests, where they are stored. The rows are locked: whoever links a post
 * and whoever stores the file meet here, and the later of them sees what the other did.
 */
async function handOut(client: ClientBase, keys: readonly Key[], lock: 'FOR SHARE' | 'FOR UPDATE'): Promise<void> {
  const locked = await client.query<{ key: Key; digest: Buffer | null; bytes: string }>(
    `SELECT replace(media_id::text, '-', '') AS key, digest, bytes FROM media_fetch
     WHERE media_id = ANY($1) ORDER BY media_id ${lock}`,
    [keys],
  );
  const rows = locked.rows.filter(({ digest }) => digest !== null);
  if (rows.length === 0) return;
  await client.query(
    `INSERT INTO post_media (post_id, file, digest, type, url)
     SELECT m.post_id, m.file, f.digest, m.type, m.url FROM media_fetch f
     JOIN post_media m ON m.file = ${FILE_OF('f')} AND m.digest = ''
     WHERE f.media_id = ANY($1) ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING`,
    [rows.map(({ key }) => key)],
  );
  await client.query(
    `INSERT INTO capture (digest, bytes, sealed)
     SELECT n.digest, max(n.bytes), NOT EXISTS (
       SELECT FROM actor_picture a JOIN media_fetch f USING (media_id) WHERE f.digest = n.digest) AND NOT EXISTS (
       SELECT FROM post_media m WHERE m.digest = n.digest AND NOT ${PRIVATE('m.post_id')})
     FROM unnest($1::bytea[], $2::bigint[]) AS n(digest, bytes) GROUP BY n.digest ORDER BY n.digest
     ON CONFLICT (digest) DO UPDATE SET sealed = false WHERE capture.sealed AND NOT excluded.sealed`,
    [rows.map(({ digest }) => digest), rows.map(({ bytes }) => bytes)],
  );
}

/**
 * SQL: not meant for everybody, or known from sealed captures alone. A file is sealed as long as every post that names
 * it is private; as with members of packages, one open place unseals it for good.
 */
const PRIVATE = (post: string): string => `coalesce(
  (SELECT max(s.visibility) FILTER (WHERE s.visibility <> 'unknown') IN ('followers', 'group', 'direct')
   FROM snapshot s WHERE s.post_id = ${post})
  OR (SELECT bool_and(c.sealed) FROM observation o JOIN capture c ON c.digest = o.capture WHERE o.post_id = ${post}), false)`;

// ── who fetches ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** Keys that are due, the longest waiting first. */
export async function dueMedia(pool: Pool, limit: number): Promise<readonly Key[]> {
  const { rows } = await pool.query<{ key: Key }>(
    `SELECT replace(media_id::text, '-', '') AS key FROM media_fetch WHERE next_at <= now() ORDER BY next_at LIMIT $1`,
    [limit],
  );
  return rows.map(({ key }) => key);
}

/** Which files are to be asked for once more, from the first try on. */
export interface Again {
  readonly states: readonly MediaState[];
  /** Only those of posts and actors that this collection has seen. */
  readonly collection?: Key;
  /** Only these addresses. */
  readonly urls?: readonly string[];
}

/** @returns how many are due now that were not */
export async function askAgain(pool: Pool, { states, collection, urls }: Again): Promise<number> {
  const result = await pool.query(
    `UPDATE media_fetch f SET tries = 0, next_at = now(), state = CASE WHEN digest IS NULL THEN 'waiting' ELSE 'stored' END
     WHERE state = ANY($1) AND (tries > 0 OR next_at IS NULL)
       AND ($2::uuid IS NULL OR EXISTS (
         SELECT FROM post_media m JOIN observation o USING (post_id)
         WHERE m.file = ${FILE_OF('f')} AND m.digest = ''
           AND o.collection_id = $2) OR EXISTS (
         SELECT FROM actor_picture a JOIN profile_observation o USING (actor_id)
         WHERE a.media_id = f.media_id AND o.collection_id = $2))
       AND ($3::uuid[] IS NULL OR f.media_id = ANY($3))`,
    [states, collection ?? null, urls?.map(keyOfUrl) ?? null],
  );
  return result.rowCount ?? 0;
}

export class PgMediaStore implements MediaStore {
  constructor(private readonly pool: Pool) {}

  async claim(keys: readonly Key[], leaseMs: number): Promise<readonly MediaTask[]> {
    const { rows } = await this.pool.query<MediaTask>(
      `UPDATE media_fetch SET tries = tries + 1, next_at = now() + $2 * interval '1 millisecond'
       WHERE media_id = ANY($1) AND next_at <= now()
       RETURNING replace(media_id::text, '-', '') AS key, url, type, state, tries`,
      [keys, leaseMs],
    );
    return rows;
  }

  stored(
    key: Key,
    { status, digest, bytes, contentType }: StoredMedia,
    asked: readonly MediaExchange[],
  ): Promise<void> {
    return inTransaction(this.pool, async (client) => {
      await client.query(
        `UPDATE media_fetch SET state = 'stored', next_at = NULL, problem = NULL, status = $2, content_type = $5,
           width = NULL, height = NULL, phash = NULL, digest = $3, bytes = $4, fetched_at = now()
         WHERE media_id = $1`,
        [key, status, `\\x${digest}`, bytes, contentType],
      );
      await insertMediaExchanges(client, key, asked);
      await handOut(client, [key], 'FOR UPDATE');
    });
  }

  async looked(key: Key, { width, height, phash }: PictureFacts): Promise<void> {
    await this.pool.query(
      `UPDATE media_fetch SET width = $2, height = $3, phash = ('x' || $4::text)::bit(64) WHERE media_id = $1`,
      [key, width, height, phash ?? null],
    );
  }

  ended(key: Key, { state, problem, status, againInMs }: MediaEnd, asked: readonly MediaExchange[]): Promise<void> {
    return inTransaction(this.pool, async (client) => {
      // What was stored once stays stored, whatever a later look finds.
      await client.query(
        `UPDATE media_fetch SET state = CASE WHEN digest IS NULL THEN $2 ELSE 'stored' END, problem = $3, status = $4,
           next_at = now() + $5::float8 * interval '1 millisecond'
         WHERE media_id = $1`,
        [key, state, withoutNul(problem), status ?? null, againInMs],
      );
      await insertMediaExchanges(client, key, asked);
    });
  }

  postponed(key: Key, waitMs: number, problem: string, asked: readonly MediaExchange[]): Promise<void> {
    return inTransaction(this.pool, async (client) => {
      await client.query(
        `UPDATE media_fetch SET tries = greatest(tries - 1, 0), problem = $3, next_at = now() + $2 * interval '1 millisecond'
         WHERE media_id = $1`,
        [key, waitMs, withoutNul(problem)],
      );
      await insertMediaExchanges(client, key, asked);
    });
  }
}
