/**
 * instagram: exports (“Download your information”, JSON) of all ages, and what Zeeschuimer captured. README.md has the wire formats.
 *
 *   {"media":[{"uri":"media/posts/201612/1_2_3_n_17….jpg","creation_timestamp":1481655851,"title":"\u00d9\u0087\u00d9\u0084"}]}
 */
import { splitJson } from '../shared/split-json.js';
import type { Source } from '../source.js';
import { normalise } from './normalise.js';
import { ACCOUNT, CAPTURED, COMMENTS, MESSAGES, PAGES, POSTS, recognise, REFERENCES } from './recognise.js';
import { splitFile, splitPage } from './split.js';
import { survey } from './survey.js';
import { locate } from './uri.js';

const WHERE = 'Accounts Centre → Your information and permissions → Export your information, format JSON';

export const instagram: Source = {
  manifest: {
    id: 'instagram',
    name: 'Instagram',
    reader: 1,
    formats: [
      { id: POSTS, about: `posts, stories, reels: ${WHERE}` },
      { id: COMMENTS, about: 'comments that the account wrote' },
      { id: MESSAGES, about: 'conversations (sealed)' },
      { id: REFERENCES, about: 'what the account liked or saved (sealed)' },
      { id: ACCOUNT, about: 'profile, followers, advertising and the rest of an export (sealed)' },
      { id: PAGES, about: 'an export in HTML: kept, not read; request the format JSON' },
      { id: CAPTURED, about: 'lines that the browser extension Zeeschuimer captured' },
    ],
    ceilings: [
      'an export gives posts no numbers, and does not say who may see them',
      'other people’s comments are not in it, nor which post a comment stands under',
    ],
  },
  readsHead: true,
  recognise,
  survey,
  split(member, format) {
    if (format === PAGES) return splitPage(member);
    return format === CAPTURED ? splitJson(member) : splitFile(member);
  },
  normalise,
  locate,
};
