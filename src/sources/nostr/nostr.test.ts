import { describeSource } from '../../../test/contract/describe-source.js';
import { nostr } from './index.js';

describeSource(nostr, {
  folder: 'src/sources/nostr/fixtures',
  fixtures: [
    // One repost carries its post, one list two bookmarks.
    { path: 'events.jsonl', format: 'nostr-events', records: 33, read: 35, rejected: 9 },
    { path: 'frames.json', format: 'nostr-events', records: 7, read: 7, rejected: 5 },
    { path: 'backup.js', format: 'nostr-events', records: 3, read: 3, rejected: 0 },
  ],
});
