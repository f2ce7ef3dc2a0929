/** Telling webhooks, composed. */
import { deliverWebhooks, type WebhookDeps } from '../pipeline/webhooks.js';
import { PgWebhooks } from '../store/webhooks.js';
import type { Archive } from './archive.js';
import type { Network } from './network.js';
import { secretBox } from './secrets.js';

/** Tells webhooks what has happened. */
export function deliverDue({ pool, config, log }: Archive, network: Network, signal: AbortSignal): Promise<number> {
  const deps: WebhookDeps = {
    store: new PgWebhooks(pool),
    secrets: secretBox(config),
    post: (url, headers, body, stop) => network.post(url, headers, body, stop),
    now: Date.now,
    onDisabled: ({ shownId, url }, problem) => log.warn({ webhook: shownId, url, problem }, 'a webhook was given up'),
  };
  return deliverWebhooks(deps, signal);
}
