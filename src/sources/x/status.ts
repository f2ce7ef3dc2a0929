/** What the archive, Grailbird and API v1.1 have in common: the fields of one post, without the posts inside it. */
import type { Content, Place, Poll } from '../../core/content.js';
import { asArray, asBoolean, asNumber, asObject, asString, type JsonObject } from '../shared/json.js';
import {
  addCut,
  addExtra,
  begin,
  CUT_ALL,
  CUT_TEXT,
  languageOf,
  setAttachments,
  setEntities,
  type Author,
  type Draft,
  type MetricNames,
} from './draft.js';
import { classicLinks, classicTags, cutOf, decode, generatorOf } from './entities.js';
import { classicMedia, type MediaList } from './media.js';
import { timeOf } from './time.js';
import { idOf, postOf } from './uri.js';

export const STATUS_METRICS: MetricNames = [
  ['favorite_count', 'likes'],
  ['retweet_count', 'reposts'],
  ['reply_count', 'replies'],
  ['quote_count', 'quotes'],
  ['bookmark_count', 'bookmarks'],
  ['view_count', 'views'],
];

export interface Status {
  readonly content: Draft<Content>;
  readonly media: MediaList | undefined;
}

export function statusOf(status: JsonObject, id: string, author: Author | undefined, isRepost: boolean): Status {
  const content = begin(isRepost ? 'Announce' : 'Note', author);
  const published = timeOf(status['created_at']);
  if (published) content.published = published;

  // The whole text and its entities, beside the first 140 characters (streams, and `tweet_mode=compat`).
  const whole = asObject(status['extended_tweet']);
  const from = whole ?? status;
  const raw = asString(from['full_text']) ?? asString(status['text']);
  if (raw !== undefined) content.text = decode(raw);
  const entities = asObject(from['entities']);
  if (entities) setEntities(content, classicTags(entities), classicLinks(entities));
  const media = classicMedia(entities, asObject(from['extended_entities']));
  if (media) {
    setAttachments(content, media.list);
    if (media.isCut) addCut(content, 'attachment');
  }
  const cut =
    whole === undefined && asBoolean(status['truncated']) === true
      ? 'all'
      : cutOf(content.text ?? '', id, content.link ?? [], isRepost);
  if (cut === 'all') content.cut = CUT_ALL;
  else if (cut === 'text') content.cut = media?.isCut === true ? CUT_ALL : CUT_TEXT;

  const parent = idOf(status['in_reply_to_status_id_str']) ?? idOf(status['in_reply_to_status_id']);
  if (parent !== undefined) content.inReplyTo = postOf(parent);
  addDetails(content, status, entities);
  return { content, media };
}

function addDetails(content: Draft<Content>, status: JsonObject, entities: JsonObject | undefined): void {
  const language = languageOf(status['lang']);
  if (language !== undefined) content.language = language;
  const sensitive = asBoolean(status['possibly_sensitive']);
  if (sensitive !== undefined) content.sensitive = sensitive;
  const generator = generatorOf(status['source']);
  if (generator !== undefined) content.generator = generator;
  const location = placeOf(status);
  if (location) content.location = location;
  const poll = pollOf(entities);
  if (poll) content.poll = poll;
  const community = idOf(status['community_id_str']) ?? idOf(status['community_id']);
  if (community !== undefined) addExtra(content, 'communityId', community);
  addWithheld(content, status['withheld_in_countries'], status['withheld_copyright']);
}

/** Withheld is not absent: the post stands, and some countries may not see it. */
export function addWithheld(content: Draft<Content>, countries: unknown, copyright: unknown): void {
  // Hardly any post says so, and each would pay for the lists below.
  if (countries === undefined && copyright === undefined) return;
  const codes = (typeof countries === 'string' ? countries.split(',') : asArray(countries))
    .flatMap((code) => (typeof code === 'string' && code.trim() !== '' ? [code.trim()] : []))
    .sort();
  if (codes.length > 0) addExtra(content, 'withheldIn', codes);
  if (copyright === true) addExtra(content, 'withheldCopyright', true);
}

function placeOf(status: JsonObject): Place | undefined {
  const place = asObject(status['place']);
  const geo = asArray(asObject(status['geo'])?.['coordinates']);
  const coordinates = asArray(asObject(status['coordinates'])?.['coordinates']);
  if (place === undefined && geo.length < 2 && coordinates.length < 2) return undefined;
  // `coordinates` is GeoJSON, longitude first; the older `geo` is the other way round.
  const point = coordinates.length >= 2 ? [coordinates[1], coordinates[0]] : geo;
  return locationOf(place?.['full_name'] ?? place?.['name'], place?.['country'], point[0], point[1]);
}

export function locationOf(name: unknown, country: unknown, latitude: unknown, longitude: unknown): Place | undefined {
  const location: Draft<Place> = {};
  if (typeof name === 'string' && name !== '') location.name = name;
  if (typeof country === 'string' && country !== '') location.country = country;
  const north = asNumber(latitude);
  const east = asNumber(longitude);
  if (north !== undefined && east !== undefined && Math.abs(north) <= 90 && Math.abs(east) <= 180) {
    location.latitude = north;
    location.longitude = east;
  }
  return Object.keys(location).length === 0 ? undefined : location;
}

/** `entities.polls` of the enterprise APIs. */
function pollOf(entities: JsonObject | undefined): Poll | undefined {
  const poll = asObject(asArray(entities?.['polls'])[0]);
  if (poll === undefined) return undefined;
  const options = asArray(poll['options']).flatMap((option) => asString(asObject(option)?.['text']) ?? []);
  const endTime = timeOf(poll['end_datetime']);
  return options.length === 0 ? undefined : { options: options.map(decode), ...(endTime && { endTime }) };
}
