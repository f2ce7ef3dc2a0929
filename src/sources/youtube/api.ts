/** Answers of the YouTube Data API (v3), whole or their items one by one. Each says what it is in `kind`. */
import type { Json } from '../../core/canonical.js';
import type { Content, Visibility } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { Outcome, Reading } from '../../core/reading.js';
import { msOf } from '../../core/time.js';
import { htmlToText } from '../shared/html.js';
import { countOf, guarded, present, presentOrNothing, refused, type Item } from '../shared/items.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { readActivity } from './activity.js';
import { channelReading, commenterOf, timeOf } from './api-parts.js';
import { answeredBy, commentOf, isChannelId, isCommentId, isVideoId, pageOf, videoOf } from './uri.js';

export function kindOf(value: JsonObject): string | undefined {
  const kind = asString(value['kind']);
  return kind?.startsWith('youtube#') === true ? kind.slice(8) : undefined;
}

export function isErrorBody(value: JsonObject): boolean {
  const error = asObject(value['error']);
  return (
    error !== undefined &&
    asArray(error['errors']).some((each) => /^youtube\./.test(asString(asObject(each)?.['domain']) ?? ''))
  );
}

export function readAnswer(value: JsonObject, depth = 0): readonly Item[] {
  if (isErrorBody(value)) return [refused('error-body', 'the API answered with an error; ask again')];
  const kind = kindOf(value);
  switch (kind) {
    case 'video':
      return guarded(() => [readVideo(value)]);
    case 'searchResult':
    case 'playlistItem':
      return guarded(() => [readListed(value)]);
    case 'activity':
      return guarded(() => [readActivity(value)]);
    case 'comment':
      return guarded(() => [readComment(value, undefined, 'unknown')]);
    case 'commentThread':
      return readThread(value);
    case 'channel':
    case 'subscription':
      return [refused('users', `a ${kind}, no post`)];
    case undefined:
      return [refused('not-a-post', `nothing known of the API: ${Object.keys(value).slice(0, 6).join(', ')}`)];
  }
  if (!kind.endsWith('Response') || depth > 0) return [refused('not-a-post', `a ${kind} is no post`)];
  const items = asArray(value['items']).filter(isObject);
  if (items.length === 0) return [refused('empty', 'an answer without items')];
  return items.flatMap((item) => readAnswer(item, depth + 1));
}

const PRIVACY: ReadonlyMap<unknown, Visibility> = new Map<unknown, Visibility>([
  ['public', 'public'],
  ['unlisted', 'unlisted'],
  ['private', 'direct'],
]);

function readVideo(item: JsonObject): Reading {
  const id = item['id'];
  if (!isVideoId(id)) throw new Rejection('no-identity', 'a video without `id`');
  const snippet = asObject(item['snippet']) ?? {};
  const counts = asObject(item['statistics']);
  const metrics = presentOrNothing({
    views: countOf(counts?.['viewCount']),
    likes: countOf(counts?.['likeCount']),
    dislikes: countOf(counts?.['dislikeCount']),
    replies: countOf(counts?.['commentCount']),
  });
  const author = channelReading(snippet['channelId'], snippet['channelTitle']);
  const duration = secondsOf(asString(asObject(item['contentDetails'])?.['duration']));
  const keywords = asArray(snippet['tags']).filter((tag): tag is string => typeof tag === 'string');
  const content: Content = {
    type: 'Video',
    visibility: PRIVACY.get(asObject(item['status'])?.['privacyStatus']) ?? 'unknown',
    ...present({
      attributedTo: author?.actor,
      published: timeOf(snippet['publishedAt']),
      name: asString(snippet['title']),
      text: asString(snippet['description']),
      language: asString(snippet['defaultLanguage']),
      url: videoOf(id),
      extra: presentOrNothing({ keywords: keywords.length > 0 ? (keywords as Json) : undefined }),
    }),
    attachment: [{ type: 'Video', key: id, ...(duration !== undefined && { duration }) }],
  };
  return {
    post: videoOf(id),
    outcome: 'present',
    hand: 'first',
    content,
    ...(metrics && { metrics }),
    ...(author && { actors: [author] }),
  };
}

/** `PT1H2M3S`; days too, for a stream that never ended. */
function secondsOf(text: string | undefined): number | undefined {
  const match = /^P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(text ?? '');
  if (!match) return undefined;
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  const total = ((days! * 24 + hours!) * 60 + minutes!) * 60 + seconds!;
  return total > 0 ? total : undefined;
}

const GONE: ReadonlyMap<unknown, Outcome> = new Map<unknown, Outcome>([
  ['Deleted video', 'deleted'],
  ['Private video', 'forbidden'],
]);

/** A search’s result or a playlist’s entry: a video that it lists. A search cuts descriptions and escapes titles. */
function readListed(item: JsonObject): Reading {
  const snippet = asObject(item['snippet']) ?? {};
  const search = kindOf(item) === 'searchResult';
  const details = asObject(item['contentDetails']);
  const id = search
    ? asObject(item['id'])?.['videoId']
    : (asObject(snippet['resourceId'])?.['videoId'] ?? details?.['videoId']);
  if (!isVideoId(id)) throw new Rejection('not-a-post', 'a channel or playlist that a search found, no video');
  const title = asString(snippet['title']);
  // What was removed is listed all the same, under these names and without a word of its own.
  const gone = search || isChannelId(snippet['videoOwnerChannelId']) ? undefined : GONE.get(title);
  if (gone) return { post: videoOf(id), outcome: gone, hand: 'second' };
  // In a playlist `channelId` and `publishedAt` are of the entry: who added it, and when.
  const author = search
    ? channelReading(snippet['channelId'], snippet['channelTitle'])
    : channelReading(snippet['videoOwnerChannelId'], snippet['videoOwnerChannelTitle']);
  const text = asString(snippet['description']);
  const content: Content = {
    type: 'Video',
    visibility: 'unknown',
    ...present({
      attributedTo: author?.actor,
      published: timeOf(search ? snippet['publishedAt'] : details?.['videoPublishedAt']),
      name: search && title !== undefined ? htmlToText(title) : title,
      text: search ? undefined : text,
      url: videoOf(id),
    }),
    attachment: [{ type: 'Video', key: id }],
  };
  return { post: videoOf(id), outcome: 'present', hand: 'second', content, ...(author && { actors: [author] }) };
}

/** `isPublic`: whether everybody sees the thread. */
function readThread(item: JsonObject): readonly Item[] {
  const snippet = asObject(item['snippet']) ?? {};
  const visibility: Visibility = snippet['isPublic'] === true ? 'public' : 'unknown';
  const video = asString(snippet['videoId']);
  const top = asObject(snippet['topLevelComment']);
  const replies = asArray(asObject(item['replies'])?.['comments']).filter(isObject);
  const count = countOf(snippet['totalReplyCount']);
  if (!top) return [refused('not-a-post', 'a thread whose first comment was not asked for (part=snippet)')];
  return [
    ...guarded(() => [withReplies(readComment(top, video, visibility), count)]),
    ...replies.flatMap((reply) => guarded(() => [readComment(reply, video, visibility)])),
  ];
}

function withReplies(reading: Reading, replies: number | undefined): Reading {
  return replies === undefined ? reading : { ...reading, metrics: { ...reading.metrics, replies } };
}

function readComment(item: JsonObject, thread: string | undefined, visibility: Visibility): Reading {
  const id = item['id'];
  if (!isCommentId(id)) throw new Rejection('no-identity', 'a comment without `id`');
  const snippet = asObject(item['snippet']) ?? {};
  const video = asString(snippet['videoId']) ?? thread;
  const below = isVideoId(video) ? videoOf(video) : undefined;
  const parent = snippet['parentId'];
  const page = isVideoId(video) ? pageOf(video, id) : undefined;
  const published = timeOf(snippet['publishedAt']);
  const updated = timeOf(snippet['updatedAt']);
  const edited = published && updated && msOf(updated) > msOf(published) ? updated : undefined;
  const stands = edited ?? published;
  const author = commenterOf(snippet);
  const likes = countOf(snippet['likeCount']);
  const held = asString(snippet['moderationStatus']);
  const content: Content = {
    type: 'Note',
    visibility: held !== undefined && held !== 'published' ? 'unknown' : visibility,
    ...present({
      attributedTo: author?.actor,
      published,
      updated: edited,
      ...wordsOf(snippet),
      inReplyTo: !id.includes('.') && isCommentId(parent) ? commentOf(parent) : answeredBy(id, below),
      context: below,
      url: page,
    }),
  };
  return {
    post: commentOf(id),
    outcome: 'present',
    hand: 'first',
    content,
    // Only an answer that gives both times says since when the words stand.
    ...(stands && updated && { claimedFrom: stands, edition: Math.floor(msOf(stands) / 1000) }),
    ...(likes !== undefined && { metrics: { likes } }),
    ...(page !== undefined && { aliases: [page] }),
    ...(author && { actors: [author] }),
  };
}

/** `textOriginal` is for the author alone; `textDisplay` is HTML unless plain text was asked for. */
function wordsOf(snippet: JsonObject): Pick<Content, 'text' | 'html'> {
  const original = asString(snippet['textOriginal']);
  const shown = asString(snippet['textDisplay']);
  if (shown === undefined) return original === undefined ? {} : { text: original };
  const html = /<br\s*\/?>|<a href="|<\/?[bi]>|&(?:amp|lt|gt|quot|#39);/.test(shown) ? shown : undefined;
  const text = original ?? (html === undefined ? shown : htmlToText(html));
  return { text, ...(html !== undefined && { html }) };
}
