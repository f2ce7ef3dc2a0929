/** Follows accounts of X over its API v2. https://docs.x.com/x-api */
import type { Connector } from '../harvest.js';
import { handleIn, resolveAccount } from './harvest-resolve.js';
import { deeper } from './harvest-place.js';
import { harvestTimeline } from './harvest-timeline.js';
import { lookUpTweets } from './harvest-look.js';

export const xConnector: Connector = {
  id: 'x',
  about: 'accounts of X, with a bearer token of its API',
  examples: ['https://x.com/nour_aleppo', 'https://x.com/i/user/12'],
  ceilings: [
    'the API lists the 3,200 latest posts of an account, and only as many a month as the token has paid for',
    'the API says "not found" of posts that were deleted, and of those that never were; only its compliance jobs tell them apart',
    'an edit is made within an hour; a look after that hour finds the last version',
  ],
  pace: { requests: 5, seconds: 5 },
  credentials: ['bearer'],
  needsCredential: true,
  claims: (text) => handleIn(text)?.sure ?? 0,
  resolve: resolveAccount,
  harvest: harvestTimeline,
  deeper,
  look: lookUpTweets,
  mostLooks: 1_000,
};
