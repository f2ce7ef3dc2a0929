/** Follows people and subreddits of Reddit: its listings as JSON, with the key of an application or without. */
import type { Connector } from '../harvest.js';
import { deeper } from './harvest-place.js';
import { harvestListing } from './harvest-listing.js';
import { lookUpThings } from './harvest-look.js';
import { placeIn, resolvePlace } from './harvest-resolve.js';

export const redditConnector: Connector = {
  id: 'reddit',
  about: 'people and subreddits of Reddit; with the id and secret of an application ten times as often',
  examples: ['u/nour', 'r/syria', 'https://www.reddit.com/user/nour'],
  ceilings: [
    'a listing goes back 1,000 things at most',
    'what was removed before the first look shows its place in the thread, not its words',
    'an edit within three minutes leaves no mark',
    'what moderators let through late stands in the listing below what was seen, and is met within a hundred things only',
  ],
  // 100 requests in ten minutes without a key.
  pace: { requests: 10, seconds: 60 },
  credentials: ['client'],
  claims: (text) => (placeIn(text) === undefined ? 0 : 1),
  resolve: resolvePlace,
  harvest: harvestListing,
  deeper,
  look: lookUpThings,
};
