/**
 * mastodon: the fediverse. README.md beside this file has the wire formats and how a person gets the files.
 *
 *   outbox.json     {"type":"OrderedCollection","orderedItems":[{"type":"Create","object":{"id":"https://social.example/users/nour/statuses/1","type":"Note","content":"<p>Can anyone hear us?</p>",…}},…]}
 *   REST answer     {"id":"1","created_at":"2016-12-13T19:04:11.000Z","uri":"https://social.example/users/nour/statuses/1","content":"<p>Can anyone hear us?</p>","account":{…},…}
 */
import type { Source } from '../source.js';
import { readAccount } from './actor.js';
import { activityPubConnector } from './connector-activitypub.js';
import { mastodonConnector } from './connector.js';
import { normalise } from './normalise.js';
import { recognise } from './recognise.js';
import { split } from './split.js';
import { survey } from './survey.js';

export const mastodon: Source = {
  manifest: {
    id: 'mastodon',
    name: 'Mastodon and the fediverse',
    reader: 1,
    formats: [
      {
        id: 'mastodon-archive',
        about:
          'the archive of an account (tar.gz or zip with outbox.json): Preferences → Import and export → Request your archive',
      },
      {
        id: 'mastodon-rest',
        about:
          'answers of the REST API, saved as JSON or JSON Lines: statuses, timelines, contexts, histories, notifications',
      },
      {
        id: 'activitypub',
        about: 'objects, activities and collections of any ActivityPub server, saved as JSON or JSON Lines',
      },
    ],
    ceilings: [
      'an archive holds the latest text of each post; earlier versions only /history has',
      'an archive can be requested once in seven days',
      'a timeline answers at most 40 statuses a request; remote servers’ older posts are missing unless somebody fetched them',
    ],
  },
  recognise,
  survey,
  split: (member) => split(member),
  normalise,
  readAccount,
  connectors: [mastodonConnector, activityPubConnector],
};
