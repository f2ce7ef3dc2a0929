import { describeSource } from '../../../test/contract/describe-source.js';
import { linkedin } from './index.js';

const POSTS = 'linkedin-shares,linkedin-comments,linkedin-reposts,linkedin-article,linkedin-media';

describeSource(linkedin, {
  folder: 'src/sources/linkedin/fixtures',
  fixtures: [
    // Refused: a share without an address, one with too many fields, a comment without a date, the list of media.
    { path: 'archive', format: POSTS, records: 16, read: 16, rejected: 4 },
    // A bookmarked job is none of a post; messages and connections stay sealed.
    {
      path: 'archive/Saved_Items.csv',
      format: 'linkedin-reactions',
      records: 2,
      read: 2,
      rejected: 1,
      options: { include: ['likes'] },
    },
    {
      path: 'archive/Reactions.csv',
      format: 'linkedin-reactions',
      records: 2,
      read: 2,
      rejected: 0,
      options: { include: ['likes'], account: 'perdure-fixture' },
    },
    {
      path: 'archive/messages.csv',
      format: 'linkedin-messages',
      records: 3,
      read: 3,
      rejected: 0,
      options: { include: ['direct'] },
    },
    {
      path: 'archive/Connections.csv',
      format: 'linkedin-account',
      records: 1,
      read: 1,
      rejected: 1,
      options: { include: ['account'] },
    },
    // A post, a post with the one that it shares, an update that names neither.
    { path: 'zeeschuimer.ndjson', format: 'linkedin-zeeschuimer', records: 3, read: 4, rejected: 1 },
  ],
});
