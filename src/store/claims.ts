/**
 * Who holds a seed. A claim is the seed, the harvest, and the turn: a queue may take a living worker for lost and run its
 * harvest once more under the same id, and both would then number their captures alike. Every write of a harvest goes
 * through `inClaim`, so that only the later of the two is heard.
 */
import type { ClientBase, Pool, PoolClient } from 'pg';
import type { Key } from '../core/digest.js';
import type { Claim, ClaimAnswer, HarvestKind } from '../pipeline/harvest-ports.js';
import { SEED_COLUMNS, seedRow, type SeedRecord } from './seeds.js';
import { inTransaction } from './transaction.js';

/** Takes the seed, or says why not. A harvest that died is taken up under its own id, by a claim of its own. */
export function claimSeed(
  pool: Pool,
  seed: Key,
  harvest: Key,
  kind: HarvestKind,
  leaseMs: number,
): Promise<ClaimAnswer> {
  return inTransaction(pool, async (client): Promise<ClaimAnswer> => {
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
    // One that was killed while it waited goes on, and waits for the rest of it.
    if (row.waiting && kind !== 'asked' && row.harvest !== harvest) {
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
    if (row.harvest !== null && row.harvest !== harvest)
      await client.query(
        `UPDATE harvest SET state = 'interrupted', finished_at = now(), problem = 'its worker ended without a word'
         WHERE harvest_id = $1 AND state = 'running'`,
        [row.harvest],
      );
    const taken = await client.query<{ turn: number }>(
      `UPDATE seed SET harvest_id = $2, claims = claims + 1, lease_until = now() + $3 * interval '1 millisecond'
       WHERE seed_id = $1 RETURNING claims AS turn`,
      [seed, harvest, leaseMs],
    );
    const startedAt = rows[0]!.started.toISOString();
    const { turn } = taken.rows[0]!;
    return { claim: { harvest, kind, seed: seedRow(row), turn, startedAt, nextSeq: before?.next ?? 0 } };
  });
}

/** False: another worker has claimed the seed. */
export async function renewClaim(pool: Pool, { seed, harvest, turn }: Claim, leaseMs: number): Promise<boolean> {
  const result = await pool.query(
    `UPDATE seed SET lease_until = now() + $4 * interval '1 millisecond'
     WHERE seed_id = $1 AND harvest_id = $2 AND claims = $3`,
    [seed.id, harvest, turn, leaseMs],
  );
  return result.rowCount === 1;
}

/** One transaction, in which nobody else can claim the seed. @throws where somebody has */
export function inClaim(
  pool: Pool,
  { seed, harvest, turn }: Claim,
  work: (client: PoolClient) => Promise<void>,
): Promise<void> {
  return inTransaction(pool, async (client) => {
    const held = await client.query(
      'SELECT FROM seed WHERE seed_id = $1 AND harvest_id = $2 AND claims = $3 FOR UPDATE',
      [seed.id, harvest, turn],
    );
    if (held.rowCount === 0) throw new Error(`another worker has claimed the seed ${seed.name} meanwhile`);
    await work(client);
  });
}

/** A harvest that did not begin, and why: visible, like those that did. */
async function skip(client: ClientBase, seed: Key, harvest: Key, kind: HarvestKind, why: string): Promise<void> {
  await client.query(
    `INSERT INTO harvest (harvest_id, seed_id, kind, state, finished_at, problem) VALUES ($1, $2, $3, 'skipped', now(), $4)
     ON CONFLICT DO NOTHING`,
    [harvest, seed, kind, why],
  );
}
