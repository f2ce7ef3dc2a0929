/** Posts as TikTok’s web pages, its app, the Research API and yt-dlp give them. */
import type { Json } from '../../core/canonical.js';
import type { Attachment, Content, Place, Tag, Visibility } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { ActorReading, Observed, Reading } from '../../core/reading.js';
import { parseIso, timeFromMs, type Time } from '../../core/time.js';
import { countOf, present, presentOrNothing, sizeOf } from '../shared/items.js';
import { asArray, asNumber, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { personReading, pictureOf } from './people.js';
import { idOf, personOf, videoOf } from './uri.js';

/** Seconds since 1970, as a number or in a string. */
export function timeOf(value: unknown): Time | undefined {
  const seconds = asNumber(value);
  if (seconds === undefined || seconds < 1_000_000_000 || seconds > 4_102_444_800) return undefined;
  return timeFromMs(Math.floor(seconds) * 1000, 's');
}

/** `{"id":…,"desc":…,"createTime":…,"author":{…}}` of the web pages. */
export function readItem(item: JsonObject, seen: Observed | undefined): Reading {
  const id = requireId(item['id']);
  const author = personReading(authorOf(item), asObject(item['authorStats']));
  const stats = asObject(item['statsV2']) ?? asObject(item['stats']);
  const content: Content = {
    type: isObject(item['imagePost']) ? 'Note' : 'Video',
    visibility: visibilityOf(item),
    ...present({
      attributedTo: author?.actor,
      published: timeOf(item['createTime']),
      text: asString(item['desc']),
      name: asString(asObject(item['imagePost'])?.['title']) || undefined,
      quotes: quoted(asObject(item['duetInfo'])?.['duetFromId'], id),
      attachment: mediaOf(id, asObject(item['video']), asArray(asObject(item['imagePost'])?.['images'])),
      tag: tagsOf(item['textExtra']),
      location: placeOf(asObject(item['poi'])),
      language: languageOf(item['textLanguage']),
      extra: extraOf(asObject(item['music']), item['locationCreated']),
    }),
  };
  return reading(id, content, author, seen, {
    likes: countOf(stats?.['diggCount']),
    shares: countOf(stats?.['shareCount']),
    replies: countOf(stats?.['commentCount']),
    views: countOf(stats?.['playCount']),
    bookmarks: countOf(stats?.['collectCount']),
  });
}

/** Older answers have the handle alone in `author`, and the rest beside it. */
function authorOf(item: JsonObject): JsonObject | undefined {
  if (isObject(item['author'])) return item['author'];
  return { id: item['authorId'], uniqueId: item['author'], nickname: item['nickname'], secUid: item['authorSecId'] };
}

/** `{"aweme_id":…,"desc":…,"create_time":…,"author":{…},"statistics":{…}}` of the app. */
export function readAweme(aweme: JsonObject, seen: Observed | undefined): Reading {
  const id = requireId(aweme['aweme_id']);
  const author = personReading(asObject(aweme['author']));
  const status = asObject(aweme['status']);
  const observed = seen && { observedAt: seen };
  if (status?.['is_delete'] === true) return { post: videoOf(id), outcome: 'deleted', hand: 'first', ...observed };
  const stats = asObject(aweme['statistics']);
  const images = asArray(asObject(aweme['image_post_info'])?.['images']);
  const content: Content = {
    type: images.length > 0 ? 'Note' : 'Video',
    visibility: PRIVATE_STATUS.get(status?.['private_status']) ?? 'unknown',
    ...present({
      attributedTo: author?.actor,
      published: timeOf(aweme['create_time']),
      text: asString(aweme['desc']),
      attachment: mediaOf(id, asObject(aweme['video']), images),
      tag: tagsOf(aweme['text_extra']),
      language: languageOf(aweme['desc_language']),
      extra: extraOf(asObject(aweme['music']), aweme['region']),
    }),
  };
  return reading(id, content, author, seen, {
    likes: countOf(stats?.['digg_count']),
    shares: countOf(stats?.['share_count']),
    replies: countOf(stats?.['comment_count']),
    views: countOf(stats?.['play_count']),
    bookmarks: countOf(stats?.['collect_count']),
  });
}

/** The Research API’s: no number of the author, only the handle. */
export function readResearch(video: JsonObject): Reading {
  const id = requireId(video['id'], video['video_id']);
  const names = asArray(video['hashtag_names']).filter((name): name is string => typeof name === 'string');
  const content: Content = {
    type: 'Video',
    // It hands out public posts of adults alone.
    visibility: 'public',
    ...present({
      published: timeOf(video['create_time']),
      text: asString(video['video_description']),
      tag: 'hashtag_names' in video ? names.map((name): Tag => ({ type: 'Hashtag', name })) : undefined,
      // Whom it mentions is not told.
      cut: 'hashtag_names' in video ? (['tag'] as const) : undefined,
      extra: presentOrNothing({
        author: asString(video['username']),
        region: asString(video['region_code']),
        speech: asString(video['voice_to_text']) || undefined,
      }),
    }),
  };
  return reading(id, content, undefined, undefined, {
    likes: countOf(video['like_count']),
    shares: countOf(video['share_count']),
    replies: countOf(video['comment_count']),
    views: countOf(video['view_count']),
    bookmarks: countOf(video['favorites_count']),
  });
}

/** yt-dlp’s `info.json`. `title` is the beginning of `description`. */
export function readInfo(info: JsonObject): Reading {
  const id = requireId(info['id'], info['display_id']);
  const entry = info['_type'] === 'url' || info['_type'] === 'url_transparent';
  const uploader = idOf(info['uploader_id']);
  const day = /^(\d{4})(\d\d)(\d\d)$/.exec(asString(info['upload_date']) ?? '');
  const duration = sizeOf(info['duration']);
  const content: Content = {
    type: 'Video',
    visibility: info['availability'] === 'public' ? 'public' : 'unknown',
    ...present({
      attributedTo: uploader === undefined ? undefined : personOf(uploader),
      published: timeOf(info['timestamp']) ?? (day ? parseIso(`${day[1]}-${day[2]}-${day[3]}`) : undefined),
      text: asString(info['description']) ?? asString(info['title']),
      attachment: entry ? undefined : [{ type: 'Video' as const, key: id, ...present({ duration }) }],
      cut: !('description' in info) && 'title' in info ? (['text'] as const) : undefined,
    }),
  };
  const profile = present({
    handle: asString(info['uploader']),
    name: asString(info['channel']) ?? asString(info['creator']),
  });
  const author = uploader === undefined ? undefined : { actor: personOf(uploader), profile };
  const epoch = timeOf(info['epoch']);
  const made = reading(id, content, author, epoch && { at: epoch, basis: 'record' }, {
    likes: countOf(info['like_count']),
    shares: countOf(info['repost_count']),
    replies: countOf(info['comment_count']),
    views: countOf(info['view_count']),
    bookmarks: countOf(info['save_count']),
  });
  return entry ? { ...made, hand: 'second' } : made;
}

// ── the parts ───────────────────────────────────────────────────────────────────────────────────────────────────────

type Extra = { readonly [key: string]: Json };

function requireId(...values: readonly unknown[]): string {
  const id = idOf(...values);
  if (id !== undefined) return id;
  throw new Rejection('no-identity', `${JSON.stringify(values[0])?.slice(0, 60)} is no post’s number`);
}

function reading(
  id: string,
  content: Content,
  author: ActorReading | undefined,
  seen: Observed | undefined,
  counts: { readonly [name: string]: number | undefined },
): Reading {
  const metrics = presentOrNothing(counts) as Readonly<Record<string, number>> | undefined;
  return {
    post: videoOf(id),
    outcome: 'present',
    hand: 'first',
    content,
    ...(seen && { observedAt: seen }),
    ...(metrics && { metrics }),
    ...(author && { actors: [author] }),
  };
}

const PRIVATE_STATUS: ReadonlyMap<unknown, Visibility> = new Map<unknown, Visibility>([
  [0, 'public'],
  [1, 'direct'],
  [2, 'followers'],
]);

function visibilityOf(item: JsonObject): Visibility {
  if (item['privateItem'] === true || item['secret'] === true) return 'direct';
  if (item['forFriend'] === true || asObject(item['author'])?.['privateAccount'] === true) return 'followers';
  return item['privateItem'] === false ? 'public' : 'unknown';
}

/** `0` stands for none. */
function quoted(value: unknown, self: string): Content['quotes'] {
  const id = idOf(value);
  return id === undefined || id === self ? undefined : videoOf(id);
}

function mediaOf(id: string, video: JsonObject | undefined, images: readonly unknown[]): Attachment[] | undefined {
  if (images.length > 0) return images.filter(isObject).map(imageOf);
  if (!video) return undefined;
  const duration = sizeOf(video['duration']);
  // The web pages count seconds, the app thousandths.
  const seconds = duration !== undefined && duration > 5_000 ? duration / 1000 : duration;
  return [
    {
      type: 'Video',
      key: id,
      ...present({
        width: sizeOf(video['width']),
        height: sizeOf(video['height']),
        duration: seconds === undefined ? undefined : Math.round(seconds),
      }),
    },
  ];
}

function imageOf(image: JsonObject): Attachment {
  const shown = asObject(image['display_image']);
  const url = pictureOf(asArray(asObject(image['imageURL'])?.['urlList'])[0] ?? shown);
  return {
    type: 'Image',
    ...present({
      url,
      width: sizeOf(image['imageWidth'] ?? shown?.['width']),
      height: sizeOf(image['imageHeight'] ?? shown?.['height']),
    }),
  };
}

export function tagsOf(value: unknown): Tag[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return (value as unknown[]).filter(isObject).flatMap((each): Tag[] => {
    const hashtag = asString(each['hashtagName']) ?? asString(each['hashtag_name']);
    if (hashtag !== undefined && hashtag !== '') return [{ type: 'Hashtag', name: hashtag }];
    const person = idOf(each['userId'], each['user_id']);
    if (person === undefined) return [];
    return [{ type: 'Mention', name: asString(each['userUniqueId']) ?? person, href: personOf(person) }];
  });
}

function placeOf(poi: JsonObject | undefined): Place | undefined {
  const name = asString(poi?.['name']);
  return name === undefined || name === '' ? undefined : { name };
}

/** `un` stands for undetermined. */
export function languageOf(value: unknown): string | undefined {
  const language = asString(value);
  return language === undefined || language === '' || language === 'un' ? undefined : language;
}

function extraOf(music: JsonObject | undefined, region: unknown): Extra | undefined {
  const extra = {
    music: asString(music?.['title']) || undefined,
    region: asString(region) || undefined,
  };
  return presentOrNothing(extra);
}
