/**
 * bluesky: repositories of the AT Protocol, and what its servers hand out. README.md beside this file has the wire formats.
 *
 *   {"uri":"at://did:plc:…/app.bsky.feed.post/3k…","cid":"bafyrei…","value":{"$type":"app.bsky.feed.post","text":"…",
 *    "createdAt":"2023-08-25T08:25:39.961Z"}}
 */
import type { Source } from '../source.js';
import { jetstreamConnector } from './connector-jetstream.js';
import { blueskyConnector } from './connector.js';
import { normalise, readAccount } from './normalise.js';
import { recognise } from './recognise.js';
import { split } from './split.js';
import { survey } from './survey.js';
import { locate } from './uri.js';

export const bluesky: Source = {
  manifest: {
    id: 'bluesky',
    name: 'Bluesky and the AT Protocol',
    reader: 2,
    formats: [
      {
        id: 'bluesky-car',
        about: 'a repository (.car): Settings, Account, Export my data; or com.atproto.sync.getRepo',
      },
      { id: 'bluesky-api', about: 'answers of the API (feeds, threads, searches, records) as JSON or JSON Lines' },
      { id: 'bluesky-jetstream', about: 'a recording of Jetstream: one event a line' },
      { id: 'bluesky-firehose', about: 'a recording of the firehose: its frames (CBOR) one after another' },
    ],
    ceilings: [
      'a repository holds what is there at the moment: what was deleted or replaced is gone from it',
      'pictures and videos are not in the repository: they are fetched from the account’s server one by one',
      'the API stops searching and listing at some depth, and shows a viewer less of those who block',
    ],
  },
  connectors: [blueskyConnector, jetstreamConnector],
  recognise,
  survey,
  split,
  normalise,
  readAccount,
  locate,
};
