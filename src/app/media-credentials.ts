/** With which credential a file may be asked for: that of the seed that found it, on the origin of that seed's API alone. */
import type { Pool } from 'pg';
import type { MediaCredential, MediaTask } from '../pipeline/media-ports.js';
import { isFor } from '../network/authorization.js';
import type { Connector } from '../sources/harvest.js';
import { seedsWithCredential, seekersAmong } from '../store/media-seekers.js';
import type { FindCredential } from './network.js';

/**
 * Undefined: it is asked for as anybody would. Where several seeds with a credential of their own found it, each is
 * sent in its turn: what one account may not see, another may.
 */
export async function credentialOf(
  pool: Pool,
  connectors: readonly Connector[],
  find: FindCredential,
  { key, url, tries }: Pick<MediaTask, 'key' | 'url' | 'tries'>,
): Promise<MediaCredential | undefined> {
  const { origin } = new URL(url);
  const asking = new Map(connectors.flatMap((each) => (each.mediaOrigin ? [[each.id, each] as const] : [])));
  // Most files are at a host of their own: then nothing more is looked up.
  const seeds = (await seedsWithCredential(pool, [...asking.keys()])).filter(
    ({ connector, settings }) => asking.get(connector)?.mediaOrigin?.(settings) === origin,
  );
  if (seeds.length === 0) return undefined;
  const keys = seeds.map(({ seed }) => seed);
  const found = await seekersAmong(pool, key, keys);
  const names = new Set(seeds.filter(({ seed }) => found.has(seed)).map(({ credential }) => credential));
  const usable = (await Promise.all([...names].sort().map(find))).filter(
    (credential) => credential !== undefined && isFor(credential, url),
  );
  const credential = usable[(Math.max(tries, 1) - 1) % usable.length];
  return credential && { origin, credential };
}
