import { describeSource } from '../../../test/contract/describe-source.js';
import { mastodon } from './index.js';

describeSource(mastodon, {
  folder: 'src/sources/mastodon/fixtures',
  accounts: [
    { path: 'accounts/account.json', format: 'mastodon-rest' },
    { path: 'accounts/suspended.json', format: 'mastodon-rest' },
    { path: 'accounts/actor.json', format: 'activitypub' },
  ],
  fixtures: [
    // With likes and bookmarks opened: 10 items of the outbox, one of them a boost that inlines its post; 3 addresses.
    {
      path: 'archive',
      format: 'mastodon-archive',
      records: 13,
      read: 14,
      rejected: 0,
      options: { include: ['likes'] },
    },
    { path: 'timeline.json', format: 'mastodon-rest', records: 11, read: 13, rejected: 1 },
    { path: 'answers', format: 'mastodon-rest', records: 19, read: 22, rejected: 8 },
    { path: 'statuses.jsonl', format: 'mastodon-rest', records: 5, read: 6, rejected: 2 },
    { path: 'activities.jsonl', format: 'activitypub', records: 23, read: 23, rejected: 8 },
    { path: 'page.json', format: 'activitypub', records: 3, read: 3, rejected: 2 },
    { path: 'followers.json', format: 'activitypub', records: 1, read: 1, rejected: 1 },
  ],
});
