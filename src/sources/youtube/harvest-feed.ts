/** Without a key: the channel's feed, fifteen videos, one of which must have been known, else some may have passed. */
import {
  NetworkError,
  type Cursor,
  type Exchange,
  type HarvestIo,
  type HarvestStep,
  type SeenPost,
} from '../harvest.js';
import { cursorOf, placeOf } from './harvest-place.js';
import { isVideoId, videoOf } from './uri.js';

const FORMAT = 'youtube-feed';
const FULL = 15;

export function askFeed(id: string, io: HarvestIo, etag?: string): Promise<Exchange> {
  return io.request(`https://www.youtube.com/feeds/videos.xml?channel_id=${id}`, {
    ...(etag !== undefined && { since: { etag } }),
  });
}

/** The feed; undefined where YouTube says that it has none. Throws a NetworkError where the answer is something else. */
export async function feedIn(exchange: Exchange): Promise<string | undefined> {
  if (exchange.status !== 200) return undefined;
  const text = (await exchange.body()).toString('utf8');
  if (text.includes('<yt:channelId>')) return text;
  throw new NetworkError('broken', `${exchange.url} answers, but not with a channel's feed`, exchange);
}

export async function* harvestFeed(id: string, since: Cursor | null, io: HarvestIo): AsyncGenerator<HarvestStep> {
  const place = placeOf(since);
  const exchange = await askFeed(id, io, place.etag);
  const { status, digest, validators } = exchange;
  const same = status === 304 ? place.etag !== undefined : status === 200 && digest === place.digest;
  if (same) return void (yield { kind: 'bookmark', cursor: cursorOf(place), reach: 'whole' });
  const text = await feedIn(exchange);
  if (text === undefined) {
    const detail = `YouTube has no feed of the channel: status ${status}`;
    return void (yield { kind: 'account', exchange, state: status === 404 ? 'notFound' : 'forbidden', detail });
  }
  const posts = entriesIn(text);
  if (posts.length > 0) yield { kind: 'captured', exchange, format: FORMAT, posts };
  const ids = posts.map(({ ref }) => ref.slice('video '.length));
  if (place.videos.length > 0 && ids.length > 0 && !ids.some((each) => place.videos.includes(each)))
    yield {
      kind: 'gap',
      reason: 'ceiling',
      detail: `none of the videos of the last time is among the ${ids.length} of the feed`,
    };
  const oldest = posts.at(-1)?.published;
  yield {
    kind: 'bookmark',
    cursor: cursorOf({ ...place, videos: [...ids, ...place.videos], etag: validators.etag, digest }),
    reach: 'whole',
    ...(since === null && {
      backTo: { beginning: ids.length < FULL, ...(oldest !== undefined && { published: oldest }) },
    }),
  };
}

function entriesIn(text: string): SeenPost[] {
  return text
    .split('<entry>')
    .slice(1)
    .flatMap((entry) => {
      const id = /<yt:videoId>([^<]+)<\/yt:videoId>/.exec(entry)?.[1];
      const published = /<published>([^<]+)<\/published>/.exec(entry)?.[1];
      if (!isVideoId(id)) return [];
      return [{ post: videoOf(id), ref: `video ${id}`, ...(published !== undefined && { published }) }];
    });
}
