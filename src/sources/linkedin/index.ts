/**
 * linkedin: an account's archive (shares, comments, articles, messages), and what its pages load. README.md has the wire
 * formats.
 *
 *   Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility
 *   2016-12-13 19:04:11,https://www.linkedin.com/feed/update/urn%3Ali%3Ashare%3A6…,"Can anyone""⏎""hear us?","","",MEMBER_NETWORK
 */
import { Rejection } from '../../core/errors.js';
import { splitCsv } from '../shared/csv.js';
import { splitLines } from '../shared/lines.js';
import type { RecordRange, Source } from '../source.js';
import { normalise } from './normalise.js';
import { recognise } from './recognise.js';
import { survey } from './survey.js';
import { dialectOf } from './tables.js';
import { locate } from './uri.js';

export const linkedin: Source = {
  manifest: {
    id: 'linkedin',
    name: 'LinkedIn',
    reader: 1,
    formats: [
      {
        id: 'linkedin-shares',
        about: 'Shares.csv: Settings → Data privacy → Get a copy of your data → the larger archive',
      },
      { id: 'linkedin-comments', about: 'Comments.csv of that archive' },
      { id: 'linkedin-reposts', about: 'InstantReposts.csv of that archive' },
      { id: 'linkedin-article', about: 'Articles/*.html of that archive' },
      {
        id: 'linkedin-reactions',
        about: 'Reactions.csv, Saved_Items.csv of that archive: sealed unless --include likes',
      },
      { id: 'linkedin-messages', about: 'messages.csv of that archive: sealed unless --include direct' },
      { id: 'linkedin-account', about: 'its other tables (connections, logins, votes): private, no posts' },
      { id: 'linkedin-media', about: 'Rich_Media.csv of that archive: addresses of uploads, no posts' },
      { id: 'linkedin-zeeschuimer', about: 'lines of Zeeschuimer’s module for LinkedIn (also from 4CAT)' },
    ],
    ceilings: [
      'the archive has no numbers of comments, and says of no share who could see it',
      'pages say “3w” of a post: its time is read from its number',
    ],
  },
  readsHead: true,
  recognise,
  survey,
  split(member, format) {
    if (format === 'linkedin-zeeschuimer') return splitLines(member);
    if (format === 'linkedin-article') return whole(member);
    if (format === 'linkedin-account') return whole(member, 'the account’s own matter, no posts');
    return splitCsv(member, dialectOf(format));
  },
  normalise,
  locate,
};

const MAX_PAGE = 64 * 1024 * 1024;

async function* whole(member: AsyncIterable<Uint8Array>, noPost?: string): AsyncGenerator<RecordRange> {
  let length = 0;
  for await (const chunk of member) length += chunk.length;
  if (length === 0) throw new Rejection('empty', 'an empty file');
  if (noPost !== undefined) yield { offset: 0, length, refused: { reason: 'not-a-post', detail: noPost } };
  else if (length <= MAX_PAGE) yield { offset: 0, length };
  else {
    const detail = `this page has ${length} bytes; the limit is ${MAX_PAGE}`;
    yield { offset: 0, length, refused: { reason: 'too-large', detail } };
  }
}
