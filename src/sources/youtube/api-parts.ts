/** What the answers of the Data API have in common: channels and times. */
import type { ActorReading, ProfileReading, RefusedItem } from '../../core/reading.js';
import { parseIso, type Time } from '../../core/time.js';
import { accountItems, countOf, present, presentOrNothing, storableItems, webAddress } from '../shared/items.js';
import { asArray, asObject, asString, isObject, parseJson, type JsonObject } from '../shared/json.js';
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

/** An answer of `channels`: one item a channel. */
export function readAccount(body: Uint8Array): readonly (ProfileReading | RefusedItem)[] {
  const items = asArray(asObject(parseJson(body))?.['items']).filter(isObject);
  const found = items.map((item): ActorReading | undefined => {
    const snippet = asObject(item['snippet']) ?? {};
    const reading = channelReading(item['id'], snippet['title']);
    const counts = asObject(item['statistics']);
    const metrics = presentOrNothing({
      followers: countOf(Number(counts?.['subscriberCount'] ?? NaN)),
      posts: countOf(Number(counts?.['videoCount'] ?? NaN)),
    });
    const handle = asString(snippet['customUrl'])?.replace(/^@/, '');
    const pictures = asObject(snippet['thumbnails']);
    const icon = webAddress(asObject(pictures?.['high'] ?? pictures?.['default'])?.['url']);
    const summary = asString(snippet['description']);
    const said = present({ handle, summary, icon, published: timeOf(snippet['publishedAt']) });
    return reading && { ...reading, profile: { ...reading.profile, ...said }, ...(metrics && { metrics }) };
  });
  return storableItems(
    body,
    found.length === 0 ? accountItems(undefined) : found.flatMap((each) => accountItems(each)),
  );
}

export function timeOf(value: unknown): Time | undefined {
  const text = asString(value);
  return text === undefined ? undefined : parseIso(text);
}
