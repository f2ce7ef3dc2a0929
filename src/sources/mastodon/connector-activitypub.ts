/** Follows actors over ActivityPub alone: their outbox, on servers without Mastodon's client API. */
import type { Connector } from '../harvest.js';
import { resolveActor } from './harvest-actor.js';
import { lookAtObjects } from './harvest-look-objects.js';
import { accountName, webAddress } from './harvest-name.js';
import { deeper } from './harvest-place.js';
import { harvestOutbox } from './harvest-outbox.js';

export const activityPubConnector: Connector = {
  id: 'activitypub',
  about:
    'actors of any ActivityPub server (Misskey, WordPress, Lemmy, PeerTube …) by their outbox; a key where fetches must be signed',
  examples: ['@nour@blog.example', 'https://video.example/accounts/nour'],
  ceilings: [
    'an outbox holds what its server puts there: some leave replies or boosts out, some hold none at all',
    'an outbox gives the latest text of a post; earlier versions only where they were seen',
    'posts for followers are in no outbox',
  ],
  pace: { requests: 120, seconds: 300 },
  credentials: ['key'],
  claims: (text) => (accountName(text) ? 0.5 : webAddress(text) ? 0.3 : 0),
  resolve: resolveActor,
  harvest: harvestOutbox,
  deeper,
  look: lookAtObjects,
};
