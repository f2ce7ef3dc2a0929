/** Harvests: what they brought, where the cursor is, what was watched, how they ended. */
import type { Pool } from 'pg';
import type { Json } from '../core/canonical.js';
import type { Key } from '../core/digest.js';
import type {
  Claim,
  ClaimAnswer,
  DueLook,
  Ending,
  HarvestCapture,
  HarvestKind,
  HarvestStore,
  LookResult,
  Stated,
} from '../pipeline/harvest-ports.js';
import type { AccountNote, Bookmark, ExchangeRecord, Gap, SeenPost } from '../sources/harvest.js';
import { claimSeed, inClaim, renewClaim } from './claims.js';
import { extendWatched, noteGap } from './coverage.js';
import { insertCapture, insertExchanges } from './harvest-captures.js';
import { dueLooks, lookedAt, lookNow, planLooks } from './revisits.js';
import { storableJson, withoutNul } from './storable.js';

export class PgHarvestStore implements HarvestStore {
  constructor(private readonly pool: Pool) {}

  claim(seed: Key, harvest: Key, kind: HarvestKind, leaseMs: number): Promise<ClaimAnswer> {
    return claimSeed(this.pool, seed, harvest, kind, leaseMs);
  }

  renew(claim: Claim, leaseMs: number): Promise<boolean> {
    return renewClaim(this.pool, claim, leaseMs);
  }

  exchanged(claim: Claim, exchanges: readonly ExchangeRecord[]): Promise<void> {
    return inClaim(this.pool, claim, (client) => insertExchanges(client, claim.harvest, exchanges));
  }

  captured(claim: Claim, capture: HarvestCapture): Promise<void> {
    return inClaim(this.pool, claim, (client) => insertCapture(client, claim, capture));
  }

  async bookmarked(
    claim: Claim,
    { cursor, reach, backTo }: Bookmark,
    gaps: readonly Gap[],
    at: string,
    backfilled?: number,
  ): Promise<void> {
    const { seed, harvest } = claim;
    await inClaim(this.pool, claim, async (client) => {
      await client.query(
        `UPDATE seed SET cursor = $2, cursor_at = $3, back_to = coalesce($4, back_to), backfilled = coalesce($5, backfilled),
           account_state = CASE WHEN account_state IN ('renamed', 'moved') THEN account_state ELSE 'active' END,
           account_detail = CASE WHEN account_state IN ('renamed', 'moved') THEN account_detail END
         WHERE seed_id = $1`,
        [seed.id, JSON.stringify(cursor), at, backTo === undefined ? null : JSON.stringify(backTo), backfilled ?? null],
      );
      await client.query('UPDATE harvest SET cursor_after = $2 WHERE harvest_id = $1', [
        harvest,
        JSON.stringify(cursor),
      ]);
      for (const gap of gaps) await noteGap(client, { seed: seed.id, harvest, at }, gap);
      if (reach === 'whole') await extendWatched(client, { seed: seed.id, harvest, at });
    });
  }

  accountStated(claim: Claim, stated: Stated): Promise<void> {
    return inClaim(this.pool, claim, async (client) => {
      await client.query('UPDATE seed SET account_stated = $2 WHERE seed_id = $1', [
        claim.seed.id,
        JSON.stringify(stated),
      ]);
    });
  }

  async account(claim: Claim, note: AccountNote, trouble: boolean): Promise<void> {
    const { state, detail, name, settings } = note;
    const { seed } = claim;
    await inClaim(this.pool, claim, async (client) => {
      const { rows } = await client.query<{ before: string | null }>(
        'SELECT account_state AS before FROM seed WHERE seed_id = $1',
        [seed.id],
      );
      await client.query(
        `UPDATE seed SET account_state = $2, account_detail = $3, name = coalesce($4, name), settings = coalesce($5, settings)
         WHERE seed_id = $1`,
        [seed.id, state, withoutNul(detail), name ?? null, settings === undefined ? null : storableJson(settings)],
      );
      // Every harvest says it again: only the news makes looks due, or an account with many posts is looked at without end.
      if (!trouble || rows[0]!.before === state) return;
      await lookNow(client, seed.id);
    });
  }

  saw({ seed }: Claim, posts: readonly (SeenPost & { readonly dueAt: string })[], at: string): Promise<void> {
    return planLooks(this.pool, seed.id, posts, at);
  }

  dueLooks(seed: Key, limit: number): Promise<readonly DueLook[]> {
    return dueLooks(this.pool, seed, limit);
  }

  waits(claim: Claim, until: string): Promise<void> {
    return inClaim(this.pool, claim, async (client) => {
      await client.query('UPDATE seed SET waits_until = $2 WHERE seed_id = $1', [claim.seed.id, until]);
    });
  }

  lookPlace(claim: Claim, place: Json | null): Promise<void> {
    return inClaim(this.pool, claim, async (client) => {
      const stored = place === null ? null : JSON.stringify(place);
      await client.query('UPDATE seed SET look_place = $2 WHERE seed_id = $1', [claim.seed.id, stored]);
    });
  }

  looked(seed: Key, results: readonly LookResult[]): Promise<void> {
    return lookedAt(this.pool, seed, results);
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

  async end(claim: Claim, ending: Ending): Promise<void> {
    const { state, problem, warnings, robots, looks, next, waitsUntil, missed } = ending;
    const { seed, harvest, kind } = claim;
    // That posts could be looked at says nothing of the list: what was wrong with it stays wrong.
    const looksOnly = kind === 'revisit' && state === 'complete';
    await inClaim(this.pool, claim, async (client) => {
      await client.query(
        `UPDATE seed SET lease_until = NULL, harvest_id = NULL, waits_until = $3,
           problem = CASE WHEN $7 THEN problem ELSE $2 END,
           failures = CASE WHEN $7 THEN failures WHEN $4 = 'failed' THEN failures + 1
             WHEN $4 IN ('complete', 'partial') THEN 0 ELSE failures END,
           next_at = coalesce($5, next_at), interval_seconds = coalesce($6, interval_seconds)
         WHERE seed_id = $1`,
        [
          seed.id,
          problem === undefined ? null : withoutNul(problem),
          waitsUntil ?? null,
          state,
          next?.at ?? null,
          next?.intervalSeconds ?? null,
          looksOnly,
        ],
      );
      await client.query(
        `UPDATE harvest SET state = $2, finished_at = now(), problem = $3, warnings = $4, robots = $5, looks = looks + $6
         WHERE harvest_id = $1`,
        [
          harvest,
          state,
          problem === undefined ? null : withoutNul(problem),
          storableJson(warnings),
          robots ?? null,
          looks,
        ],
      );
      await client.query(
        `UPDATE accession SET status = 'complete', finished_at = now() WHERE accession_id = $1 AND status = 'ingesting'
           AND NOT EXISTS (SELECT FROM ingest_range r WHERE r.accession_id = $1 AND r.state = 'pending')`,
        [harvest],
      );
      if (missed.length === 0) return;
      await client.query(
        `INSERT INTO harvest (harvest_id, seed_id, kind, state, started_at, finished_at, problem)
         SELECT gen_random_uuid(), h.seed_id, 'scheduled', 'skipped', m.at, m.at,
           CASE WHEN m.at < h.started_at THEN 'no worker took it: they were away, or busy'
             ELSE 'the harvest before it was still running' END
         FROM harvest h, unnest($2::timestamptz[]) AS m(at) WHERE h.harvest_id = $1`,
        [harvest, missed],
      );
    });
  }
}
