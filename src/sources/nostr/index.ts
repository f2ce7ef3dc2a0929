/**
 * nostr: signed events, as relays and clients give them. README.md beside this file has the wire format.
 *
 *   {"id":"<sha256>","pubkey":"<key>","created_at":1481655851,"kind":1,"tags":[["t","aleppo"]],"content":"Can anyone hear us?","sig":"<signature>"}
 *   ["EVENT","<subscription>",{…}]
 */
import type { Source } from '../source.js';
import { nostrConnector } from './connector.js';
import { normalise } from './normalise.js';
import { recognise } from './recognise.js';
import { split } from './split.js';
import { survey } from './survey.js';
import { locate } from './uri.js';

export const nostr: Source = {
  manifest: {
    id: 'nostr',
    name: 'Nostr',
    reader: 2,
    formats: [
      {
        id: 'nostr-events',
        about:
          'events as JSON, JSON Lines or relay frames: a relay’s export, a client’s backup, a recorded subscription',
      },
    ],
    ceilings: [
      'a relay holds what was sent to it, as long as it likes: no relay has everything',
      'a deletion is a request; who asks for it is proven, that every relay obeys is not',
    ],
  },
  recognise,
  survey,
  split: (member) => split(member),
  normalise,
  locate,
  connectors: [nostrConnector],
};
