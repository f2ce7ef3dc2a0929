/** Following channels of YouTube, by feed and by API. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bookmark, captured, openTestIo, readingsOf, stepsOf, type TestIo } from '../../../test/support/harvest-io.js';
import { startTape, type Tape } from '../../../test/support/tape-server.js';
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
const FEED = readFileSync(join(__dirname, 'fixtures', 'videos.xml'), 'utf8');
let tape: Tape;
let test: TestIo;
let keyed: TestIo;
beforeEach(async () => {
  tape = await startTape();
  const hosts = { 'www.youtube.com': tape.url, 'www.googleapis.com': tape.url };
  test = openTestIo({ hosts });
  keyed = openTestIo({ hosts, credential: { name: 'yt', kind: 'key', secret: 'sesame-open' } });
});
afterEach(async () => {
  await test.close();
  await keyed.close();
  await tape.close();
});

const harvest = (io: TestIo, since: Cursor | null = null): Promise<HarvestStep[]> =>
  stepsOf(connector.harvest(seed, since, io.io));

describe('without a key', () => {
  beforeEach(() => tape.on('GET /feeds/videos.xml', { headers: { etag: '"1"' }, body: FEED }));

  it('finds the channel by its address, and by its handle where the page tells it', async () => {
    tape.on('GET /@nour', { body: `<link rel="canonical" href="${seed.uri}">` });
    const found = { uri: seed.uri, name: seed.name, settings: { id: ID } };
    expect(await connector.resolve(seed.uri, test.io)).toEqual(found);
    expect(await connector.resolve('https://www.youtube.com/@nour', test.io)).toEqual(found);
    expect(connector.claims('https://www.youtube.com/watch?v=perdureVid9')).toBe(0);
  });

  it('reads the feed, whose videos are the posts that every other rendering has', async () => {
    const steps = await harvest(test);
    expect(await readingsOf(youtube, test, captured(steps)[0]!)).toMatchObject([
      {
        post: videoOf('perdureVid9'),
        hand: 'first',
        metrics: { views: 1234 },
        content: { name: 'شارع & بيت', text: 'Can anyone hear us?\nهل يسمعنا أحد؟', attributedTo: seed.uri },
      },
      { post: videoOf('perdureVid8') },
    ]);
    expect((await harvest(test, bookmark(steps).cursor)).map(({ kind }) => kind)).toEqual(['bookmark']);
  });

  it('finds handles of any script', async () => {
    tape.on('GET /@%D9%86%D9%88%D8%B1', { body: `<link rel="canonical" href="${seed.uri}">` });
    expect(await connector.resolve('https://www.youtube.com/@نور', test.io)).toMatchObject({ uri: seed.uri });
    expect(await connector.resolve('https://www.youtube.com/@%D9%86%D9%88%D8%B1', test.io)).toMatchObject({
      uri: seed.uri,
    });
  });

  it('takes a page of HTML for no answer, and 404 for none of a video', async () => {
    tape.on('GET /feeds/videos.xml', { headers: { 'content-type': 'text/html' }, body: '<html>Before you continue' });
    await expect(harvest(test)).rejects.toThrow(NetworkError);
    tape.on('GET /feeds/videos.xml', { status: 404 });
    expect(await harvest(test)).toMatchObject([{ kind: 'account', state: 'notFound' }]);
  });

  it('says how far back a feed goes', async () => {
    expect(bookmark(await harvest(test))).toMatchObject({ backTo: { beginning: true } });
  });

  it('tells a gap where no video is known any more', async () => {
    const steps = await harvest(test, { videos: ['otherVideo1'], comments: [] });
    expect(steps.map(({ kind }) => kind)).toEqual(['captured', 'gap', 'bookmark']);
  });
});

describe('with a key', () => {
  const playlist = {
    kind: 'youtube#playlistItemListResponse',
    items: [
      {
        kind: 'youtube#playlistItem',
        snippet: {
          title: 'A',
          description: 'words',
          resourceId: { kind: 'youtube#video', videoId: 'perdureVid9' },
          videoOwnerChannelId: ID,
          videoOwnerChannelTitle: 'نور',
        },
        contentDetails: { videoId: 'perdureVid9', videoPublishedAt: '2016-12-13T10:00:00Z' },
      },
    ],
  };
  const threads = {
    kind: 'youtube#commentThreadListResponse',
    items: [
      {
        kind: 'youtube#commentThread',
        id: 'UgPerdureTestAAAAAAA4AaABAg',
        snippet: {
          videoId: 'perdureVid9',
          isPublic: true,
          totalReplyCount: 0,
          topLevelComment: {
            kind: 'youtube#comment',
            id: 'UgPerdureTestAAAAAAA4AaABAg',
            snippet: { textDisplay: 'I hear you', videoId: 'perdureVid9', publishedAt: '2016-12-13T11:00:00Z' },
          },
        },
      },
    ],
  };

  it('lists uploads and comments, and sends the key in a header that nobody keeps', async () => {
    tape.on('GET /youtube/v3/playlistItems', { body: playlist });
    tape.on('GET /youtube/v3/commentThreads', { body: threads });
    const steps = await harvest(keyed);
    const read = (await Promise.all(captured(steps).map((step) => readingsOf(youtube, keyed, step)))).flat();
    expect(read).toMatchObject([{ post: videoOf('perdureVid9') }, { post: commentOf('UgPerdureTestAAAAAAA4AaABAg') }]);
    expect(tape.requests[0]!.headers['x-goog-api-key']).toBe('sesame-open');
    expect(JSON.stringify(keyed.exchanges)).not.toContain('sesame');
    expect(bookmark(steps)).toMatchObject({ reach: 'whole', backTo: { beginning: true } });
  });

  it('waits until tomorrow where the quota is spent', async () => {
    tape.on('GET /youtube/v3/playlistItems', {
      status: 403,
      body: { error: { code: 403, message: 'quota', errors: [{ domain: 'youtube.quota', reason: 'quotaExceeded' }] } },
    });
    await expect(harvest(keyed)).rejects.toBeInstanceOf(RateLimited);
  });

  it('looks at fifty at once, and infers no deletion from what an answer lacks', async () => {
    tape.on('GET /youtube/v3/videos', {
      body: {
        kind: 'youtube#videoListResponse',
        items: [{ kind: 'youtube#video', id: 'perdureVid9', snippet: { title: 'A', channelId: ID } }],
      },
    });
    const posts = ['perdureVid9', 'perdureVid8'].map((id) => ({ post: videoOf(id), ref: `video ${id}` }));
    const steps = await stepsOf(connector.look!(seed, posts, keyed.io));
    expect(steps.slice(1)).toMatchObject([{ kind: 'absence', post: videoOf('perdureVid8'), outcome: 'omitted' }]);
    expect(await readingsOf(youtube, keyed, captured(steps)[0]!)).toHaveLength(1);
  });
});
