/** Follows accounts over relays (NIP-01). */
import type { Connector } from '../harvest.js';
import { harvestAccount } from './harvest-account.js';
import { lookAtEvents } from './harvest-look.js';
import { named } from './harvest-name.js';
import { resolveKey } from './harvest-resolve.js';

export const nostrConnector: Connector = nostrConnectorWith();

/** @param patienceMs how long a relay may be silent in the middle of an answer; default 30 s */
export function nostrConnectorWith(patienceMs?: number): Connector {
  return {
    id: 'nostr',
    about: 'accounts on Nostr, by their key and up to four relays',
    examples: ['npub1…?relay=wss://relay.example', 'nprofile1…', 'name@domain.example'],
    ceilings: [
      'only the relays that are named are asked: what was sent elsewhere, or what they have forgotten, is not seen',
      'events that reach a relay more than an hour after the time that they state, when later ones had been seen there, may be missed',
      'relays keep the newest profile and the newest version of an article only: versions between two harvests are not seen',
      'a deletion of an event that no relay shows any more, found by none of the later looks, is kept as the request that it is',
      'likes, lists of bookmarks, zaps and encrypted messages are not asked for',
    ],
    pace: { requests: 60, seconds: 60 },
    credentials: [],
    claims: (text) => named(text)?.sure ?? 0,
    resolve: (text, io) => resolveKey(text, io, patienceMs),
    harvest: (seed, since, io) => harvestAccount(seed, since, io, patienceMs),
    look: (seed, posts, io) => lookAtEvents(seed, posts, io, patienceMs),
  };
}
