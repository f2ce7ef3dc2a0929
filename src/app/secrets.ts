/** What the archive seals beside credentials: the secrets that webhooks are signed with. */
import { open, seal } from '../core/envelope.js';
import type { SecretBox } from '../pipeline/webhooks.js';
import { masterKeys } from '../store/master-keys.js';
import type { Config } from './config.js';

export function secretBox(config: Pick<Config, 'data' | 'key'>): SecretBox {
  const keys = masterKeys(config);
  return {
    seal: async (name, secret) => seal(secret, [name], await keys.current()),
    async open(name, sealed) {
      const key = await keys.find(sealed.keyId);
      if (!key) throw new Error(`it is sealed with the master key ${sealed.keyId}, which is not here`);
      return open(sealed, [name], key);
    },
  };
}
