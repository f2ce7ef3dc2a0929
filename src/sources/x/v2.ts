/** One post of API v2, from a page with `includes` or flattened by twarc2. */
import type { Attachment, Content, Link, Poll, Tag } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import { asArray, asBoolean, asObject, asString, type JsonObject } from '../shared/json.js';
import { modernAuthor } from './actors.js';
import {
  absent,
  addExtra,
  begin,
  chainOf,
  CUT_ALL,
  CUT_TEXT,
  languageOf,
  metricsOf,
  present,
  setEntities,
  type Author,
  type Draft,
  type Env,
  type Item,
  type MetricNames,
} from './draft.js';
import { cutOf, decode, decodeIfEscaped, generatorOf, modernLinks, modernTags } from './entities.js';
import { modernAttachment } from './media.js';
import { placeholderOutcome } from './placeholders.js';
import { addWithheld, locationOf } from './status.js';
import { timeOf } from './time.js';
import { idOf, postOf, requireId } from './uri.js';

const METRICS: MetricNames = [
  ['like_count', 'likes'],
  ['retweet_count', 'reposts'],
  ['reply_count', 'replies'],
  ['quote_count', 'quotes'],
  ['impression_count', 'views'],
  ['bookmark_count', 'bookmarks'],
];

/** What a page includes, by id. */
export interface Includes {
  readonly users: ReadonlyMap<string, JsonObject>;
  readonly media: ReadonlyMap<string, JsonObject>;
  readonly polls: ReadonlyMap<string, JsonObject>;
  readonly places: ReadonlyMap<string, JsonObject>;
}

const NONE: ReadonlyMap<string, JsonObject> = new Map();
export const NO_INCLUDES: Includes = { users: NONE, media: NONE, polls: NONE, places: NONE };

export function readTweet(tweet: JsonObject, includes: Includes, env: Env, hand: 'first' | 'second'): Item {
  const id = requireId(tweet);
  const author = authorOf(tweet, includes);
  const note = asObject(tweet['note_tweet']);
  const noteText = asString(note?.['text']);
  const raw = noteText ?? asString(tweet['text']);
  if (raw === undefined) throw new Rejection('not-a-post', `the record of ${postOf(id)} has no text`);
  const entities = asObject(tweet['entities']);
  const gone = placeholderOutcome(raw, entities, tweet['withheld'] !== undefined);
  const chain = chainOf(tweet['edit_history_tweet_ids']);
  if (gone) return { ...absent(id, gone, hand, env), ...(author?.actor && { actors: [author.actor] }) };

  const references = referencesOf(tweet);
  const content = begin(references.retweeted === undefined ? 'Note' : 'Announce', author);
  content.text = noteText === undefined ? decode(raw) : decodeIfEscaped(noteText);
  const published = timeOf(tweet['created_at']);
  if (published) content.published = published;
  if (entities || note) addEntities(content, entities ?? {}, asObject(note?.['entities']));
  const attachments = attachmentsOf(tweet, includes);
  // A post without the key may have media all the same: nobody asked for them.
  if (attachments.length > 0) content.attachment = attachments;
  const cut =
    noteText === undefined ? cutOf(content.text, id, content.link ?? [], references.retweeted !== undefined) : 'none';
  if (cut !== 'none') content.cut = cut === 'all' ? CUT_ALL : CUT_TEXT;
  if (references.replied_to !== undefined) content.inReplyTo = postOf(references.replied_to);
  if (references.quoted !== undefined) content.quotes = postOf(references.quoted);
  if (references.retweeted !== undefined) content.announces = postOf(references.retweeted);
  addDetails(content, tweet, includes);

  const reading = present(id, content, hand, author, chain, env);
  const metrics = metricsOf(asObject(tweet['public_metrics']), METRICS);
  if (metrics) reading.metrics = metrics;
  return reading;
}

function authorOf(tweet: JsonObject, includes: Includes): Author | undefined {
  const id = idOf(tweet['author_id']);
  const user = (id === undefined ? undefined : includes.users.get(id)) ?? asObject(tweet['author']);
  const known = modernAuthor(user);
  return id === undefined || known?.id === id ? known : { ...known, id };
}

interface References {
  readonly retweeted?: string;
  readonly quoted?: string;
  readonly replied_to?: string;
}

function referencesOf(tweet: JsonObject): References {
  const found: Record<string, string> = {};
  for (const value of asArray(tweet['referenced_tweets'])) {
    const reference = asObject(value);
    const type = asString(reference?.['type']);
    const id = idOf(reference?.['id']);
    if (type !== undefined && id !== undefined && !Object.hasOwn(found, type)) found[type] = id;
  }
  return found;
}

function addEntities(content: Draft<Content>, entities: JsonObject, ofNote: JsonObject | undefined): void {
  if (ofNote === undefined) return setEntities(content, modernTags(entities), modernLinks(entities));
  setEntities(
    content,
    unite(modernTags(ofNote), modernTags(entities), tagKey),
    unite(modernLinks(ofNote), modernLinks(entities), linkKey),
  );
}

export const tagKey = (tag: Tag): string => `${tag.type}:${tag.name.toLowerCase()}`;
/** Every rendering has short links of its own: the same target is the same link. */
export const linkKey = (link: Link): string => link.expanded ?? link.url;

export function unite<T>(first: readonly T[], second: readonly T[], keyOf: (item: T) => string): T[] {
  const known = new Set(first.map(keyOf));
  return [...first, ...second.filter((item) => !known.has(keyOf(item)))];
}

function attachmentsOf(tweet: JsonObject, includes: Includes): Attachment[] {
  const attachments = asObject(tweet['attachments']);
  const flat = new Map(
    asArray(attachments?.['media']).flatMap((value) => {
      const media = asObject(value);
      const key = asString(media?.['media_key']);
      return media && key !== undefined ? [[key, media] as const] : [];
    }),
  );
  return asArray(attachments?.['media_keys']).flatMap((key) =>
    typeof key === 'string' && /^\d+_\d+$/.test(key)
      ? [modernAttachment(key, includes.media.get(key) ?? flat.get(key))]
      : [],
  );
}

function addDetails(content: Draft<Content>, tweet: JsonObject, includes: Includes): void {
  const language = languageOf(tweet['lang']);
  if (language !== undefined) content.language = language;
  const sensitive = asBoolean(tweet['possibly_sensitive']);
  if (sensitive !== undefined) content.sensitive = sensitive;
  const generator = generatorOf(tweet['source']);
  if (generator !== undefined) content.generator = generator;
  const conversation = idOf(tweet['conversation_id']);
  if (conversation !== undefined) content.context = conversation;
  const poll = pollOf(tweet, includes);
  if (poll) content.poll = poll;
  const geo = asObject(tweet['geo']);
  if (geo) {
    const place = includes.places.get(asString(geo['place_id']) ?? '') ?? geo;
    const point = asArray(asObject(geo['coordinates'])?.['coordinates']);
    const location = locationOf(place['full_name'], place['country'], point[1], point[0]);
    if (location) content.location = location;
  }
  const community = idOf(tweet['community_id']);
  if (community !== undefined) addExtra(content, 'communityId', community);
  const withheld = asObject(tweet['withheld']);
  if (withheld) addWithheld(content, withheld['country_codes'], withheld['copyright']);
}

function pollOf(tweet: JsonObject, includes: Includes): Poll | undefined {
  const attachments = asObject(tweet['attachments']);
  const id = asString(asArray(attachments?.['poll_ids'])[0]);
  const poll = (id === undefined ? undefined : includes.polls.get(id)) ?? asObject(attachments?.['poll']);
  const options = asArray(poll?.['options']).flatMap((value) => {
    const option = asObject(value);
    const label = asString(option?.['label']);
    return label === undefined ? [] : [{ label, position: Number(option?.['position']) || 0 }];
  });
  if (options.length === 0) return undefined;
  options.sort((a, b) => a.position - b.position);
  const endTime = timeOf(poll?.['end_datetime']);
  return { options: options.map(({ label }) => decode(label)), ...(endTime && { endTime }) };
}
