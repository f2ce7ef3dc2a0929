import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';

const DEADLOCK = '40P01';
const SERIALISATION = '40001';
const MAX_TRIES = 6;

/**
 * Runs `work` in one transaction. A deadlock or a serialisation failure is tried again (a few times, with growing
 * random pauses): nothing of the failed try is left, so `work` may run more than once.
 */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((failure: Error) => (broken = failure));
      const { code } = error as { code?: string };
      if ((code !== DEADLOCK && code !== SERIALISATION) || tries >= MAX_TRIES) throw error;
    } finally {
      // A connection that cannot even roll back is thrown away, not returned to the pool.
      client.release(broken);
    }
    await sleep(Math.random() * 20 * 2 ** tries);
  }
}

/**
 * Whether an error lies with the database, the disk or the network, not with what was being written: everything that
 * has a code (Node's system errors, Postgres' SQLSTATE) but data exceptions (22), broken constraints (23) and program
 * limits (54).
 */
export function isTransient(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return !/^(22|23|54)/.test(code);
  return error instanceof Error && /Connection terminated|timeout exceeded when trying to connect/.test(error.message);
}
