/** Seeds that somebody named on the command line. */
import type { Pool } from 'pg';
import { collectionKey, seed, type SeedView } from '../read/index.js';
import { CliExit, type CliIo } from './io.js';
import { quote } from './print.js';

/**
 * @param collection where one account is followed for several
 * Exit 1 where one of them is not followed.
 */
export async function seedsNamed(
  io: CliIo,
  pool: Pool,
  names: readonly string[],
  collection?: string,
): Promise<SeedView[]> {
  const key = await collectionKey(pool, collection);
  const found: SeedView[] = [];
  for (const name of names) {
    const view = await seed(pool, name, key && { collections: [key] });
    if (!view) {
      const where = collection === undefined ? '' : ` in the collection ${quote(collection)}`;
      io.err(
        `perdure: nothing is followed${where} by the name, address or id ${quote(name)}: perdure seeds lists what is\n`,
      );
      throw new CliExit(1);
    }
    found.push(view);
  }
  return found;
}
