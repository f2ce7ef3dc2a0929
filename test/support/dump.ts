/** The archive's content as text: equal archives give equal dumps. Left out: when we wrote it down, and receipt times. */
import type { Pool } from 'pg';

const QUERIES: Readonly<Record<string, string>> = {
  actor: `SELECT actor_id, source, uri FROM actor`,
  profile: `SELECT actor_id, digest, handle, name, content FROM profile`,
  profile_observation: `SELECT actor_id, observation_id, reader, collection_id,
    CASE WHEN observed_basis <> 'receipt' THEN observed_at END AS observed_at, observed_precision, observed_zone,
    observed_basis, hand, digest, capture, byte_offset, byte_length, metrics, edition,
    claimed_from, losses FROM profile_observation`,
  post: `SELECT post_id, source, uri FROM post`,
  post_alias: `SELECT post_id, alias FROM post_alias`,
  snapshot: `SELECT post_id, digest, author_id, published_at, visibility, language, content, search FROM snapshot`,
  observation: `SELECT post_id, observation_id, reader, collection_id,
    CASE WHEN observed_basis <> 'receipt' THEN observed_at END AS observed_at, observed_precision, observed_zone,
    observed_basis, outcome, hand, digest, capture, byte_offset, byte_length, item, edition, claimed_from, metrics, losses
    FROM observation`,
  reference: `SELECT * FROM reference`,
  identity_link: `SELECT * FROM identity_link`,
  post_media: `SELECT * FROM post_media`,
};

export async function dump(pool: Pool): Promise<Readonly<Record<string, readonly string[]>>> {
  const out: Record<string, readonly string[]> = {};
  for (const [table, query] of Object.entries(QUERIES)) {
    const result = await pool.query<{ line: string }>(`SELECT t::text AS line FROM (${query}) t ORDER BY 1`);
    out[table] = result.rows.map((row) => row.line);
  }
  return out;
}

export async function rejects(pool: Pool): Promise<readonly unknown[]> {
  const result = await pool.query<Record<string, unknown>>(
    `SELECT m.path, r.byte_offset, r.item, r.byte_length, r.reason, r.detail FROM rejected_record r
     JOIN member m USING (accession_id, member) ORDER BY 1, 2, 3`,
  );
  return result.rows;
}

/** Sums over all ranges of all accessions. */
export async function counts(pool: Pool): Promise<Readonly<Record<string, number>>> {
  const result = await pool.query<Record<string, string>>(
    `SELECT coalesce(sum(read), 0) AS read, coalesce(sum(new), 0) AS new, coalesce(sum(duplicate), 0) AS duplicate,
       coalesce(sum(rejected), 0) AS rejected, coalesce(sum(new_posts), 0) AS new_posts,
       coalesce(sum(new_snapshots), 0) AS new_snapshots, coalesce(sum(new_actors), 0) AS new_actors FROM ingest_range`,
  );
  return Object.fromEntries(Object.entries(result.rows[0]!).map(([key, value]) => [key, Number(value)]));
}

export async function empty(pool: Pool): Promise<void> {
  await pool.query(
    `TRUNCATE collection, accession, member, capture, receipt, ingest_range, rejected_record, actor, profile,
       profile_observation, post, post_alias, snapshot, observation, reference, identity_link, post_media, media_fetch,
       actor_picture CASCADE`,
  );
}
