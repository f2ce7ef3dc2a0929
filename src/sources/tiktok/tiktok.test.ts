import { describeSource } from '../../../test/contract/describe-source.js';
import { tiktok } from './index.js';

describeSource(tiktok, {
  folder: 'src/sources/tiktok/fixtures',
  fixtures: [
    // Four comments, one without words; one in a live stream; two posts and a deleted one.
    { path: 'user_data_tiktok.json', format: 'tiktok-export', records: 8, read: 8, rejected: 1 },
    { path: 'user_data.json', format: 'tiktok-export', records: 1, read: 1, rejected: 0 },
    { path: 'Comments.txt', format: 'tiktok-export-text', records: 3, read: 3, rejected: 0 },
    { path: 'Posts.txt', format: 'tiktok-export-text', records: 2, read: 2, rejected: 0 },
    {
      path: 'Like List.txt',
      format: 'tiktok-export-text',
      records: 1,
      read: 1,
      rejected: 1,
      options: { include: ['account'] },
    },
    // A comment with its reply; a stream without a post; another platform's line.
    { path: 'zeeschuimer.ndjson', format: 'tiktok-zeeschuimer', records: 6, read: 7, rejected: 2 },
    { path: 'item_list.json', format: 'tiktok-api', records: 3, read: 3, rejected: 1 },
    { path: 'answers.jsonl', format: 'tiktok-api', records: 9, read: 11, rejected: 2 },
    { path: 'video.info.json', format: 'tiktok-ytdlp', records: 1, read: 1, rejected: 0 },
    { path: 'list.info.json', format: 'tiktok-ytdlp', records: 1, read: 1, rejected: 1 },
  ],
});
