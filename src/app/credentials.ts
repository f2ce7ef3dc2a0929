/** Credentials, opened for the one harvest that needs them. */
import { PgCredentials } from '../store/credentials.js';
import { masterKeys } from '../store/master-keys.js';
import type { Archive } from './archive.js';
import type { FindCredential } from './network.js';

export function credentialsOf({ pool, config }: Pick<Archive, 'pool' | 'config'>): PgCredentials {
  return new PgCredentials(pool, masterKeys({ data: config.data, key: config.key }));
}

export function findCredential(archive: Pick<Archive, 'pool' | 'config'>): FindCredential {
  const credentials = credentialsOf(archive);
  return (name) => credentials.find(name);
}
