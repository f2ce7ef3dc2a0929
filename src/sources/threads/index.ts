/**
 * threads: exports (they come with Instagram’s, or alone), and what Zeeschuimer captured. README.md has the wire formats.
 *
 *   {"text_post_app_text_posts":[{"media":[{"uri":"","creation_timestamp":1754466859,"title":"…","text_app_post":{"is_reply":true}}]}]}
 */
import { splitJson } from '../shared/split-json.js';
import type { Source } from '../source.js';
import { normalise } from './normalise.js';
import { ACCOUNT, CAPTURED, PAGES, POSTS, recognise, REFERENCES } from './recognise.js';
import { splitFile, splitPage } from './split.js';
import { survey } from './survey.js';
import { locate } from './uri.js';

export const threads: Source = {
  manifest: {
    id: 'threads',
    name: 'Threads',
    reader: 1,
    formats: [
      { id: POSTS, about: 'posts and answers: Accounts Centre → Export your information, format JSON' },
      { id: REFERENCES, about: 'what the account liked or saved (sealed)' },
      { id: ACCOUNT, about: 'profile, followers and the rest of an export (sealed)' },
      { id: PAGES, about: 'an export in HTML: kept, not read; request the format JSON' },
      { id: CAPTURED, about: 'lines that the browser extension Zeeschuimer captured' },
    ],
    ceilings: ['an export gives posts no numbers, and does not say what an answer answers', 'reposts are not in it'],
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
