/**
 * Makes the two sample exports: `npx tsx samples/build.ts`. Deterministic: the same members, byte for byte, on every
 * machine. A test compares them with the committed ZIPs.
 */
import { createWriteStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { draw } from './drawings.js';
import { EDITIONS, OTHERS, TEACHER, type Edition, type Post } from './posts.js';
import { idAt, idOf, mediaName, part, pretty, Shaper, type JsonValue } from './shape.js';

export interface Package {
  readonly name: string;
  readonly members: ReadonlyMap<string, Buffer>;
}

/** What the tests and README.md count on. */
export interface Figures {
  /** Records of tweets.js. */
  readonly records: number;
  /** An edit chain is one post. */
  readonly posts: number;
  readonly edited: number;
  readonly reposts: number;
  readonly replies: number;
  readonly notes: number;
  readonly deleted: number;
  readonly mediaStored: number;
  readonly mediaMissing: number;
  readonly directMessages: number;
}

const EVERY_POST: readonly Post[] = [
  ...new Map(EDITIONS.flatMap(({ posts }) => posts).map((post) => [post.key, post])).values(),
].sort((a, b) => (a.at < b.at ? -1 : 1));

export function packages(): Package[] {
  return EDITIONS.map((edition) => ({ name: edition.name, members: membersOf(edition) }));
}

export function figures({ posts, deleted }: Edition): Figures {
  const media = posts.flatMap((post) => post.media ?? []);
  return {
    records: posts.length,
    posts: posts.filter((post) => post.edits === undefined).length,
    edited: posts.filter((post) => post.edits !== undefined).length,
    reposts: posts.filter((post) => post.repostOf !== undefined).length,
    replies: posts.filter((post) => post.reply && ('to' in post.reply || post.reply.at !== undefined)).length,
    notes: posts.filter((post) => post.note !== undefined).length,
    deleted: deleted.length,
    mediaStored: media.filter(({ missing }) => !missing).length,
    mediaMissing: media.filter(({ missing }) => missing).length,
    directMessages: MESSAGES.length,
  };
}

interface DataFile {
  /** In the manifest's `dataTypes`. */
  readonly type: string;
  readonly file: string;
  readonly records: readonly JsonValue[];
  readonly mediaDirectory?: string;
}

function membersOf(edition: Edition): Map<string, Buffer> {
  const files = dataFiles(edition);
  const members = new Map<string, Buffer>();
  for (const { file, records } of files) members.set(`data/${file}.js`, part(globalName(file), records));
  for (const post of edition.posts) {
    for (const { picture, missing } of post.media ?? []) {
      if (!missing) members.set(`data/tweets_media/${idOf(post)}-${mediaName(picture)}`, draw(picture));
    }
  }
  members.set(`data/direct_messages_media/${messageId(MESSAGES[1]!)}-${mediaName('key')}`, draw('key'));
  members.set(`data/profile_media/${TEACHER.id}-${mediaName('avatar')}`, draw('avatar'));
  members.set('data/README.txt', Buffer.from(readme(edition)));
  members.set(
    'Your archive.html',
    Buffer.from('<!DOCTYPE html>\n<html>\n  <head><title>Your archive</title></head>\n  <body></body>\n</html>\n'),
  );
  // Last, because it gives the size of all the others.
  members.set('data/manifest.js', manifest(edition, files, members));
  return new Map([...members].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function dataFiles(edition: Edition): DataFile[] {
  const shaper = new Shaper(edition, EVERY_POST);
  const { id: accountId, handle, name } = TEACHER;
  const newestFirst = [...edition.posts].sort((a, b) => (a.at < b.at ? 1 : -1));
  const accounts = Object.values(OTHERS).map((person) => ({
    accountId: person.id,
    userLink: `https://twitter.com/intent/user?user_id=${person.id}`,
  }));
  return [
    {
      type: 'account',
      file: 'account',
      // Address, telephone number and networks are of the ranges set aside for documentation.
      records: [
        {
          account: {
            email: 'room.two@example.org',
            createdVia: 'oauth:258901',
            username: handle,
            accountId,
            createdAt: '2013-02-17T06:31:55.000Z',
            accountDisplayName: name,
          },
        },
      ],
    },
    {
      type: 'accountCreationIp',
      file: 'account-creation-ip',
      records: [{ accountCreationIp: { accountId, userCreationIp: '192.0.2.17' } }],
    },
    {
      type: 'accountTimezone',
      file: 'account-timezone',
      records: [{ accountTimezone: { accountId, timeZone: 'Istanbul' } }],
    },
    { type: 'ageinfo', file: 'ageinfo', records: [{ ageMeta: { ageInfo: { age: ['45'], birthDate: '1978-01-01' } } }] },
    { type: 'communityTweet', file: 'community-tweet', records: [], mediaDirectory: 'data/community_tweet_media' },
    {
      type: 'deletedTweetHeaders',
      file: 'deleted-tweet-headers',
      records: edition.deleted.map(({ post, at }) => shaper.header(post, at)),
    },
    {
      type: 'deletedTweets',
      file: 'deleted-tweets',
      records: edition.deleted.map(({ post, at }) => shaper.tweet(post, at)),
      mediaDirectory: 'data/deleted_tweets_media',
    },
    { type: 'directMessageHeaders', file: 'direct-message-headers', records: conversations(false) },
    {
      type: 'directMessages',
      file: 'direct-messages',
      records: conversations(true),
      mediaDirectory: 'data/direct_messages_media',
    },
    { type: 'follower', file: 'follower', records: accounts.slice(1).map((follower) => ({ follower })) },
    { type: 'following', file: 'following', records: accounts.slice(0, 4).map((following) => ({ following })) },
    {
      type: 'ipAudit',
      file: 'ip-audit',
      records: ['198.51.100.4', '198.51.100.9', '203.0.113.77'].map((loginIp, i) => ({
        ipAudit: {
          accountId,
          createdAt: new Date(Date.parse(edition.generated) - (i * 40 + 2) * 3_600_000).toISOString(),
          loginIp,
        },
      })),
    },
    { type: 'like', file: 'like', records: LIKES },
    { type: 'noteTweet', file: 'note-tweet', records: newestFirst.filter(hasNote).map((post) => shaper.note(post)) },
    { type: 'phoneNumber', file: 'phone-number', records: [{ device: { phoneNumber: '+12025550143' } }] },
    {
      type: 'profile',
      file: 'profile',
      records: [
        {
          profile: {
            description: { bio: edition.bio, website: '', location: 'حلب' },
            avatarMediaUrl: `https://pbs.twimg.com/profile_images/${accountId}/${mediaName('avatar')}`,
          },
        },
      ],
    },
    { type: 'tweetHeaders', file: 'tweet-headers', records: newestFirst.map((post) => shaper.header(post)) },
    {
      type: 'tweets',
      file: 'tweets',
      records: newestFirst.map((post) => shaper.tweet(post)),
      mediaDirectory: 'data/tweets_media',
    },
    { type: 'verified', file: 'verified', records: [{ verified: { accountId, verified: false } }] },
  ];
}

function hasNote(post: Post): post is Post & { readonly note: string } {
  return post.note !== undefined;
}

function globalName(file: string): string {
  return `YTD.${file.replaceAll('-', '_')}.part0`;
}

function manifest(edition: Edition, files: readonly DataFile[], members: ReadonlyMap<string, Buffer>): Buffer {
  const size = [...members.values()].reduce((sum, bytes) => sum + bytes.length, 0);
  const dataTypes = files.map(({ type, file, records, mediaDirectory }): [string, JsonValue] => [
    type,
    {
      ...(mediaDirectory !== undefined && { mediaDirectory }),
      files: [{ fileName: `data/${file}.js`, globalName: globalName(file), count: String(records.length) }],
    },
  ]);
  const config = {
    userInfo: { accountId: TEACHER.id, userName: TEACHER.handle, displayName: TEACHER.name },
    archiveInfo: {
      sizeBytes: String(size),
      generationDate: edition.generated,
      isPartialArchive: false,
      maxPartSizeBytes: '53687091200',
    },
    readmeInfo: { fileName: 'data/README.txt', directory: 'data/', name: 'README.txt' },
    dataTypes: Object.fromEntries([
      ...dataTypes,
      ['profileMedia', { mediaDirectory: 'data/profile_media' }],
      ['tweetsMedia', { mediaDirectory: 'data/tweets_media' }],
    ]),
  };
  return Buffer.from(`window.__THAR_CONFIG = ${pretty(config, '', ' ')}`);
}

function readme({ generated }: Edition): string {
  return `INTRODUCTION
============
This archive was generated at the request of the following user:
- @username at the time the archive was generated: ${TEACHER.handle}
- Account ID: ${TEACHER.id}

It is a sample. The account, the people it mentions, the messages and the pictures are invented for Perdure; nobody
asked X for it, and it was made as if on ${generated.slice(0, 10)}.

FILE DESCRIPTIONS
=================
tweets.js
Posts that are not deleted.
----------------------
deleted-tweets.js
Posts that have been deleted in the last 14 days.
----------------------
note-tweet.js
The whole text of long posts.
----------------------
tweets_media
Images of the posts; each file name begins with the id of its post.
----------------------
direct-messages.js, account.js, ip-audit.js, phone-number.js, like.js
Private matter, invented as well.
`;
}

// ── private matter ───────────────────────────────────────────────────────────────────────────────────────────────────

interface Message {
  readonly at: string;
  readonly with: keyof typeof OTHERS;
  readonly sent: boolean;
  readonly text: string;
}

const MESSAGES: readonly Message[] = [
  {
    at: '2016-12-10T18:22:41Z',
    with: 'ward',
    sent: true,
    text: 'إن سألوا عن النسخة الرابعة من الدفتر فهي عندك. لا تكتبي ذلك لأحد.',
  },
  {
    at: '2016-12-10T18:25:02Z',
    with: 'ward',
    sent: false,
    text: 'عندي، في الدرج الثاني. هذا رسم المفتاح. https://t.co/invented99',
  },
  { at: '2016-12-10T18:26:30Z', with: 'ward', sent: true, text: '🌙' },
  { at: '2022-09-18T16:02:11Z', with: 'pupil', sent: false, text: 'آنسة، هل ما زلتِ تسكنين في البيت نفسه؟' },
  {
    at: '2022-09-18T16:05:48Z',
    with: 'pupil',
    sent: true,
    text: 'نعم. الطابق الثالث، والجرس لا يعمل، فاطرق بالملعقة 😄',
  },
];

function messageId({ at }: Message): string {
  return idAt(at, '600');
}

function conversations(whole: boolean): JsonValue[] {
  const partners = [...new Set(MESSAGES.map((message) => message.with))];
  return partners.map((partner) => ({
    dmConversation: {
      conversationId: `${TEACHER.id}-${OTHERS[partner].id}`,
      // Newest first, as X has them.
      messages: MESSAGES.filter((message) => message.with === partner)
        .reverse()
        .map((message) => ({ messageCreate: messageOf(message, whole) })),
    },
  }));
}

function messageOf(message: Message, whole: boolean): JsonValue {
  const other = OTHERS[message.with].id;
  const [senderId, recipientId] = message.sent ? [TEACHER.id, other] : [other, TEACHER.id];
  const head = { senderId, recipientId, createdAt: new Date(message.at).toISOString() };
  if (!whole) return { id: messageId(message), ...head };
  const media = message.text.includes('invented99')
    ? [`https://ton.twitter.com/dm/${messageId(message)}/${mediaName('key')}`]
    : [];
  return {
    recipientId,
    reactions: [],
    urls: [],
    text: message.text,
    mediaUrls: media,
    senderId,
    id: messageId(message),
    createdAt: head.createdAt,
  };
}

const LIKES: readonly JsonValue[] = [
  ['2015-02-14T10:00:00Z', 'One window is a window. Four windows are a hospital.'],
  ['2018-03-21T09:30:00Z', 'لكل أمّ اليوم وردة، ولو كانت مرسومة.'],
  ['2021-07-04T20:11:00Z', 'Bugün dersimiz: beklemek ve boyamak.'],
].map(([at, fullText]) => {
  const tweetId = idAt(at!, '700');
  return { like: { tweetId, fullText: fullText!, expandedUrl: `https://twitter.com/i/web/status/${tweetId}` } };
});

// ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Wall-clock time, as ZIPs have it: the same digits in every zone. */
const ZIP_TIMES: Readonly<Record<string, Date>> = {
  'x-2023-teacher.zip': new Date(2023, 5, 10, 17, 2, 34),
  'x-2024-teacher.zip': new Date(2024, 5, 9, 16, 20, 8),
};

export async function write(folder: string): Promise<void> {
  for (const { name, members } of packages()) {
    const zip = new ZipFile();
    for (const [path, bytes] of members) {
      zip.addBuffer(bytes, path, {
        mtime: ZIP_TIMES[name]!,
        mode: 0o100644,
        compressionLevel: 9,
        forceDosTimestamp: true,
      });
    }
    zip.end();
    await pipeline(zip.outputStream, createWriteStream(join(folder, name)));
  }
}

const [, script] = process.argv;
if (script !== undefined && /[\\/]samples[\\/]build\.ts$/.test(script)) {
  void write(dirname(script)).then(() => {
    for (const edition of EDITIONS) process.stdout.write(`${edition.name} ${JSON.stringify(figures(edition))}\n`);
  });
}
