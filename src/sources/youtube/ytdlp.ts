/** What yt-dlp (and youtube-dl before it) writes beside a video: `<title> [<id>].info.json`, or `-j` and `-J` to a file. */
import type { Json } from '../../core/canonical.js';
import type { Content, Visibility } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { ActorReading, Observed, Outcome, Reading } from '../../core/reading.js';
import { parseIso, timeFromMs, type Time } from '../../core/time.js';
import {
  countOf,
  guarded,
  present,
  presentOrNothing,
  refused,
  sizeOf,
  webAddress,
  type Item,
} from '../shared/items.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { answeredBy, channelOf, commentOf, isChannelId, isCommentId, isVideoId, pageOf, videoOf } from './uri.js';

/** Whether it is yt-dlp's, and of YouTube: other sites' files look the same. Undefined: the head does not show it. */
export function isInfo(value: JsonObject): boolean {
  if (typeof value['id'] !== 'string' && value['_type'] === undefined) return false;
  if (!('title' in value) && !('fulltitle' in value)) return false;
  const extractor = asString(value['extractor_key']) ?? asString(value['extractor']) ?? asString(value['ie_key']);
  if (extractor !== undefined) return /^youtube/i.test(extractor);
  return SIGNS.some((sign) => sign in value) && isYouTubes(value);
}

/** Keys that yt-dlp writes and that do not belong to YouTube’s own answers. */
const SIGNS = ['formats', 'thumbnails', 'webpage_url', 'upload_date', '_type', 'uploader_id', 'uploader_url'];

function isYouTubes(value: JsonObject): boolean {
  const channel = value['channel_id'] ?? value['uploader_id'];
  if (isChannelId(channel)) return true;
  const addresses = [
    value['webpage_url'],
    value['channel_url'],
    value['uploader_url'],
    value['thumbnail'],
    value['url'],
    ...[...asArray(value['formats']).slice(0, 8), ...asArray(value['thumbnails']).slice(0, 4)].map(
      (each) => asObject(each)?.['url'],
    ),
  ];
  return addresses.some(
    (each) => typeof each === 'string' && /^https?:\/\/[^/]*(?:youtube\.com|ytimg\.com|googlevideo\.com)\//.test(each),
  );
}

export function isList(value: JsonObject): boolean {
  return value['_type'] === 'playlist' || value['_type'] === 'multi_video' || isObject(asArray(value['entries'])[0]);
}

/** A video with its comments, an entry of a list, a list. */
export function readInfo(value: JsonObject): readonly Item[] {
  if (isList(value)) {
    const entries = asArray(value['entries']).filter(isObject);
    if (entries.length === 0) return [refusalOfList(value)];
    return entries.flatMap((entry) => (isList(entry) ? [refusalOfList(entry)] : readInfo(entry)));
  }
  const seen = seenAt(value['epoch']);
  const comments = asArray(value['comments']).filter(isObject);
  const video = asString(value['id']);
  const visibility = visibilityOf(value['availability']);
  return [
    ...guarded(() => [videoReading(value, seen)]),
    ...comments.flatMap((comment) => guarded(() => [readComment(comment, video, visibility, seen)])),
  ];
}

/** A list is one page of a channel or a playlist: no post, though its files lie among the videos’. */
export function refusalOfList(value: JsonObject): ReturnType<typeof refused> {
  const id = asString(value['id']) ?? '';
  const channel = /^(?:UC|@)/.test(id) || id === value['channel'] || isChannelId(value['channel_id']);
  return channel && !/^(?:PL|OL|UU|LL|FL|RD)/.test(id)
    ? refused('users', 'a channel’s own description, no video; its videos have files of their own')
    : refused('lists', 'a playlist’s description, no video; its videos have files of their own');
}

const GONE: ReadonlyMap<unknown, Outcome> = new Map<unknown, Outcome>([
  ['[Deleted video]', 'deleted'],
  ['[Private video]', 'forbidden'],
]);

function videoReading(value: JsonObject, seen: Observed | undefined): Reading {
  const id = value['id'];
  if (!isVideoId(id)) throw new Rejection('no-identity', `${JSON.stringify(id)?.slice(0, 60)} is no video’s number`);
  // An entry of a list names a video, with a title and little more.
  const entry = value['_type'] === 'url' || value['_type'] === 'url_transparent';
  // A list names what is gone too, without a word of its own.
  const gone = entry && !isChannelId(value['channel_id']) ? GONE.get(value['title']) : undefined;
  if (gone) return { post: videoOf(id), outcome: gone, hand: 'second', ...(seen && { observedAt: seen }) };
  const duration = sizeOf(value['duration']);
  const author = authorOf(value);
  const metrics = presentOrNothing({
    views: countOf(value['view_count']),
    likes: countOf(value['like_count']),
    dislikes: countOf(value['dislike_count']),
    replies: countOf(value['comment_count']),
  });
  const content: Content = {
    type: 'Video',
    visibility: visibilityOf(value['availability']),
    ...present({
      attributedTo: author?.actor,
      published: publishedOf(value),
      name: asString(value['fulltitle']) ?? asString(value['title']),
      // A list shows the beginning of a description at most.
      text: entry ? undefined : asString(value['description']),
      language: asString(value['language']) || undefined,
      url: videoOf(id),
      sensitive: value['age_limit'] === 18 ? true : undefined,
      extra: extraOf(value),
    }),
    attachment: [{ type: 'Video', key: id, ...(duration !== undefined && { duration: Math.round(duration) }) }],
  };
  return {
    post: videoOf(id),
    outcome: 'present',
    hand: entry ? 'second' : 'first',
    content,
    ...(seen && { observedAt: seen }),
    ...(metrics && { metrics }),
    ...(author && { actors: [author] }),
  };
}

function extraOf(value: JsonObject): { readonly [key: string]: Json } | undefined {
  const keywords = asArray(value['tags']).filter((tag): tag is string => typeof tag === 'string');
  return presentOrNothing({
    category: asString(asArray(value['categories'])[0]),
    keywords: keywords.length > 0 ? keywords : undefined,
    live: value['was_live'] === true || value['is_live'] === true ? true : undefined,
  });
}

/** `timestamp` to the second; else the day alone, which older versions took from the page, where it is no UTC day. */
function publishedOf(value: JsonObject): Time | undefined {
  const seconds = value['timestamp'];
  if (typeof seconds === 'number' && isPlausible(seconds)) return timeFromMs(Math.floor(seconds) * 1000, 's');
  const day = /^(\d{4})(\d\d)(\d\d)$/.exec(asString(value['upload_date']) ?? '');
  return day ? parseIso(`${day[1]}-${day[2]}-${day[3]}`) : undefined;
}

function isPlausible(seconds: number): boolean {
  return seconds > 1_000_000_000 && seconds < 4_102_444_800;
}

/** `epoch`: when yt-dlp asked. */
export function seenAt(epoch: unknown): Observed | undefined {
  if (typeof epoch !== 'number' || !isPlausible(epoch)) return undefined;
  return { at: timeFromMs(Math.floor(epoch) * 1000, 's'), basis: 'record' };
}

const AVAILABILITY: ReadonlyMap<unknown, Visibility> = new Map<unknown, Visibility>([
  ['public', 'public'],
  ['unlisted', 'unlisted'],
  ['private', 'direct'],
  ['premium_only', 'group'],
  ['subscriber_only', 'group'],
]);

export function visibilityOf(availability: unknown): Visibility {
  return AVAILABILITY.get(availability) ?? 'unknown';
}

function authorOf(value: JsonObject): ActorReading | undefined {
  const id = [value['channel_id'], value['uploader_id']].find(isChannelId);
  if (id === undefined) return undefined;
  const handle = asString(value['uploader_id']);
  const profile = present({
    handle: handle?.startsWith('@') === true ? handle.slice(1) : undefined,
    name: asString(value['channel']) ?? asString(value['uploader']),
    url: webAddress(value['uploader_url']),
    verified: value['channel_is_verified'] === true ? true : undefined,
  });
  const followers = countOf(value['channel_follower_count']);
  return { actor: channelOf(id), profile, ...(followers !== undefined && { metrics: { followers } }) };
}

// ── comments ────────────────────────────────────────────────────────────────────────────────────────────────────────

export function readComment(
  comment: JsonObject,
  video: string | undefined,
  visibility: Visibility,
  seen: Observed | undefined,
): Reading {
  const id = comment['id'];
  if (!isCommentId(id))
    throw new Rejection('no-identity', `${JSON.stringify(id)?.slice(0, 60)} is no comment’s number`);
  const author = commenterOf(comment);
  const below = isVideoId(video) ? videoOf(video) : undefined;
  const parent = comment['parent'];
  const page = isVideoId(video) ? pageOf(video, id) : undefined;
  const about = asString(comment['_time_text']) ?? asString(comment['time_text']);
  const likes = countOf(comment['like_count']);
  const content: Content = {
    type: 'Note',
    visibility,
    ...present({
      attributedTo: author?.actor,
      text: asString(comment['text']),
      inReplyTo:
        id.includes('.') || parent === 'root' || !isCommentId(parent) ? answeredBy(id, below) : commentOf(parent),
      context: below,
      url: page,
      extra: isMarkedEdited(about) ? { edited: true } : undefined,
    }),
  };
  return {
    post: commentOf(id),
    outcome: 'present',
    hand: 'first',
    content,
    ...(seen && { observedAt: seen }),
    ...(likes !== undefined && { metrics: { likes } }),
    ...(page !== undefined && { aliases: [page] }),
    ...(author && { actors: [author] }),
    losses: [lossOf(comment['timestamp'], about)],
  };
}

/** “2 years ago (edited)”, in any language. */
function isMarkedEdited(about: string | undefined): boolean {
  return about !== undefined && about.length < 120 && /\([^()]+\)\s*$/.test(about);
}

/** The page only says “2 years ago”; yt-dlp counts back from the moment of asking, and the result moves with it. */
function lossOf(timestamp: unknown, about: string | undefined): string {
  const reckoned = typeof timestamp === 'number' && isPlausible(timestamp);
  const near = reckoned ? `, about ${timeFromMs(timestamp * 1000, 'day').at}` : '';
  return `published: the page says ${about === undefined ? 'how long ago' : JSON.stringify(about.slice(0, 60))}${near}; no time is asserted`;
}

function commenterOf(comment: JsonObject): ActorReading | undefined {
  const id = comment['author_id'];
  if (!isChannelId(id)) return undefined;
  const name = asString(comment['author']);
  const profile = present({
    // Since handles came, the page shows them in the name’s place.
    handle: name?.startsWith('@') === true ? name.slice(1) : undefined,
    name: name?.startsWith('@') === true ? undefined : name,
    icon: webAddress(comment['author_thumbnail']),
    verified: comment['author_is_verified'] === true ? true : undefined,
  });
  return { actor: channelOf(id), profile };
}
