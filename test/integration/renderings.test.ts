/**
 * One post is one post, whichever export it came in: the same message out of different renderings, through the whole
 * pipeline, as its history shows it.
 */
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { history, locatorsOf, type PostHistory } from '../../src/read/index.js';
import { SOURCES } from '../../src/sources/index.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { counts, empty } from '../support/dump.js';
import { openTestArchive, type TestArchive } from '../support/pipeline.js';

const ID = '9010161212190205000';
const USER = '9900000000000000077';
const HANDLE = 'teacher_of_the_test';
const TEXT =
  'We moved the blackboard into the cellar & the lessons go on. ' +
  'Today we counted in three languages, sang the song of the months, and drew the river as it was in spring. #حلب';
const ESCAPED = TEXT.replace('&', '&amp;');

describe('renderings', () => {
  let database: TestDatabase;
  let archive: TestArchive;
  let folder: string;
  const locators = locatorsOf(SOURCES);

  beforeAll(async () => {
    database = await createDatabase();
    archive = await openTestArchive(database.url);
    folder = await mkdtemp(join(tmpdir(), 'perdure-renderings-'));
  });
  beforeEach(() => empty(archive.pool));
  afterAll(async () => {
    await archive.close();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  async function hand(name: string, files: Record<string, unknown>, observedAt?: string): Promise<void> {
    const path = join(folder, name);
    for (const [file, content] of Object.entries(files)) {
      await mkdir(join(path, file, '..'), { recursive: true });
      await writeFile(join(path, file), typeof content === 'string' ? content : JSON.stringify(content));
    }
    await archive.import(path, observedAt === undefined ? {} : { observedAt });
  }

  async function historyOf(url: string): Promise<PostHistory> {
    const found = await history(archive.pool, locators, url);
    if (!found) throw new Error(`no history of ${url}`);
    return found;
  }

  const hashtag = { text: 'حلب', indices: ['164', '168'] };
  const user = { id: Number(USER), id_str: USER, screen_name: HANDLE, name: 'Teacher', protected: false };
  const v1 = {
    created_at: 'Mon Dec 12 19:02:05 +0000 2016',
    id: Number(ID),
    id_str: ID,
    user,
    retweet_count: 1,
    favorite_count: 2,
  };

  const handers: Record<string, () => Promise<void>> = {
    archive: () =>
      hand('archive', {
        'data/manifest.js': `window.__THAR_CONFIG = ${JSON.stringify({
          userInfo: { accountId: USER, userName: HANDLE, displayName: 'Teacher' },
          archiveInfo: { generationDate: '2023-05-01T10:00:00.000Z' },
          dataTypes: {},
        })}`,
        'data/tweets.js': `window.YTD.tweets.part0 = ${JSON.stringify([
          {
            tweet: {
              id_str: ID,
              id: ID,
              created_at: v1.created_at,
              full_text: ESCAPED,
              entities: { hashtags: [hashtag], urls: [], user_mentions: [], symbols: [] },
              favorite_count: '9',
              retweet_count: '3',
              lang: 'en',
            },
          },
        ])}`,
      }),
    compat: () =>
      hand(
        'compat',
        {
          'timeline.json': [
            {
              ...v1,
              text: `${ESCAPED.slice(0, 116)}… https://t.co/selfselfse`,
              truncated: true,
              entities: {
                hashtags: [],
                urls: [
                  {
                    url: 'https://t.co/selfselfse',
                    expanded_url: `https://twitter.com/i/web/status/${ID}`,
                    indices: [117, 140],
                  },
                ],
                user_mentions: [],
                symbols: [],
              },
            },
          ],
        },
        '2016-12-13T00:00:00Z',
      ),
    extended: () =>
      hand(
        'extended',
        {
          'timeline.json': [
            {
              ...v1,
              full_text: ESCAPED,
              truncated: false,
              entities: { hashtags: [{ ...hashtag, indices: [164, 168] }], urls: [], user_mentions: [], symbols: [] },
            },
          ],
        },
        '2018-01-01T00:00:00Z',
      ),
    v2: () =>
      hand('v2', {
        'page.jsonl': {
          data: [
            {
              id: ID,
              text: ESCAPED,
              author_id: USER,
              created_at: '2016-12-12T19:02:05.000Z',
              edit_history_tweet_ids: [ID],
              entities: { hashtags: [{ tag: 'حلب', start: 164, end: 168 }] },
              public_metrics: { like_count: 11, retweet_count: 3, reply_count: 0, quote_count: 0 },
            },
          ],
          includes: { users: [{ id: USER, username: HANDLE, name: 'Teacher' }] },
          meta: { result_count: 1 },
          __twarc: {
            url: 'https://api.twitter.com/2/tweets',
            version: '2.9.2',
            retrieved_at: '2022-03-04T05:06:07+00:00',
          },
        },
      }),
  };

  it.each([
    ['archive', 'compat', 'extended', 'v2'],
    ['v2', 'extended', 'compat', 'archive'],
    ['compat', 'v2', 'archive', 'extended'],
  ])('a tweet from %s, %s, %s and %s is one post with one version and four witnesses', async (...order) => {
    for (const name of order) await handers[name]!();
    const sums = await counts(archive.pool);
    expect(sums).toMatchObject({ new: 4, rejected: 0, new_posts: 1 });
    for (const url of [`https://twitter.com/${HANDLE}/status/${ID}?s=20`, `https://x.com/i/status/${ID}`]) {
      const found = await historyOf(url);
      expect(found.versions).toHaveLength(1);
      expect(found.observations).toHaveLength(4);
      expect(found.versions[0]).toMatchObject({ outcome: 'present', text: TEXT, conflict: false });
    }
  });

  it('Mastodon: a status with its history has its versions in order, without a reversion', async () => {
    const uri = 'https://kitchen.example/users/rima/statuses/110000000000000001';
    const account = {
      id: '7',
      username: 'rima',
      acct: 'rima',
      url: 'https://kitchen.example/@rima',
      uri: 'https://kitchen.example/users/rima',
    };
    const at = (minute: number): string => `2023-01-02T03:0${minute}:00.000Z`;
    const common = { spoiler_text: '', sensitive: false, media_attachments: [], emojis: [], account };
    await hand('mastodon', {
      'status.json': {
        ...common,
        id: '110000000000000001',
        uri,
        url: `${account.url}/110000000000000001`,
        created_at: at(1),
        edited_at: at(3),
        visibility: 'public',
        content: '<p>third</p>',
        mentions: [],
        tags: [],
        reblog: null,
      },
      'history.json': ['first', 'second', 'third'].map((text, i) => ({
        ...common,
        created_at: at(i + 1),
        content: `<p>${text}</p>`,
      })),
    });
    const found = await historyOf(uri);
    expect(found.versions.map((version) => version.text)).toEqual(['first', 'second', 'third']);
    expect(found.versions.every((version) => !version.conflict)).toBe(true);
  });

  it('Telegram: an edit mark without the earlier text says so', async () => {
    await hand('telegram', {
      'result.json': {
        name: 'Lane of the carpenters',
        type: 'public_channel',
        id: 990000000001,
        messages: [
          {
            id: 5,
            type: 'message',
            date: '2021-05-14T23:28:11',
            date_unixtime: '1621023491',
            edited: '2021-05-14T23:40:00',
            edited_unixtime: '1621024200',
            from: 'Lane of the carpenters',
            from_id: 'channel990000000001',
            text: 'after the edit',
            text_entities: [{ type: 'plain', text: 'after the edit' }],
          },
        ],
      },
    });
    const found = await historyOf('https://t.me/c/990000000001/5');
    expect(found.versions.map((version) => version.outcome)).toEqual(['notCaptured', 'present']);
    expect(found.versions[1]!.text).toBe('after the edit');
  });
});
