import { describeSource } from '../../../test/contract/describe-source.js';
import { reddit } from './index.js';

describeSource(reddit, {
  folder: 'src/sources/reddit/fixtures',
  accounts: [
    { path: 'accounts/about.json', format: 'reddit-api' },
    { path: 'accounts/suspended.json', format: 'reddit-api' },
  ],
  fixtures: [
    { path: 'page.json', format: 'reddit-api', records: 2, read: 11, rejected: 2 },
    { path: 'listing.json', format: 'reddit-api', records: 15, read: 16, rejected: 3 },
    { path: 'dump.jsonl', format: 'reddit-api', records: 11, read: 12, rejected: 3 },
    { path: 'pushshift-page.json', format: 'reddit-api', records: 2, read: 2, rejected: 0 },
    { path: 'submitted.json', format: 'reddit-api', records: 1, read: 1, rejected: 1 },
    { path: 'inbox.json', format: 'reddit-api', records: 2, read: 2, rejected: 0, options: { include: ['direct'] } },
    { path: 'downloaded.json', format: 'reddit-api', records: 1, read: 3, rejected: 0 },
    { path: 'account.json', format: 'reddit-api', records: 2, read: 2, rejected: 0 },
    { path: 'table.csv', format: 'reddit-table', records: 3, read: 3, rejected: 1 },
    {
      path: 'request',
      format: 'reddit-export,reddit-export-votes,reddit-export-private,reddit-export-account',
      records: 15,
      read: 15,
      rejected: 5,
      options: { include: ['direct', 'likes', 'account'] },
    },
  ],
});
