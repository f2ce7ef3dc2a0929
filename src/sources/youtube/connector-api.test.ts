/** Following channels of YouTube with a key: first-hand readings, absences that are no deletions, quotas that are no absences. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bookmark, captured, openTestIo, readingsOf, stepsOf, type TestIo } from '../../../test/support/harvest-io.js';
import { startTape, type Tape, type TapeRequest } from '../../../test/support/tape-server.js';
import { isRefused, type Reading } from '../../core/reading.js';
import { NetworkError, RateLimited, type Cursor, type HarvestStep, type SeedView } from '../harvest.js';
import { youtubeConnector as connector } from './connector.js';
import { youtube } from './index.js';
import { commentOf, videoOf } from './uri.js';

const ID = 'UCperdureTestChannel001';
const seed: SeedView = {
  uri: `https://www.youtube.com/channel/${ID}`,
  name: 'نور on YouTube',
  settings: { id: ID },
  backfill: 500,
};
const V3 = 'GET /youtube/v3';
/** A summer's day in California: midnight there is 07:00 UTC. */
const NOW = Date.parse('2026-07-01T20:00:00Z');
let tape: Tape;
let test: TestIo;
beforeEach(async () => {
  tape = await startTape();
  test = openTestIo({
    hosts: { 'www.youtube.com': tape.url, 'www.googleapis.com': tape.url },
    credential: { name: 'yt', kind: 'key', secret: 'sesame-open' },
    now: () => NOW,
  });
  tape.on(`${V3}/playlistItems`, ({ query }) => uploads(['perdureVid3', 'perdureVid2', 'perdureVid1'], query));
  tape.on(`${V3}/videos`, videos);
  tape.on(`${V3}/commentThreads`, { body: threads(['UgPerdureTestAAAAAAA2AaABAg']) });
});
afterEach(async () => {
  await test.close();
  await tape.close();
});

const uploads = (ids: readonly string[], query: URLSearchParams, size = 2) => {
  const from = Number(query.get('pageToken') ?? 0);
  const items = ids.slice(from, from + size).map((videoId) => ({
    kind: 'youtube#playlistItem',
    snippet: {
      title: 'A',
      description: 'words',
      resourceId: { kind: 'youtube#video', videoId },
      videoOwnerChannelId: ID,
    },
    contentDetails: { videoId, videoPublishedAt: '2016-12-13T10:00:00Z' },
  }));
  const more = from + size < ids.length && { nextPageToken: String(from + size) };
  return { body: { kind: 'youtube#playlistItemListResponse', ...more, items } };
};
const videos = ({ query }: TapeRequest, gone: readonly string[] = []) => ({
  body: {
    kind: 'youtube#videoListResponse',
    items: (query.get('id') ?? '')
      .split(',')
      .filter((id) => !gone.includes(id))
      .map((id) => ({
        kind: 'youtube#video',
        id,
        snippet: { title: 'A', description: 'words', channelId: ID, publishedAt: '2016-12-13T10:00:00Z' },
        status: { privacyStatus: 'public' },
      })),
  },
});
const threads = (ids: readonly string[], text = 'I hear you') => ({
  kind: 'youtube#commentThreadListResponse',
  items: ids.map((id) => ({
    kind: 'youtube#commentThread',
    id,
    snippet: {
      videoId: 'perdureVid1',
      isPublic: true,
      topLevelComment: {
        kind: 'youtube#comment',
        id,
        snippet: { textDisplay: text, videoId: 'perdureVid1', publishedAt: '2016-12-13T11:00:00Z' },
      },
    },
  })),
});
const failing = (reason: string, status = 403, message = 'no') => ({
  status,
  body: { error: { code: status, message, errors: [{ domain: 'youtube.quota', reason, message }] } },
});
const harvest = (since: Cursor | null = null): Promise<HarvestStep[]> =>
  stepsOf(connector.harvest(seed, since, test.io));
const look = (...refs: string[]): Promise<HarvestStep[]> =>
  stepsOf(
    connector.look!(
      seed,
      refs.map((ref) => {
        const [kind, id] = ref.split(' ') as [string, string];
        return { ref, post: kind === 'video' ? videoOf(id) : commentOf(id) };
      }),
      test.io,
    ),
  );
const read = async (steps: readonly HarvestStep[]): Promise<Reading[]> =>
  (await Promise.all(captured(steps).map((step) => readingsOf(youtube, test, step))))
    .flat()
    .filter((each): each is Reading => !isRefused(each));
const asked = (list: string): TapeRequest[] => tape.requests.filter(({ path }) => path.endsWith(`/${list}`));

describe('a harvest', () => {
  it('reads every video first-hand and public, and each only once a page', async () => {
    const readings = await read(await harvest());
    for (const id of ['perdureVid1', 'perdureVid2', 'perdureVid3'])
      expect(readings).toContainEqual(
        expect.objectContaining({
          post: videoOf(id),
          hand: 'first',
          content: expect.objectContaining({ visibility: 'public', text: 'words', attributedTo: seed.uri }),
        }),
      );
    expect(asked('videos')).toHaveLength(2);
  });

  it('stops at what was known', async () => {
    await harvest({ videos: ['perdureVid3'], comments: ['UgPerdureTestAAAAAAA2AaABAg'] });
    expect(asked('playlistItems')).toHaveLength(1);
  });

  it('keeps what it has of the videos where the comments end for today', async () => {
    tape.on(`${V3}/commentThreads`, failing('quotaExceeded'));
    const steps: HarvestStep[] = [];
    const run = async (): Promise<void> => {
      for await (const step of connector.harvest(seed, null, test.io)) steps.push(step);
    };
    await expect(run()).rejects.toBeInstanceOf(RateLimited);
    expect(bookmark(steps)).toMatchObject({
      reach: 'partial',
      cursor: { videos: ['perdureVid3', 'perdureVid2', 'perdureVid1'], comments: [] },
    });
  });

  it('goes on without comments where the channel has none, and says so', async () => {
    tape.on(`${V3}/commentThreads`, failing('commentsDisabled'));
    const steps = await harvest();
    expect(bookmark(steps)).toMatchObject({ reach: 'whole' });
    expect(test.warnings.join()).toContain('commentsDisabled');
    expect(steps.some(({ kind }) => kind === 'account' || kind === 'absence')).toBe(false);
  });

  it('tries again where comments fail for another reason, and keeps the place', async () => {
    tape.on(`${V3}/commentThreads`, failing('processingFailure', 400));
    await expect(harvest()).rejects.toThrow('processingFailure');
  });

  it('does not take trouble with the key for word on the channel', async () => {
    tape.on(`${V3}/playlistItems`, failing('badRequest', 400, 'API key not valid'));
    await expect(harvest()).rejects.toMatchObject({ fault: 'configuration' });
    tape.on(`${V3}/playlistItems`, failing('channelSuspended'));
    expect(await harvest()).toMatchObject([{ kind: 'account', state: 'suspended' }]);
  });

  it('tells once where a list ends before any that was known', async () => {
    const steps = await harvest({ videos: ['perdureVid0'], comments: ['UgPerdureTestAAAAAAA2AaABAg'] });
    expect(steps.filter(({ kind }) => kind === 'gap')).toMatchObject([{ reason: 'platform' }]);
    const again = await harvest(bookmark(steps).cursor);
    expect(again.some(({ kind }) => kind === 'gap')).toBe(false);
    tape.on(`${V3}/commentThreads`, { body: threads([]) });
    const empty = await harvest(bookmark(again).cursor);
    expect(empty.filter(({ kind }) => kind === 'gap')).toHaveLength(1);
    expect((await harvest(bookmark(empty).cursor)).some(({ kind }) => kind === 'gap')).toBe(false);
  });

  it('does not take a channel without uploads for one that is gone', async () => {
    tape.on(`${V3}/playlistItems`, failing('playlistNotFound', 404));
    tape.on(`${V3}/channels`, {
      body: { kind: 'youtube#channelListResponse', items: [{ kind: 'youtube#channel', id: ID }] },
    });
    expect((await harvest()).map(({ kind }) => kind)).toEqual(['bookmark', 'captured', 'bookmark']);
    tape.on(`${V3}/channels`, { body: { kind: 'youtube#channelListResponse', items: [] } });
    expect(await harvest()).toMatchObject([{ kind: 'account', state: 'notFound' }]);
  });

  it('ends with a gap where the pages do not go on', async () => {
    tape.on(`${V3}/playlistItems`, ({ query }) => {
      const page = uploads(['perdureVid3'], new URLSearchParams());
      return { body: { ...page.body, nextPageToken: `again${query.get('pageToken') ?? ''}`.slice(0, 20) } };
    });
    const steps = await harvest({ videos: ['perdureVid1'], comments: [] });
    expect(steps.filter(({ kind }) => kind === 'gap')).toMatchObject([{ reason: 'platform' }]);
    expect(asked('playlistItems')).toHaveLength(2);
  });

  it('takes JSON of another kind for no answer', async () => {
    tape.on(`${V3}/playlistItems`, { body: { hello: 'world' } });
    await expect(harvest()).rejects.toThrow(NetworkError);
  });

  it('has a place of 4 KiB at most', async () => {
    const ids = Array.from({ length: 400 }, (_, i) => `v${i}`.padEnd(11, 'x'));
    tape.on(`${V3}/playlistItems`, ({ query }) => uploads(ids, query, 50));
    const comments = Array.from({ length: 100 }, (_, i) => `Ug${i}`.padEnd(26, 'x'));
    tape.on(`${V3}/commentThreads`, { body: threads(comments) });
    expect(JSON.stringify(bookmark(await harvest()).cursor).length).toBeLessThanOrEqual(4_096);
  });
});

it('says what is wrong with a key, and does not say that there is no such channel', async () => {
  tape.on(`${V3}/channels`, failing('keyInvalid', 400, 'API key not valid'));
  await expect(connector.resolve(seed.uri, test.io)).rejects.toThrow('API key not valid');
});

describe('a quota', () => {
  it('of the day waits for midnight in California, summer or winter', async () => {
    tape.on(`${V3}/playlistItems`, failing('quotaExceeded'));
    const error = await harvest().catch((each: unknown) => each);
    expect(new Date((error as RateLimited).until).toISOString()).toBe('2026-07-02T07:00:00.000Z');
  });

  it.each(['rateLimitExceeded', 'userRateLimitExceeded'])(
    'of the minute (%s) is no word on the account',
    async (reason) => {
      tape.on(`${V3}/playlistItems`, failing(reason));
      const error = await harvest().catch((each: unknown) => each);
      expect(error).toBeInstanceOf(RateLimited);
      expect((error as RateLimited).until - NOW).toBeLessThanOrEqual(300_000);
    },
  );
});

describe('a look', () => {
  it('says that a video was left out, and never that it is deleted', async () => {
    tape.on(`${V3}/videos`, (request) => videos(request, ['perdureVid1']));
    const steps = await look('video perdureVid1', 'video perdureVid2');
    expect(steps.map(({ kind }) => kind)).toEqual(['captured', 'absence']);
    expect(steps[1]).toMatchObject({ post: videoOf('perdureVid1'), outcome: 'omitted' });
  });

  it('captures nothing where the answer is empty', async () => {
    tape.on(`${V3}/videos`, { body: { kind: 'youtube#videoListResponse', items: [] } });
    expect(await look('video perdureVid1')).toMatchObject([{ kind: 'absence', outcome: 'omitted' }]);
  });

  it('reads a comment as the harvest did, so that nothing seems edited', async () => {
    const [seen] = (await read(await harvest())).filter(({ post }) => post.startsWith('perdure:youtube:comment'));
    const [again] = await read(await look('comment UgPerdureTestAAAAAAA2AaABAg'));
    expect(again).toEqual(seen);
    expect(again).toMatchObject({ content: { visibility: 'public' } });
    const formats = asked('commentThreads').map(({ query }) => query.get('textFormat'));
    expect(new Set(formats)).toEqual(new Set([null]));
  });

  it('says nothing of posts where it was not answered', async () => {
    tape.on(`${V3}/videos`, failing('forbidden'));
    expect(await look('video perdureVid1')).toEqual([]);
    expect(test.warnings).toHaveLength(1);
  });
});
