/** Follows accounts of the AT Protocol at their own server (PDS), where every record is listed and nothing is left out. */
import type { Connector } from '../harvest.js';
import { lookAtRecords } from './harvest-look.js';
import { accountIn } from './harvest-name.js';
import { harvestRepo } from './harvest-repo.js';
import { resolveAccount } from './harvest-resolve.js';

export const blueskyConnector: Connector = {
  id: 'bluesky',
  about: 'accounts of Bluesky and other servers of the AT Protocol: posts and reposts',
  examples: ['alice.bsky.social', 'https://bsky.app/profile/alice.bsky.social', 'did:plc:…'],
  ceilings: [
    'a server lists what is there at the moment: what was replaced or deleted between two looks is seen by a stream only',
    'pictures and videos are not part of a record',
  ],
  // Bluesky's own servers allow 3,000 in five minutes to an address.
  pace: { requests: 50, seconds: 5 },
  credentials: [],
  claims: (text) => accountIn(text)?.sure ?? 0,
  resolve: resolveAccount,
  harvest: harvestRepo,
  look: lookAtRecords,
};
