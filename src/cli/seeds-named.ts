/** Seeds that somebody named on the command line. */
import type { Pool } from 'pg';
import { seed, type SeedView } from '../read/index.js';
import { CliExit, type CliIo } from './io.js';
import { quote } from './print.js';

/** Exit 1 where one of them is not followed. */
export async function seedsNamed(io: CliIo, pool: Pool, names: readonly string[]): Promise<SeedView[]> {
  const found: SeedView[] = [];
  for (const name of names) {
    const view = await seed(pool, name);
    if (!view) {
      io.err(`perdure: nothing is followed by the name, address or id ${quote(name)}: perdure seeds lists what is\n`);
      throw new CliExit(1);
    }
    found.push(view);
  }
  return found;
}
