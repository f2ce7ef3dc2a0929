/** From a channel's name to its number: a name may pass to another channel. */
import { UsageError } from '../../core/errors.js';
import type { HarvestIo, ResolvedSeed } from '../harvest.js';
import { asObject, asString } from '../shared/json.js';
import { pageIn } from './harvest-page.js';
import { peerUri } from './uri.js';

const ADDRESS = /^(?:https?:\/\/)?(?:t|telegram)\.me\/(?:s\/)?([A-Za-z]\w{2,63})\/?(?:[?#].*)?$/i;
const SCHEME = /^tg:\/\/resolve\?domain=([A-Za-z]\w{2,63})$/i;
/** First steps of addresses that are no channels. */
const PAGES: ReadonlySet<string> = new Set(['joinchat', 'addstickers', 'share', 'proxy', 'socks', 'iv', 'setlanguage']);

export function channelNameIn(text: string): { readonly name: string; readonly sure: number } | undefined {
  const name = ADDRESS.exec(text)?.[1] ?? SCHEME.exec(text)?.[1];
  if (name !== undefined) return PAGES.has(name.toLowerCase()) ? undefined : { name, sure: 1 };
  const bare = /^@([A-Za-z]\w{4,31})$/.exec(text)?.[1];
  return bare === undefined ? undefined : { name: bare, sure: 0.2 };
}

export interface ChannelSettings {
  readonly name: string;
  readonly channel: string;
}

export function settingsOf(settings: unknown): ChannelSettings | undefined {
  const found = asObject(settings);
  const [name, channel] = [asString(found?.['name']), asString(found?.['channel'])];
  return name === undefined || channel === undefined ? undefined : { name, channel };
}

export async function resolveChannel(text: string, io: HarvestIo): Promise<ResolvedSeed | undefined> {
  const found = channelNameIn(text);
  if (!found) return undefined;
  const { name, sure } = found;
  const exchange = await io.request(`https://t.me/s/${name}`);
  const page = await pageIn(exchange, name);
  const [channel, another] = page.channels;
  if (page.isPreview && channel !== undefined && another === undefined)
    return {
      uri: peerUri({ kind: 'channel', id: channel }),
      name: `t.me/${name}`,
      settings: { name, channel },
    };
  if (sure < 1) return undefined;
  // A channel without preview leads to its card, t.me/<name>; so do people, groups, and names that nobody has.
  throw new UsageError(
    page.isPreview
      ? `t.me/s/${name} shows no post yet, and only posts tell the channel's number: follow it when there is one`
      : `t.me shows no preview of ${name}: it is no public channel, or its owner allows none`,
  );
}
