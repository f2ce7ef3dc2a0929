/**
 * The fixtures in CBOR are made here, since nobody can write them by hand: PERDURE_UPDATE_GOLDEN=1 writes them anew,
 * and every run checks that they are these. Accounts and ids are invented; no DID of that length is ever given out.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import {
  blob,
  block,
  carOf,
  commitFrame,
  didDocument,
  frameOf,
  repository,
  signer,
  tid,
} from '../../../test/support/atproto.js';

const FOLDER = 'src/sources/bluesky/fixtures';
const NOUR = 'did:plc:nour1nobody';
const SAMI = 'did:plc:sami1nobody';
const NOURS_KEY = signer('nour');
const SAMIS_KEY = signer('sami', 'p256');

const at = (second: number): string => `2024-12-08T04:${String(10 + second).padStart(2, '0')}:00.000Z`;
const key = (second: number): string => tid(at(second));
const post = (did: string, second: number) => ({
  uri: `at://${did}/app.bsky.feed.post/${key(second)}`,
  cid: 'bafyreinone',
});
const feedPost = (text: string, second: number, more: object = {}) => ({
  $type: 'app.bsky.feed.post',
  text,
  createdAt: at(second),
  langs: ['ar'],
  ...more,
});

function bytesOf(text: string, words: string) {
  const byteStart = Buffer.byteLength(text.slice(0, text.indexOf(words)));
  return { byteStart, byteEnd: byteStart + Buffer.byteLength(words) };
}

const MARKED = 'من حلب 🕊 إلى @sami.example: اقرأ news.example/aleppo #حلب';
const RECORDS: Record<string, unknown> = {
  'app.bsky.actor.profile/self': {
    $type: 'app.bsky.actor.profile',
    displayName: 'نور',
    description: 'لا أحد',
    avatar: blob('avatar'),
    createdAt: at(0),
  },
  [`app.bsky.feed.post/${key(1)}`]: feedPost('هل يسمعنا أحد؟', 1),
  [`app.bsky.feed.post/${key(2)}`]: feedPost(MARKED, 2, {
    facets: [
      { index: bytesOf(MARKED, '@sami.example'), features: [{ $type: 'app.bsky.richtext.facet#mention', did: SAMI }] },
      {
        index: bytesOf(MARKED, 'news.example/aleppo'),
        features: [{ $type: 'app.bsky.richtext.facet#link', uri: 'https://news.example/aleppo?full=1' }],
      },
      { index: bytesOf(MARKED, '#حلب'), features: [{ $type: 'app.bsky.richtext.facet#tag', tag: 'حلب' }] },
    ],
    embed: {
      $type: 'app.bsky.embed.external',
      external: {
        uri: 'https://news.example/aleppo?full=1',
        title: 'Aleppo',
        description: 'A page',
        thumb: blob('thumb'),
      },
    },
    tags: ['سوريا'],
  }),
  [`app.bsky.feed.post/${key(3)}`]: feedPost('صورتان', 3, {
    langs: ['ar', 'en'],
    createdAt: '2024-12-08T07:13:00+03:00',
    reply: { root: post(SAMI, 40), parent: post(SAMI, 41) },
    labels: { $type: 'com.atproto.label.defs#selfLabels', values: [{ val: 'graphic-media' }] },
    embed: {
      $type: 'app.bsky.embed.recordWithMedia',
      record: { $type: 'app.bsky.embed.record', record: post(SAMI, 42) },
      media: {
        $type: 'app.bsky.embed.images',
        images: [
          { alt: 'شارع', image: blob('street'), aspectRatio: { width: 1200, height: 900 } },
          { alt: '', image: blob('sky', 'image/png') },
        ],
      },
    },
  }),
  [`app.bsky.feed.post/${key(4)}`]: feedPost('Video', 4, {
    createdAt: '2024-12-08T04:14:00.123456',
    embed: { $type: 'app.bsky.embed.video', video: blob('film', 'video/mp4'), alt: 'دخان' },
  }),
  [`app.bsky.feed.repost/${key(5)}`]: { $type: 'app.bsky.feed.repost', subject: post(SAMI, 40), createdAt: at(5) },
  // The same like twice: one block, two keys.
  [`app.bsky.feed.like/${key(6)}`]: { $type: 'app.bsky.feed.like', subject: post(SAMI, 40), createdAt: at(6) },
  [`app.bsky.feed.like/${key(7)}`]: { $type: 'app.bsky.feed.like', subject: post(SAMI, 40), createdAt: at(6) },
  [`app.bsky.graph.follow/${key(8)}`]: { $type: 'app.bsky.graph.follow', subject: SAMI, createdAt: at(8) },
  [`app.bsky.feed.threadgate/${key(1)}`]: {
    $type: 'app.bsky.feed.threadgate',
    post: post(NOUR, 1).uri,
    createdAt: at(1),
  },
  [`org.example.note/${key(9)}`]: { $type: 'org.example.note', body: 'another application', createdAt: at(9) },
};

function car(): Buffer {
  const { commit, nodes, records } = repository(NOUR, tid(at(20)), RECORDS, NOURS_KEY);
  const unnamed = block(feedPost('A post that was deleted before the export', 10));
  // Records before the tree that names them, each block once.
  const distinct = [...new Map([...records.values()].map((each) => [each.cid.toString('hex'), each])).values()];
  return carOf(commit, [...distinct.slice(3), commit, unnamed, ...nodes, ...distinct.slice(0, 3)]);
}

function frames(): Buffer {
  const path = `app.bsky.feed.post/${key(1)}`;
  const account = { seq: 7, did: SAMI, time: at(25) };
  return Buffer.concat([
    commitFrame(NOUR, at(21), [{ action: 'create', path, record: RECORDS[path] }], NOURS_KEY),
    commitFrame(
      SAMI,
      at(22),
      [
        { action: 'update', path, record: feedPost('نعم، نسمعكم', 22) },
        { action: 'create', path: `app.bsky.feed.like/${key(23)}`, record: RECORDS[`app.bsky.feed.like/${key(6)}`] },
        { action: 'delete', path: `app.bsky.feed.post/${key(40)}` },
        { action: 'delete', path: `app.bsky.graph.follow/${key(2)}` },
      ],
      SAMIS_KEY,
    ),
    frameOf({ op: 1, t: '#identity' }, { ...account, handle: 'sami.example' }),
    frameOf({ op: 1, t: '#account' }, { ...account, active: false, status: 'takendown' }),
    frameOf({ op: 1, t: '#tombstone' }, account),
    frameOf({ op: 1, t: '#info' }, { name: 'OutdatedCursor', message: 'Requested cursor exceeded limit' }),
    frameOf({ op: -1 }, { error: 'ConsumerTooSlow', message: 'try again' }),
  ]);
}

const FILES: readonly (readonly [string, () => Buffer])[] = [
  ['repository/nour.car', car],
  [
    'repository/did.json',
    () => Buffer.from(JSON.stringify(didDocument(NOUR, 'nour.example', NOURS_KEY), null, 1) + '\n'),
  ],
  ['firehose/recording.bin', frames],
  [
    'firehose/dids.json',
    () =>
      Buffer.from(
        JSON.stringify(
          {
            [NOUR]: didDocument(NOUR, 'nour.example', NOURS_KEY),
            // Not Sami's key: what he signs is read, and it is said.
            [SAMI]: didDocument(SAMI, 'sami.example', signer('somebody else', 'p256')),
          },
          null,
          1,
        ) + '\n',
      ),
  ],
];

it.each(FILES)('%s is what is made here', (path, make) => {
  const file = join(FOLDER, path);
  if (process.env['PERDURE_UPDATE_GOLDEN'] === '1') {
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, make());
  }
  expect(existsSync(file) && readFileSync(file).equals(make())).toBe(true);
});
