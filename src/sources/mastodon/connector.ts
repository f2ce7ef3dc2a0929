/** Follows accounts over Mastodon's client API, as Mastodon, GoToSocial, Pleroma, Akkoma, Pixelfed … have it. */
import type { Connector } from '../harvest.js';
import { asObject, asString } from '../shared/json.js';
import { accountName } from './harvest-name.js';
import { lookAtStatuses } from './harvest-look.js';
import { resolveAccount } from './harvest-resolve.js';
import { deeper } from './harvest-place.js';
import { harvestStatuses } from './harvest-statuses.js';

export const mastodonConnector: Connector = {
  id: 'mastodon',
  about: 'accounts of Mastodon and servers with its API; an access token where a server shows nothing without',
  examples: ['@archivist@mastodon.example', 'https://mastodon.example/@archivist'],
  ceilings: [
    'without an access token a server shows public and unlisted posts only, and some show none',
    'versions between two looks are known only where the server keeps a history (Mastodon since 3.5, GoToSocial since 0.18)',
    'posts that are given a time in the past after they were passed in the list are not listed among the new ones',
    'Mastodon says 404 of posts that were deleted, hidden or never there alike',
  ],
  // Mastodon and GoToSocial allow 300 in five minutes to an address.
  pace: { requests: 240, seconds: 300 },
  credentials: ['bearer'],
  // Some servers show the files of posts to those alone who may see the posts.
  mediaOrigin: (settings) => asString(asObject(settings)?.['origin']),
  claims: (text) => (accountName(text) ? 0.6 : 0),
  resolve: resolveAccount,
  harvest: harvestStatuses,
  deeper,
  look: lookAtStatuses,
};
