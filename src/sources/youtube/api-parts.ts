/** What the answers of the Data API have in common: channels and times. */
import type { ActorReading } from '../../core/reading.js';
import { parseIso, type Time } from '../../core/time.js';
import { present, webAddress } from '../shared/items.js';
import { asObject, asString, type JsonObject } from '../shared/json.js';
import { channelOf, isChannelId } from './uri.js';

export function commenterOf(snippet: JsonObject): ActorReading | undefined {
  const id = asObject(snippet['authorChannelId'])?.['value'] ?? snippet['authorChannelId'];
  if (!isChannelId(id)) return undefined;
  const name = asString(snippet['authorDisplayName']);
  const profile = present({
    handle: name?.startsWith('@') === true ? name.slice(1) : undefined,
    name: name?.startsWith('@') === true ? undefined : name,
    icon: webAddress(snippet['authorProfileImageUrl']),
  });
  return { actor: channelOf(id), profile };
}

export function channelReading(id: unknown, title: unknown): ActorReading | undefined {
  if (!isChannelId(id)) return undefined;
  const name = asString(title);
  return { actor: channelOf(id), profile: name === undefined ? {} : { name } };
}

export function timeOf(value: unknown): Time | undefined {
  const text = asString(value);
  return text === undefined ? undefined : parseIso(text);
}
