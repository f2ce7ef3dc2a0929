/** Follows people and communities over Lemmy's API v3, which PieFed has too. */
import type { Connector } from '../harvest.js';
import { harvestLists } from './harvest-lists.js';
import { lookAtThings } from './harvest-look.js';
import { placeIn, resolvePlace, settingsOf } from './harvest-resolve.js';

export const lemmyConnector: Connector = {
  id: 'lemmy',
  about: 'people and communities of Lemmy and servers with its API',
  examples: ['https://lemmy.example/u/nour', '!aleppo@lemmy.example', 'https://lemmy.example/c/aleppo'],
  ceilings: [
    'a server shows what it has heard of: of a person of another server perhaps not everything',
    'what reaches the server late stands below what was seen, and is met within fifty things only',
    'versions between two looks are not kept by the server',
    'what was purged is not found, as if it had never been there',
  ],
  // Lemmy allows some 200 reads in ten seconds to an address; politeness does not.
  pace: { requests: 10, seconds: 5 },
  credentials: ['bearer'],
  // A private instance shows its pictures to its members alone.
  mediaOrigin: (settings) => settingsOf(settings)?.origin,
  claims: (text) => placeIn(text)?.sure ?? 0,
  resolve: resolvePlace,
  harvest: harvestLists,
  look: lookAtThings,
};
