/**
 * What is new of a channel. Without a key by its feed; by the API its list of uploads and the comment threads below its
 * videos, each down to what was known.
 */
import { SourceError } from '../../core/errors.js';
import { NetworkError, type Cursor, type HarvestIo, type HarvestStep, type SeedView } from '../harvest.js';
import { asArray, asObject, asString, type JsonObject } from '../shared/json.js';
import { API, askApi, type ApiAnswer } from './harvest-ask.js';
import { harvestFeed } from './harvest-feed.js';
import { cursorOf, placeOf } from './harvest-place.js';
import { walk, type List, type Seen, type Walked } from './harvest-walk.js';
import { commentOf, isChannelId, isCommentId, isVideoId, videoOf } from './uri.js';

/** What a video and a thread are asked with, in harvests and looks alike, so that no two readings differ by the asking. */
export const VIDEO_PARTS = 'snippet,status,statistics,contentDetails';
export const THREAD_PARTS = 'snippet,replies';

export async function* harvestChannel(
  seed: SeedView,
  since: Cursor | null,
  io: HarvestIo,
): AsyncGenerator<HarvestStep> {
  const id = asObject(seed.settings)?.['id'];
  if (!isChannelId(id)) return;
  if (io.credential?.kind === 'key') yield* byApi(id, seed.backfill, since, io);
  else yield* harvestFeed(id, since, io);
}

async function* byApi(id: string, backfill: number, since: Cursor | null, io: HarvestIo): AsyncGenerator<HarvestStep> {
  const place = placeOf(since);
  const uploads = yield* walk(io, uploadsOf(id, io), place.videos, backfill);
  let videos: Walked = NOTHING;
  if ('ids' in uploads) videos = uploads;
  else if (!(uploads.reason === 'playlistNotFound' && (yield* exists(id, io)))) {
    yield trouble(uploads);
    return;
  }
  const withVideos = { ...place, videos: landmarks(videos, place.videos) };
  // The quota may end among the comments: the videos are had.
  yield { kind: 'bookmark', cursor: cursorOf(withVideos), reach: 'partial' };

  const threads = yield* walk(io, threadsOf(id), place.comments, backfill);
  if (!('ids' in threads)) {
    // Switched off, or not for this key. Other trouble passes: it is tried again, from the same place.
    if (threads.exchange.status !== 403 && threads.exchange.status !== 404)
      throw new NetworkError('server-error', `comments were not to be had: ${threads.said}`, threads.exchange);
    io.warn(`comments were not to be had: ${threads.said}`);
  }
  yield {
    kind: 'bookmark',
    cursor: cursorOf({
      ...withVideos,
      comments: 'ids' in threads ? landmarks(threads, place.comments) : place.comments,
    }),
    reach: 'whole',
    ...(since === null && {
      backTo: { beginning: videos.end, ...(videos.oldest !== undefined && { published: videos.oldest }) },
    }),
  };
}

const NOTHING: Walked = { ids: [], end: true, oldest: undefined, broken: false };

function landmarks({ ids, broken }: Walked, known: readonly string[]): readonly string[] {
  return broken ? ids : [...ids, ...known];
}

/** Every channel's uploads are a playlist of the same number. It is not there before the first upload. */
function uploadsOf(id: string, io: HarvestIo): List {
  return {
    name: 'playlistItems',
    query: { part: 'snippet,contentDetails,status', playlistId: `UU${id.slice(2)}` },
    size: 50,
    seenIn: videoIn,
    also: (ids) => videosOf(ids, io),
  };
}

/** A playlist says of a video what it is called; the video itself says what it is, and who may see it. */
async function* videosOf(ids: readonly string[], io: HarvestIo): AsyncGenerator<HarvestStep> {
  const { body, exchange, said } = await askApi(io, 'videos', { part: VIDEO_PARTS, id: ids.join(',') });
  if (!body) io.warn(`videos were not to be had: ${said}`);
  else if (asArray(body['items']).length > 0) yield { kind: 'captured', exchange, format: API, posts: [] };
}

/** As HTML, which is what the API answers unless it is told otherwise: in plain text `<b>` may be the author's own. */
function threadsOf(id: string): List {
  return {
    name: 'commentThreads',
    query: { part: THREAD_PARTS, allThreadsRelatedToChannelId: id, order: 'time' },
    size: 100,
    seenIn: threadIn,
  };
}

async function* exists(id: string, io: HarvestIo): AsyncGenerator<HarvestStep, boolean> {
  const { body, exchange } = await askApi(io, 'channels', { part: 'snippet', id });
  const items = asArray(body?.['items']);
  const found = items.some((item) => asObject(item)?.['id'] === id);
  if (found && items.length === 1) yield { kind: 'profile', exchange, format: API };
  return found;
}

const CLOSED: ReadonlySet<string> = new Set([
  'playlistItemsNotAccessible',
  'playlistForbidden',
  'channelForbidden',
  'channelClosed',
  'channelSuspended',
]);

/** Throws a SourceError where the key is what is wrong: that is no word on the channel. */
function trouble({ exchange, reason, said }: ApiAnswer): HarvestStep {
  if (reason === 'playlistNotFound' || exchange.status === 404)
    return { kind: 'account', exchange, state: 'notFound', detail: said };
  if (reason === undefined || !CLOSED.has(reason))
    throw new SourceError('configuration', `the API does not answer this key: ${said}`);
  return { kind: 'account', exchange, state: reason === 'channelSuspended' ? 'suspended' : 'forbidden', detail: said };
}

function videoIn(item: JsonObject): Seen | undefined {
  const details = asObject(item['contentDetails']);
  const id = asObject(asObject(item['snippet'])?.['resourceId'])?.['videoId'] ?? details?.['videoId'];
  if (!isVideoId(id)) return undefined;
  const published = asString(details?.['videoPublishedAt']);
  return { id, post: { post: videoOf(id), ref: `video ${id}`, ...(published !== undefined && { published }) } };
}

function threadIn(item: JsonObject): Seen | undefined {
  const top = asObject(asObject(item['snippet'])?.['topLevelComment']);
  const id = top?.['id'];
  if (!isCommentId(id)) return undefined;
  const published = asString(asObject(top?.['snippet'])?.['publishedAt']);
  return { id, post: { post: commentOf(id), ref: `comment ${id}`, ...(published !== undefined && { published }) } };
}
