/**
 * What is new of a channel. By its feed: fifteen videos, one of which must have been known, else some may have passed. By the
 * API: its list of uploads and the comment threads below its videos, each down to what was known.
 */
import type { Cursor, HarvestIo, HarvestStep, SeedView, SeenPost } from '../harvest.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { askApi, type ApiAnswer } from './harvest-ask.js';
import { commentOf, isChannelId, isCommentId, isVideoId, videoOf } from './uri.js';

const FEED = 'youtube-feed';
const API = 'youtube-api';
const MOST_PAGES = 100;
const KNOWN = 100;

interface Place {
  readonly videos: readonly string[];
  readonly comments: readonly string[];
  readonly etag: string | undefined;
  readonly digest: string | undefined;
}

export async function* harvestChannel(
  seed: SeedView,
  since: Cursor | null,
  io: HarvestIo,
): AsyncGenerator<HarvestStep> {
  const id = asObject(seed.settings)?.['id'];
  if (!isChannelId(id)) return;
  const place = placeOf(since);
  if (io.credential?.kind === 'key') yield* byApi(id, seed, since === null, place, io);
  else yield* byFeed(id, place, io);
}

// ── the feed ────────────────────────────────────────────────────────────────────────────────────────────────────────

async function* byFeed(id: string, place: Place, io: HarvestIo): AsyncGenerator<HarvestStep> {
  const exchange = await io.request(`https://www.youtube.com/feeds/videos.xml?channel_id=${id}`, {
    ...(place.etag !== undefined && { since: { etag: place.etag } }),
  });
  if (exchange.status === 304 || (exchange.status === 200 && exchange.digest === place.digest)) {
    yield { kind: 'bookmark', cursor: cursorOf(place), reach: 'whole' };
    return;
  }
  const text = exchange.status === 200 ? (await exchange.body()).toString('utf8') : '';
  if (!text.includes('<yt:channelId>')) {
    const detail = `no feed of the channel: status ${exchange.status}`;
    yield { kind: 'account', exchange, state: exchange.status === 404 ? 'notFound' : 'forbidden', detail };
    return;
  }
  const posts = entriesIn(text);
  if (posts.length > 0) yield { kind: 'captured', exchange, format: FEED, posts };
  const ids = posts.map(({ ref }) => ref.slice(6));
  if (place.videos.length > 0 && ids.length > 0 && !ids.some((each) => place.videos.includes(each)))
    yield {
      kind: 'gap',
      reason: 'ceiling',
      detail: `none of the videos of the last time is among the ${ids.length} of the feed`,
    };
  const { etag } = exchange.validators;
  const videos = [...new Set([...ids, ...place.videos])].slice(0, KNOWN);
  yield { kind: 'bookmark', cursor: cursorOf({ ...place, videos, etag, digest: exchange.digest }), reach: 'whole' };
}

function entriesIn(text: string): SeenPost[] {
  return text
    .split('<entry>')
    .slice(1)
    .flatMap((entry) => {
      const id = /<yt:videoId>([^<]+)<\/yt:videoId>/.exec(entry)?.[1];
      const published = /<published>([^<]+)<\/published>/.exec(entry)?.[1];
      return isVideoId(id)
        ? [{ post: videoOf(id), ref: `video ${id}`, ...(published !== undefined && { published }) }]
        : [];
    });
}

// ── the API ─────────────────────────────────────────────────────────────────────────────────────────────────────────

async function* byApi(
  id: string,
  { backfill }: SeedView,
  first: boolean,
  place: Place,
  io: HarvestIo,
): AsyncGenerator<HarvestStep> {
  // Every channel's uploads are a playlist of the same number.
  const uploads = { part: 'snippet,contentDetails,status', playlistId: `UU${id.slice(2)}` };
  const videos = yield* walk(io, 'playlistItems', uploads, place.videos, backfill, videoIn);
  if (!videos) return;
  const threads = { part: 'snippet,replies', allThreadsRelatedToChannelId: id, order: 'time', textFormat: 'plainText' };
  const comments = yield* walk(io, 'commentThreads', threads, place.comments, backfill, commentIn);
  yield {
    kind: 'bookmark',
    cursor: cursorOf({
      ...place,
      videos: [...new Set([...videos.ids, ...place.videos])].slice(0, KNOWN),
      comments: [...new Set([...(comments?.ids ?? []), ...place.comments])].slice(0, KNOWN),
    }),
    reach: 'whole',
    ...(first && { backTo: { beginning: videos.end } }),
  };
}

interface Walk {
  readonly ids: readonly string[];
  readonly end: boolean;
}

async function* walk(
  io: HarvestIo,
  list: string,
  query: Readonly<Record<string, string>>,
  known: readonly string[],
  most: number,
  seenIn: (item: JsonObject) => { id: string; post: SeenPost } | undefined,
): AsyncGenerator<HarvestStep, Walk | undefined> {
  const ids = new Set<string>();
  let pageToken: string | undefined;
  for (let page = 1; page <= MOST_PAGES; page++) {
    const size = list === 'commentThreads' ? '100' : '50';
    const answer = await askApi(io, list, {
      ...query,
      maxResults: size,
      ...(pageToken !== undefined && { pageToken }),
    });
    if (!answer.body) {
      yield* refused(list, answer, io);
      return undefined;
    }
    const found = asArray(answer.body['items'])
      .filter(isObject)
      .flatMap((item) => seenIn(item) ?? []);
    if (found.length > 0)
      yield { kind: 'captured', exchange: answer.exchange, format: API, posts: found.map(({ post }) => post) };
    const before = ids.size;
    for (const { id } of found) ids.add(id);
    pageToken = asString(answer.body['nextPageToken']);
    if (found.some(({ id }) => known.includes(id))) return { ids: [...ids], end: false };
    if (pageToken === undefined) return { ids: [...ids], end: true };
    if (ids.size === before) {
      yield gap(`${list}: the pages do not go on`);
      return { ids: [...ids], end: false };
    }
    if (known.length === 0 && ids.size >= most) return { ids: [...ids], end: false };
  }
  yield gap(`${list}: more than ${MOST_PAGES} pages are new`);
  return { ids: [...ids], end: false };
}

const gap = (detail: string): HarvestStep => ({ kind: 'gap', reason: 'platform', detail });

async function* refused(
  list: string,
  { exchange, reason, said }: ApiAnswer,
  io: HarvestIo,
): AsyncGenerator<HarvestStep> {
  if (list === 'commentThreads') {
    io.warn(`comments were not to be had: ${said}`);
    return;
  }
  const gone = reason === 'playlistNotFound' || exchange.status === 404;
  yield await Promise.resolve<HarvestStep>({
    kind: 'account',
    exchange,
    state: gone ? 'notFound' : 'forbidden',
    detail: said,
  });
}

function videoIn(item: JsonObject): { id: string; post: SeenPost } | undefined {
  const details = asObject(item['contentDetails']);
  const id = asObject(asObject(item['snippet'])?.['resourceId'])?.['videoId'] ?? details?.['videoId'];
  if (!isVideoId(id)) return undefined;
  const published = asString(details?.['videoPublishedAt']);
  return { id, post: { post: videoOf(id), ref: `video ${id}`, ...(published !== undefined && { published }) } };
}

function commentIn(item: JsonObject): { id: string; post: SeenPost } | undefined {
  const top = asObject(asObject(item['snippet'])?.['topLevelComment']);
  const id = top?.['id'];
  if (!isCommentId(id)) return undefined;
  const published = asString(asObject(top?.['snippet'])?.['publishedAt']);
  return { id, post: { post: commentOf(id), ref: `comment ${id}`, ...(published !== undefined && { published }) } };
}

function placeOf(cursor: Cursor | null): Place {
  const place = asObject(cursor);
  const list = (key: string): string[] => asArray(place?.[key]).filter((id): id is string => typeof id === 'string');
  return {
    videos: list('videos'),
    comments: list('comments'),
    etag: asString(place?.['etag']),
    digest: asString(place?.['digest']),
  };
}

function cursorOf({ videos, comments, etag, digest }: Place): Cursor {
  const list = (ids: readonly string[]): string[] => [...ids];
  return {
    videos: list(videos),
    comments: list(comments),
    ...(etag !== undefined && { etag }),
    ...(digest !== undefined && { digest }),
  };
}
