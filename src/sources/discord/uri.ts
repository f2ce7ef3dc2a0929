/** Names. A snowflake is given once on all of Discord: it names the message whatever file it comes in. */
import { actorUri, postUri, type ActorUri, type PostUri } from '../../core/uri.js';
import { timeFromMs, type Time } from '../../core/time.js';

const DISCORD_EPOCH = 1_420_070_400_000;
/** A call in a test export has the id 100: not every id is a snowflake. */
const ID = /^\d{1,20}$/;

export const isId = (value: unknown): value is string => typeof value === 'string' && ID.test(value);

export function messageOf(id: string): PostUri {
  return postUri(`perdure:discord:message:${id}`);
}

export function personOf(id: string): ActorUri {
  return actorUri(`perdure:discord:user:${id}`);
}

/** The page that shows it to those who may see it. */
export function pageOf(guild: string | undefined, channel: string | undefined, id: string): string | undefined {
  if (guild === undefined || channel === undefined) return undefined;
  return `https://discord.com/channels/${guild === '0' ? '@me' : guild}/${channel}/${id}`;
}

const PAGE =
  /^https:\/\/(?:(?:ptb|canary)\.)?discord(?:app)?\.com\/channels\/(?:@me|\d{1,20})\/\d{1,20}\/(\d{15,20})\/?(?:[?#].*)?$/;

export function locate(url: string): PostUri | undefined {
  const id = PAGE.exec(url)?.[1];
  return id === undefined ? undefined : messageOf(id);
}

/** When a snowflake was given; undefined for what is none. */
export function timeOfId(id: string): Time | undefined {
  if (id.length < 15 || id.length > 19) return undefined;
  return timeFromMs(Number(BigInt(id) >> 22n) + DISCORD_EPOCH, 'ms');
}
