/** Harvests: who holds a seed, what came, where the cursor is, what was watched. */
import type { ClientBase, Pool } from 'pg';
import { storable } from '../core/canonical.js';
import { sha256, type Key } from '../core/digest.js';
import type {
  Claim,
  ClaimAnswer,
  DueLook,
  Ending,
  ExchangeRow,
  HarvestCapture,
  HarvestKind,
  HarvestStore,
  LookResult,
} from '../pipeline/harvest-ports.js';
import type { AccountNote, Bookmark, Gap, SeenPost } from '../sources/harvest.js';
import { postKey, type PostUri } from '../core/uri.js';
import type { Outcome } from '../core/reading.js';
import { addRanges } from './ingest/ranges.js';
import { extendWatched, noteGap } from './coverage.js';
import { SEED_COLUMNS, seedRow, type SeedRecord } from './seeds.js';
import { inTransaction } from './transaction.js';

/** Text columns refuse U+0000. */
const NO_NUL = (text: string): string => text.replaceAll('\u0000', '\\u0000');

export class PgHarvestStore implements HarvestStore {
  constructor(private readonly pool: Pool) {}

  claim(seed: Key, harvest: Key, kind: HarvestKind, leaseMs: number): Promise<ClaimAnswer> {
    return inTransaction(this.pool, async (client): Promise<ClaimAnswer> => {
      const found = await client.query<SeedRecord & { harvest: string | null; held: boolean; waiting: boolean }>(
        `SELECT ${SEED_COLUMNS}, replace(s.harvest_id::text, '-', '') AS harvest,
           coalesce(s.lease_until > now(), false) AS held, coalesce(s.waits_until > now(), false) AS waiting
         FROM seed s WHERE s.seed_id = $1 FOR UPDATE`,
        [seed],
      );
      const row = found.rows[0];
      if (!row || row.state === 'ended') return { refused: 'gone' };
      if (row.state === 'paused' && kind !== 'asked') return { refused: 'paused' };
      const known = await client.query<{ state: string; started: Date; next: number }>(
        `SELECT h.state, h.started_at AS started,
           coalesce((SELECT max(seq) + 1 FROM exchange e WHERE e.harvest_id = h.harvest_id), 0) AS next
         FROM harvest h WHERE h.harvest_id = $1`,
        [harvest],
      );
      const before = known.rows[0];
      if (before && before.state !== 'running' && before.state !== 'interrupted') return { refused: 'done' };
      if (row.held && row.harvest !== harvest) {
        if (kind === 'asked')
          await skip(client, seed, harvest, kind, 'another harvest of this seed is running at this moment');
        return { refused: 'running' };
      }
      if (row.waiting && kind !== 'asked') {
        await skip(client, seed, harvest, kind, 'the rate budget is spent; the seed waits for it');
        await client.query('UPDATE seed SET next_at = greatest(next_at, waits_until) WHERE seed_id = $1', [seed]);
        return { refused: 'waiting' };
      }
      const { rows } = await client.query<{ started: Date }>(
        `INSERT INTO harvest (harvest_id, seed_id, kind, state, cursor_before) VALUES ($1, $2, $3, 'running', $4)
         ON CONFLICT (harvest_id) DO UPDATE SET state = 'running', finished_at = NULL RETURNING started_at AS started`,
        [harvest, seed, kind, row.cursor === null ? null : JSON.stringify(row.cursor)],
      );
      // What a harvest left that was killed: it is told, and does not stay "running" for ever.
      await client.query(
        `UPDATE harvest SET state = 'interrupted', finished_at = now(), problem = 'its worker ended without a word'
         WHERE seed_id = $1 AND state = 'running' AND harvest_id <> $2`,
        [seed, harvest],
      );
      await client.query(
        `UPDATE seed SET harvest_id = $2, lease_until = now() + $3 * interval '1 millisecond' WHERE seed_id = $1`,
        [seed, harvest, leaseMs],
      );
      const startedAt = rows[0]!.started.toISOString();
      return { claim: { harvest, kind, seed: seedRow(row), startedAt, nextSeq: before?.next ?? 0 } };
    });
  }

  async renew({ seed, harvest }: Claim, leaseMs: number): Promise<boolean> {
    const result = await this.pool.query(
      `UPDATE seed SET lease_until = now() + $3 * interval '1 millisecond' WHERE seed_id = $1 AND harvest_id = $2`,
      [seed.id, harvest, leaseMs],
    );
    return result.rowCount === 1;
  }

  async exchanged(harvest: Key, exchanges: readonly ExchangeRow[]): Promise<void> {
    const column = <T>(of: (row: ExchangeRow) => T): T[] => exchanges.map(of);
    await inTransaction(this.pool, async (client) => {
      await client.query(
        `INSERT INTO exchange (harvest_id, seq, method, url, status, request_headers, response_headers, redacted, digest,
           bytes, started_at, head_at, ended_at, remote_address, certificate, redirected_from, budget, problem)
         SELECT $1, n.seq, n.method, n.url, n.status, n.request, n.response,
           ARRAY(SELECT jsonb_array_elements_text(n.redacted)), n.digest, n.bytes, n.started, n.head, n.ended, n.address,
           n.certificate, n.redirected, n.budget, n.problem
         FROM unnest($2::int[], $3::text[], $4::text[], $5::smallint[], $6::jsonb[], $7::jsonb[], $8::jsonb[], $9::bytea[],
           $10::bigint[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[], $14::text[], $15::text[],
           $16::int[], $17::text[], $18::text[])
           AS n(seq, method, url, status, request, response, redacted, digest, bytes, started, head, ended, address,
             certificate, redirected, budget, problem)
         ON CONFLICT DO NOTHING`,
        [
          harvest,
          column((row) => row.seq),
          column((row) => row.method),
          column((row) => NO_NUL(row.url)),
          column((row) => row.status ?? null),
          column((row) => storableJson(row.requestHeaders)),
          column((row) => storableJson(row.responseHeaders)),
          column((row) => storableJson(row.redacted)),
          column((row) => (row.digest === undefined ? null : `\\x${row.digest}`)),
          column((row) => row.bytes),
          column((row) => row.startedAt),
          column((row) => row.headAt ?? null),
          column((row) => row.endedAt),
          column((row) => row.remoteAddress ?? null),
          column((row) => row.certificate ?? null),
          column((row) => row.redirectedFrom ?? null),
          column((row) => row.budget),
          column((row) => (row.problem === undefined ? null : NO_NUL(row.problem))),
        ],
      );
      await client.query(`UPDATE harvest SET requests = requests + $2, bytes = bytes + $3 WHERE harvest_id = $1`, [
        harvest,
        exchanges.length,
        exchanges.reduce((sum, row) => sum + row.bytes, 0),
      ]);
    });
  }

  async captured({ seed, harvest }: Claim, capture: HarvestCapture): Promise<void> {
    const { member, path, source, format, digest, bytes, exchange, plans } = capture;
    const hex = `\\x${digest}`;
    await inTransaction(this.pool, async (client) => {
      await client.query(
        `INSERT INTO accession (accession_id, collection_id, path, packing, digest, bytes, source, format, status, options, custody, started_at)
         VALUES ($1, $2, $3, 'harvest', $4, 0, $5, $6, 'ingesting', '{}', $7, now()) ON CONFLICT DO NOTHING`,
        [
          harvest,
          seed.collection,
          seed.uri,
          `\\x${sha256(`seed ${seed.uri}`)}`,
          source,
          format,
          JSON.stringify(seed.authority === undefined ? {} : { authority: seed.authority }),
        ],
      );
      await client.query(
        `INSERT INTO member (accession_id, member, path, bytes, digest, role, source, format, confidence, why, exchange, split, split_offset)
         VALUES ($1, $2, $3, $4, $5, 'records', $6, $7, 1, 'the connector said so', $8, true, $4) ON CONFLICT DO NOTHING`,
        [harvest, member, NO_NUL(path), bytes, hex, source, format, storableJson(exchange)],
      );
      await client.query(
        `INSERT INTO capture (digest, bytes, sealed) VALUES ($1, $2, false)
         ON CONFLICT (digest) DO UPDATE SET sealed = false WHERE capture.sealed`,
        [hex, bytes],
      );
      await client.query(
        `INSERT INTO receipt (collection_id, digest, received_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
        [seed.collection, hex, exchange.at],
      );
      await addRanges(client, plans);
      await client.query(`UPDATE accession SET bytes = bytes + $2 WHERE accession_id = $1`, [harvest, bytes]);
      await client.query(`UPDATE harvest SET captures = captures + 1 WHERE harvest_id = $1`, [harvest]);
    });
  }

  async bookmarked({ seed, harvest }: Claim, { cursor, reach, backTo }: Bookmark, at: string): Promise<void> {
    await inTransaction(this.pool, async (client) => {
      const moved = await client.query(
        `UPDATE seed SET cursor = $3, cursor_at = $4, back_to = coalesce($5, back_to),
           account_state = CASE WHEN account_state IN ('renamed', 'moved') THEN account_state ELSE 'active' END,
           account_detail = CASE WHEN account_state IN ('renamed', 'moved') THEN account_detail END
         WHERE seed_id = $1 AND harvest_id = $2`,
        [seed.id, harvest, JSON.stringify(cursor), at, backTo === undefined ? null : JSON.stringify(backTo)],
      );
      if (moved.rowCount === 0) throw new Error('another harvest has taken this seed');
      await client.query('UPDATE harvest SET cursor_after = $2 WHERE harvest_id = $1', [
        harvest,
        JSON.stringify(cursor),
      ]);
      if (reach === 'whole') await extendWatched(client, { seed: seed.id, harvest, at });
    });
  }

  async gap({ seed, harvest }: Claim, gap: Gap, at: string): Promise<void> {
    await inTransaction(this.pool, (client) => noteGap(client, { seed: seed.id, harvest, at }, gap));
  }

  async account({ seed, harvest }: Claim, note: AccountNote, trouble: boolean): Promise<void> {
    const { state, detail, name, settings } = note;
    await inTransaction(this.pool, async (client) => {
      const { rows } = await client.query<{ before: string | null }>(
        'SELECT account_state AS before FROM seed WHERE seed_id = $1 AND harvest_id = $2 FOR UPDATE',
        [seed.id, harvest],
      );
      if (!rows[0]) return;
      await client.query(
        `UPDATE seed SET account_state = $2, account_detail = $3, name = coalesce($4, name), settings = coalesce($5, settings)
         WHERE seed_id = $1`,
        [seed.id, state, NO_NUL(detail), name ?? null, settings === undefined ? null : storableJson(settings)],
      );
      // Every harvest says it again: only the news makes looks due, or an account with many posts is looked at without end.
      if (!trouble || rows[0].before === state) return;
      await client.query('UPDATE revisit SET due_at = least(due_at, now()) WHERE seed_id = $1 AND due_at IS NOT NULL', [
        seed.id,
      ]);
      await refreshLookAt(client, seed.id);
    });
  }

  async saw({ seed }: Claim, posts: readonly (SeenPost & { readonly dueAt: string })[], at: string): Promise<void> {
    const sorted = [...posts].sort((a, b) => (postKey(a.post) < postKey(b.post) ? -1 : 1));
    await inTransaction(this.pool, async (client) => {
      await client.query(
        `INSERT INTO revisit (seed_id, post_id, uri, ref, published_at, due_at, outcome, outcome_at)
         SELECT DISTINCT ON (post_id) $1::uuid, n.post_id, n.uri, n.ref, coalesce(n.published, $7::timestamptz), n.due, 'present', $7::timestamptz
         FROM unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[])
           AS n(post_id, uri, ref, published, due) ORDER BY post_id
         ON CONFLICT (seed_id, post_id) DO NOTHING`,
        [
          seed.id,
          sorted.map(({ post }) => postKey(post)),
          sorted.map(({ post }) => post),
          sorted.map(({ ref }) => ref),
          sorted.map(({ published }) => validTime(published)),
          sorted.map(({ dueAt }) => dueAt),
          at,
        ],
      );
      await refreshLookAt(client, seed.id);
    });
  }

  async dueLooks(seed: Key, limit: number): Promise<readonly DueLook[]> {
    const { rows } = await this.pool.query<{
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

  async looked(seed: Key, results: readonly LookResult[]): Promise<void> {
    const sorted = [...results].sort((a, b) => (postKey(a.post) < postKey(b.post) ? -1 : 1));
    await inTransaction(this.pool, async (client) => {
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

  async newPosts(harvest: Key): Promise<number> {
    const { rows } = await this.pool.query<{ posts: string | null }>(
      'SELECT sum(new_posts) AS posts FROM ingest_range WHERE accession_id = $1',
      [harvest],
    );
    return Number(rows[0]?.posts ?? 0);
  }

  async followed({ seed }: Claim): Promise<readonly string[]> {
    const { rows } = await this.pool.query<{ uri: string }>(
      `SELECT uri FROM seed WHERE collection_id = $1 AND source = $2 AND state = 'active' AND seed_id <> $3
       ORDER BY uri`,
      [seed.collection, seed.source, seed.id],
    );
    return rows.map(({ uri }) => uri);
  }

  async end({ seed, harvest }: Claim, ending: Ending): Promise<void> {
    const { state, problem, warnings, robots, looks, next, waitsUntil, missed } = ending;
    await inTransaction(this.pool, async (client) => {
      const freed = await client.query(
        `UPDATE seed SET lease_until = NULL, harvest_id = NULL, problem = $3, waits_until = $4,
           failures = CASE WHEN $5 = 'failed' THEN failures + 1 WHEN $5 IN ('complete', 'partial') THEN 0 ELSE failures END,
           next_at = coalesce($6, next_at), interval_seconds = coalesce($7, interval_seconds)
         WHERE seed_id = $1 AND harvest_id = $2`,
        [
          seed.id,
          harvest,
          problem === undefined ? null : NO_NUL(problem),
          waitsUntil ?? null,
          state,
          next?.at ?? null,
          next?.intervalSeconds ?? null,
        ],
      );
      if (freed.rowCount === 0) return;
      await client.query(
        `UPDATE harvest SET state = $2, finished_at = now(), problem = $3, warnings = $4, robots = $5, looks = looks + $6
         WHERE harvest_id = $1`,
        [harvest, state, problem === undefined ? null : NO_NUL(problem), storableJson(warnings), robots ?? null, looks],
      );
      await client.query(
        `UPDATE accession SET status = 'complete', finished_at = now() WHERE accession_id = $1 AND status = 'ingesting'
           AND NOT EXISTS (SELECT FROM ingest_range r WHERE r.accession_id = $1 AND r.state = 'pending')`,
        [harvest],
      );
      for (const at of missed) {
        await client.query(
          `INSERT INTO harvest (harvest_id, seed_id, kind, state, started_at, finished_at, problem)
           VALUES (gen_random_uuid(), $1, 'scheduled', 'skipped', $2, $2, 'the harvest before it was still running')`,
          [seed.id, at],
        );
      }
    });
  }
}

/** A harvest that did not begin, and why: visible, like those that did. */
async function skip(client: ClientBase, seed: Key, harvest: Key, kind: HarvestKind, why: string): Promise<void> {
  await client.query(
    `INSERT INTO harvest (harvest_id, seed_id, kind, state, finished_at, problem) VALUES ($1, $2, $3, 'skipped', now(), $4)
     ON CONFLICT DO NOTHING`,
    [harvest, seed, kind, why],
  );
}

async function refreshLookAt(client: ClientBase, seed: Key): Promise<void> {
  await client.query(
    `UPDATE seed SET look_at = (SELECT min(due_at) FROM revisit r WHERE r.seed_id = $1 AND due_at IS NOT NULL)
     WHERE seed_id = $1`,
    [seed],
  );
}

/** jsonb refuses U+0000 and lone surrogates, which servers send. */
function storableJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (typeof each === 'string' ? NO_NUL(storable(each).text) : each));
}

function validTime(text: string | undefined): string | null {
  const ms = text === undefined ? NaN : Date.parse(text);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
