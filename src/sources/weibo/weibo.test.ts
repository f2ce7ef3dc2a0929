import { describeSource } from '../../../test/contract/describe-source.js';
import { weibo } from './index.js';

describeSource(weibo, {
  folder: 'src/sources/weibo/fixtures',
  fixtures: [
    // Three reposts carry what they repost.
    { path: 'timeline.json', format: 'weibo-api', records: 5, read: 8, rejected: 0 },
    { path: 'statuses.jsonl', format: 'weibo-api', records: 6, read: 6, rejected: 3 },
    { path: 'empty.json', format: 'weibo-api', records: 1, read: 1, rejected: 1 },
    { path: 'cards.json', format: 'weibo-api', records: 2, read: 5, rejected: 1 },
    { path: 'ajax.json', format: 'weibo-api', records: 1, read: 1, rejected: 0 },
    { path: 'comments.json', format: 'weibo-api', records: 2, read: 3, rejected: 0 },
    { path: 'crawler.json', format: 'weibo-api', records: 1, read: 2, rejected: 0 },
    {
      path: 'table.csv',
      format: 'weibo-table',
      records: 4,
      read: 4,
      rejected: 2,
      options: { timezone: 'Asia/Shanghai' },
    },
  ],
});
