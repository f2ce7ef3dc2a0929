/** Follows channels: their videos by the feed that each has, or, with an API key, videos and the comments below them. */
import { UsageError } from '../../core/errors.js';
import type { Connector, HarvestIo, ResolvedSeed } from '../harvest.js';
import { htmlToText } from '../shared/html.js';
import { asArray, asObject, asString, isObject } from '../shared/json.js';
import { askApi } from './harvest-ask.js';
import { harvestChannel } from './harvest-channel.js';
import { askFeed, feedIn } from './harvest-feed.js';
import { lookAtVideos } from './harvest-look.js';
import { channelOf, isChannelId } from './uri.js';

export const youtubeConnector: Connector = {
  id: 'youtube',
  about: 'channels of YouTube: their newest videos; with an API key all of them, and comments',
  examples: ['https://www.youtube.com/channel/UC…', 'https://www.youtube.com/@nour'],
  ceilings: [
    'without a key a channel’s feed shows its fifteen newest videos',
    'the API shows comments that are public, and only as many requests a day as the key allows',
    'a video that is private or deleted is left out of an answer, without a word',
  ],
  pace: { requests: 10, seconds: 10 },
  credentials: ['key'],
  claims: (text) => (nameIn(text) === undefined ? 0 : 1),
  resolve,
  harvest: harvestChannel,
  look: lookAtVideos,
};

type Named = { readonly id: string } | { readonly handle: string };

const CHANNEL =
  /^(?:https?:\/\/(?:www\.|m\.)?youtube\.com\/(?:channel\/|feeds\/videos\.xml\?channel_id=))?(UC[\w-]{20,24})(?:\/[a-z]*)?\/?(?:[?#].*)?$/;
/** Handles are of any script, in addresses often percent-encoded (https://support.google.com/youtube/answer/11585688). */
const HANDLE = /^https?:\/\/(?:www\.|m\.)?youtube\.com\/@([^/?#\s]{1,300})(?:\/[a-z]*)?\/?(?:[?#].*)?$/;

function nameIn(text: string): Named | undefined {
  const id = CHANNEL.exec(text)?.[1];
  if (id !== undefined) return { id };
  const handle = decoded(HANDLE.exec(text)?.[1] ?? '');
  return /^[\p{L}\p{M}\p{N}_.·-]{1,30}$/u.test(handle) ? { handle } : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

async function resolve(text: string, io: HarvestIo): Promise<ResolvedSeed | undefined> {
  const named = nameIn(text);
  if (!named) return undefined;
  if (io.credential?.kind === 'key') {
    const query: Record<string, string> = 'id' in named ? { id: named.id } : { forHandle: `@${named.handle}` };
    const { body, said } = await askApi(io, 'channels', { part: 'snippet', ...query });
    if (!body) throw new UsageError(`the API does not answer with the channel: ${said}`);
    const channel = asArray(body?.['items']).filter(isObject)[0];
    const id = channel?.['id'];
    if (isChannelId(id)) return seedOf(id, asString(asObject(channel?.['snippet'])?.['title']));
    throw new UsageError('YouTube knows no such channel');
  }
  const id = 'id' in named ? named.id : await idOnPage(named.handle, io);
  if (id === undefined)
    throw new UsageError(
      'the channel’s page does not tell its id here: give the address youtube.com/channel/UC…, or an API key (--credential)',
    );
  const exchange = await askFeed(id, io);
  const feed = await feedIn(exchange);
  if (feed === undefined) throw new UsageError(`YouTube has no feed of ${id} (status ${exchange.status})`);
  const title = /<title>([^<]{1,200})<\/title>/.exec(feed)?.[1];
  return seedOf(id, title === undefined ? undefined : htmlToText(title));
}

/** `<link rel="canonical" href="https://www.youtube.com/channel/UC…">` */
async function idOnPage(handle: string, io: HarvestIo): Promise<string | undefined> {
  const exchange = await io.request(`https://www.youtube.com/@${encodeURIComponent(handle)}`);
  if (exchange.status !== 200) return undefined;
  const page = (await exchange.body()).toString('utf8');
  return /<link rel="canonical" href="https:\/\/www\.youtube\.com\/channel\/(UC[\w-]{20,24})">/.exec(page)?.[1];
}

function seedOf(id: string, title: string | undefined): ResolvedSeed {
  return { uri: channelOf(id), name: title === undefined ? id : `${title} on YouTube`, settings: { id } };
}
