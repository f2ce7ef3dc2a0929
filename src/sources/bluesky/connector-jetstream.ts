/**
 * Follows a stream of the network: Jetstream (https://github.com/bluesky-social/jetstream), or the firehose itself
 * (`com.atproto.sync.subscribeRepos`). Seconds after it happened, a post, its edit and its deletion are kept.
 */
import type { Connector } from '../harvest.js';
import { harvestStream } from './harvest-stream.js';
import { resolveStream, streamIn } from './harvest-stream-open.js';

export const jetstreamConnector: Connector = {
  id: 'jetstream',
  about: 'a stream of Bluesky’s network: of the accounts that the collection follows, or of everybody with ?all=true',
  examples: [
    'wss://jetstream2.us-east.bsky.network/subscribe',
    'wss://bsky.network/xrpc/com.atproto.sync.subscribeRepos',
  ],
  ceilings: ['a server keeps a day or some of its stream: who was away for longer has missed the rest'],
  pace: { requests: 10, seconds: 60 },
  credentials: [],
  streams: true,
  claims: (text) => (streamIn(text) === undefined ? 0 : 1),
  resolve: resolveStream,
  harvest: harvestStream,
};
