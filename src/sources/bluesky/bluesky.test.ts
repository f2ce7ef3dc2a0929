import { describeSource } from '../../../test/contract/describe-source.js';
import { bluesky } from './index.js';

const include = ['likes'] as const;

describeSource(bluesky, {
  folder: 'src/sources/bluesky/fixtures',
  accounts: [
    { path: 'accounts/record.json', format: 'bluesky-api' },
    { path: 'accounts/did.json', format: 'bluesky-api' },
    { path: 'accounts/view.json', format: 'bluesky-api' },
  ],
  fixtures: [
    // One block has two keys; a follow, a gate, another application's record and a post that the tree does not name.
    { path: 'repository', format: 'bluesky-car', records: 11, read: 12, rejected: 4, options: { include } },
    { path: 'feed.json', format: 'bluesky-api', records: 7, read: 13, rejected: 0 },
    { path: 'lines.jsonl', format: 'bluesky-api', records: 16, read: 21, rejected: 6, options: { include } },
    { path: 'jetstream.jsonl', format: 'bluesky-jetstream', records: 11, read: 11, rejected: 4 },
    { path: 'firehose', format: 'bluesky-firehose', records: 7, read: 10, rejected: 4 },
  ],
});
