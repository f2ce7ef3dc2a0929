/** Gnip's Activity Streams (enterprise and historical PowerTrack): `tag:search.twitter.com,2005:<id>`. */
import type { Content } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import { asArray, asBoolean, asObject, asString, type JsonObject } from '../shared/json.js';
import { gnipAuthor } from './actors.js';
import {
  addCut,
  absent,
  attempt,
  begin,
  chainOf,
  CUT_ALL,
  CUT_TEXT,
  languageOf,
  metricsOf,
  present,
  setAttachments,
  setEntities,
  type Draft,
  type Env,
  type Item,
  type MetricNames,
} from './draft.js';
import { classicLinks, classicTags, cutOf, decode, generatorOf } from './entities.js';
import { classicMedia } from './media.js';
import { placeholderOutcome } from './placeholders.js';
import { addWithheld, locationOf } from './status.js';
import { timeOf } from './time.js';
import { idFromUrl, idOf, postOf } from './uri.js';

const METRICS: MetricNames = [
  ['favoritesCount', 'likes'],
  ['retweetCount', 'reposts'],
  ['replyCount', 'replies'],
  ['quoteCount', 'quotes'],
];
const MAX_NESTING = 4;

export function readActivity(activity: JsonObject, env: Env): Item[] {
  const items: Item[] = [];
  collect(activity, env, 'first', items, 0);
  return items;
}

function collect(activity: JsonObject, env: Env, hand: 'first' | 'second', items: Item[], depth: number): void {
  items.push(attempt(() => readOne(activity, env, hand)));
  if (depth >= MAX_NESTING) return;
  const shared = sharedOf(activity);
  if (shared) collect(shared, env, 'second', items, depth + 1);
  const quoted = asObject(activity['twitter_quoted_status']);
  if (quoted) collect(quoted, env, 'second', items, depth + 1);
}

function sharedOf(activity: JsonObject): JsonObject | undefined {
  return activity['verb'] === 'share' ? asObject(activity['object']) : undefined;
}

/** The digits behind the last colon of `tag:search.twitter.com,2005:<id>`. */
function idOfTag(tag: unknown): string | undefined {
  return typeof tag === 'string' && tag.startsWith('tag:search.twitter.com')
    ? idOf(tag.slice(tag.lastIndexOf(':') + 1))
    : undefined;
}

function readOne(activity: JsonObject, env: Env, hand: 'first' | 'second'): Item {
  const id = idOfTag(activity['id']);
  if (id === undefined)
    throw new Rejection(
      'no-identity',
      `the activity's id is ${JSON.stringify(activity['id'] ?? null).slice(0, 80)}, not tag:search.twitter.com,2005:<digits>`,
    );
  const author = gnipAuthor(asObject(activity['actor']));
  const long = asObject(activity['long_object']);
  const raw = asString(long?.['body']) ?? asString(activity['body']);
  if (raw === undefined) throw new Rejection('not-a-post', `the activity of ${postOf(id)} has no body`);
  const entities = asObject((long ?? activity)['twitter_entities']);
  const gone = placeholderOutcome(raw, entities);
  if (gone) return absent(id, gone, hand, env);

  const shared = sharedOf(activity);
  const content = begin(shared ? 'Announce' : 'Note', author);
  content.text = decode(raw);
  const published = timeOf(activity['postedTime']);
  if (published) content.published = published;
  if (entities) setEntities(content, classicTags(entities), classicLinks(entities));
  addMedia(content, entities, asObject((long ?? activity)['twitter_extended_entities']));
  addCutMarks(content, id, asBoolean(activity['truncated']) === true && long === undefined);
  addRelations(content, activity, shared);
  addDetails(content, activity);
  const reading = present(
    id,
    content,
    hand,
    author,
    chainOf(asObject(activity['edit_history'])?.['edit_tweet_ids']),
    env,
  );
  const metrics = metricsOf(activity, METRICS);
  if (metrics) reading.metrics = metrics;
  return reading;
}

function addMedia(content: Draft<Content>, entities: JsonObject | undefined, extended: JsonObject | undefined): void {
  const media = classicMedia(entities, extended);
  if (!media) return;
  setAttachments(content, media.list);
  if (media.isCut && media.list.length > 0) addCut(content, 'attachment');
}

function addCutMarks(content: Draft<Content>, id: string, isMarked: boolean): void {
  const cut = isMarked ? 'all' : cutOf(content.text ?? '', id, content.link ?? [], content.type === 'Announce');
  if (cut !== 'none') content.cut = cut === 'all' || content.cut ? CUT_ALL : CUT_TEXT;
}

function addRelations(content: Draft<Content>, activity: JsonObject, shared: JsonObject | undefined): void {
  const announced = shared && idOfTag(shared['id']);
  if (announced !== undefined) content.announces = postOf(announced);
  const quoted = shared === undefined ? idOfTag(asObject(activity['twitter_quoted_status'])?.['id']) : undefined;
  if (quoted !== undefined) content.quotes = postOf(quoted);
  const parent = idFromUrl(asString(asObject(activity['inReplyTo'])?.['link']));
  if (parent !== undefined) content.inReplyTo = postOf(parent);
}

function addDetails(content: Draft<Content>, activity: JsonObject): void {
  const language = languageOf(activity['twitter_lang']);
  if (language !== undefined) content.language = language;
  const generator = generatorOf(asObject(activity['generator'])?.['displayName']);
  if (generator !== undefined) content.generator = generator;
  const sensitive = asBoolean(activity['possibly_sensitive']);
  if (sensitive !== undefined) content.sensitive = sensitive;
  const place = asObject(activity['location']);
  // Gnip's point is latitude first, and its `country_code` holds the country's name.
  const point = asArray(asObject(activity['geo'])?.['coordinates']);
  const location = locationOf(place?.['displayName'], place?.['country_code'], point[0], point[1]);
  if (location) content.location = location;
  addWithheld(content, activity['twitter_withheld_in_countries'] ?? activity['withheld_in_countries'], false);
}
