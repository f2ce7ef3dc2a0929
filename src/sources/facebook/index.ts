/**
 * facebook: what “Download your information” hands out, as JSON. README.md has the wire formats of all ages.
 *
 *   {"timestamp":1481655851,"data":[{"post":"\u00d9\u0087\u00d9\u0084"}],"attachments":[…],"title":"Nour updated her status."}
 */
import type { Source } from '../source.js';
import { normalise } from './normalise.js';
import { ACCOUNT, MESSAGES, PAGES, POSTS, REACTIONS, recognise } from './recognise.js';
import { splitFile, splitPage } from './split.js';
import { survey } from './survey.js';
import { locate } from './uri.js';

const WHERE = 'Accounts Centre → Your information and permissions → Export your information, format JSON';

export const facebook: Source = {
  manifest: {
    id: 'facebook',
    name: 'Facebook',
    reader: 1,
    formats: [
      { id: POSTS, about: `posts, comments, stories, pictures: ${WHERE}` },
      { id: MESSAGES, about: `Messenger’s conversations (sealed): ${WHERE}` },
      { id: REACTIONS, about: 'what the account reacted to or saved (sealed)' },
      { id: ACCOUNT, about: 'profile, friends, advertising and the rest of an export (sealed)' },
      { id: PAGES, about: 'an export in HTML, or saved pages: kept, not read; request the format JSON' },
    ],
    ceilings: [
      'an export gives posts no numbers, and does not say who may see them',
      'of what was shared from others there is a link at most; other people’s comments are not in it',
      'an export has the last version of an edited post',
    ],
  },
  readsHead: true,
  recognise,
  survey,
  split: (member, format) => (format === PAGES ? splitPage(member) : splitFile(member)),
  normalise,
  locate,
};
