import { describeSource } from '../../../test/contract/describe-source.js';
import { youtube } from './index.js';

describeSource(youtube, {
  folder: 'src/sources/youtube/fixtures',
  accounts: [{ path: 'accounts/channel.json', format: 'youtube-api' }],
  fixtures: [
    // The subscriptions are sealed; a row of a playlist and one without a number are refused.
    { path: 'takeout', format: 'youtube-takeout', records: 10, read: 10, rejected: 2 },
    { path: 'kommentare.csv', format: 'youtube-takeout', records: 4, read: 4, rejected: 1 },
    { path: 'headless.csv', format: 'youtube-takeout', records: 2, read: 2, rejected: 0 },
    { path: 'my-comments.html', format: 'youtube-takeout-page', records: 5, read: 5, rejected: 1 },
    {
      path: 'watch-history.json',
      format: 'youtube-account',
      records: 1,
      read: 1,
      rejected: 1,
      options: { include: ['account'] },
    },
    // A video and three comments, one of them without a number.
    { path: 'video.info.json', format: 'youtube-ytdlp', records: 1, read: 4, rejected: 1 },
    { path: 'list.jsonl', format: 'youtube-ytdlp', records: 4, read: 6, rejected: 2 },
    { path: 'channel.info.json', format: 'youtube-ytdlp', records: 1, read: 1, rejected: 1 },
    {
      path: 'A stream [perdureVid2].live_chat.json',
      format: 'youtube-live-chat',
      records: 8,
      read: 9,
      rejected: 5,
    },
    { path: 'threads.json', format: 'youtube-api', records: 3, read: 4, rejected: 1 },
    { path: 'answers.jsonl', format: 'youtube-api', records: 7, read: 11, rejected: 5 },
    { path: 'videos.xml', format: 'youtube-feed', records: 2, read: 2, rejected: 0 },
    { path: 'channels.json', format: 'youtube-api', records: 1, read: 1, rejected: 1 },
  ],
});
