/** Follows public channels by their pages at t.me/s: twenty posts a page, no account needed. */
import type { Connector } from '../harvest.js';
import { channelNameIn, resolveChannel } from './harvest-resolve.js';
import { harvestChannel } from './harvest-channel.js';
import { deeper } from './harvest-place.js';
import { lookAtMessages } from './harvest-look.js';

export const telegramConnector: Connector = {
  id: 'telegram',
  about: 'public channels of Telegram, by their preview pages',
  examples: ['https://t.me/yasmina_quarter', 't.me/s/yasmina_quarter'],
  ceilings: [
    'pages of t.me show public channels whose owners allow a preview, twenty posts a page',
    'a page says that a post was edited, not when; what it said between two looks is lost',
    'a post that is deleted, one that is restricted and one that never was answer alike',
  ],
  pace: { requests: 10, seconds: 10 },
  credentials: [],
  claims: (text) => channelNameIn(text)?.sure ?? 0,
  resolve: resolveChannel,
  harvest: harvestChannel,
  deeper,
  look: lookAtMessages,
};
