/**
 * lemmy: posts, comments and messages as the API of Lemmy and of PieFed gives them, and Mbin's entries. README.md has
 * the wire formats; the same posts as ActivityPub are read by `mastodon`, under the same URIs.
 *
 *   {"post":{"id":1,"name":"Can anyone hear us?","body":"…","ap_id":"https://lemmy.example/post/1","published":"2023-06-20T10:11:12.345678Z","deleted":false,"removed":false},"creator":{…},"community":{…},"counts":{…}}
 */
import { splitRecords } from '../shared/split-records.js';
import type { Source } from '../source.js';
import { lemmyConnector } from './connector.js';
import { normalise } from './normalise.js';
import { recognise } from './recognise.js';
import { readAccount } from './view.js';

export const lemmy: Source = {
  manifest: {
    id: 'lemmy',
    name: 'Lemmy',
    reader: 1,
    formats: [
      {
        id: 'lemmy-api',
        about: 'answers of the API of Lemmy (v3, v4), PieFed and Mbin: post/list, comment/list, post, search, user …',
      },
      { id: 'lemmy-settings', about: 'Settings → Export: what an account follows, blocks and has saved' },
    ],
    ceilings: [
      'a list answers with fifty posts at a time',
      'a server has of others’ posts what was sent to it, and blanks the words of what was removed',
    ],
  },
  connectors: [lemmyConnector],
  recognise,
  // An answer is one record: a comment names what it answers by a number that the same answer explains.
  split: (member) => splitRecords(member),
  normalise,
  readAccount,
};
