/** Follows feeds by their address: RSS, Atom, RDF and JSON Feed, asked for only when they have changed. */
import type { Connector } from '../harvest.js';
import { resolveFeed } from './harvest-find.js';
import { harvestFeed } from './harvest-feed.js';
import { namedAgain } from './harvest-moved.js';

export const feedConnector: Connector = {
  id: 'feed',
  about: 'feeds by their address, or by the address of a page that names one',
  examples: ['https://east.example/feed.xml', 'https://east.example/'],
  ceilings: [
    'a feed holds the newest items only: what came and went between two looks is not in it',
    'an item that is no longer in a feed is not deleted; few feeds say what is',
  ],
  pace: { requests: 10, seconds: 10 },
  credentials: ['basic', 'bearer'],
  claims,
  resolve: resolveFeed,
  again: namedAgain,
  harvest: harvestFeed,
};

/** Any address may be a feed's, or name one. */
function claims(text: string): number {
  if (!/^https?:\/\/[^\s/]+/i.test(text)) return 0;
  return /(?:\.(?:rss|atom|rdf|xml)|\/(?:feed|rss|atom)\/?|feed\.json)(?:[?#].*)?$/i.test(text) ? 0.9 : 0.4;
}
