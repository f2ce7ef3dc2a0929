/**
 * feed: items of RSS, Atom, RDF and JSON Feed, as files. README.md has the formats and the order in which elements
 * count.
 *
 *   <item><title>هل يسمعنا أحد؟</title><link>https://east.example/1</link><guid>https://east.example/?p=1</guid><pubDate>Tue, 13 Dec 2016 19:04:11 +0200</pubDate></item>
 */
import type { Source } from '../source.js';
import { feedConnector } from './connector.js';
import { normalise, readDraft } from './normalise.js';
import { recognise } from './recognise.js';
import { splitFeed } from './split.js';
import { surveyOf } from './survey.js';

export const feed: Source = {
  manifest: {
    id: 'feed',
    name: 'Feeds',
    reader: 2,
    formats: [
      {
        id: 'rss',
        about: 'RSS 0.90 to 2.0 and RSS 1.0 (RDF), podcasts too: what a feed’s address answers, saved as a file',
      },
      { id: 'atom', about: 'Atom 1.0 and 0.3: a feed, or one entry' },
      { id: 'jsonfeed', about: 'JSON Feed 1 and 1.1' },
    ],
    ceilings: [
      'a feed holds the newest items only, ten to fifty as a rule; an item that is no longer in it is not deleted',
      'RSS has no mark of an edit; many feeds hold excerpts',
    ],
  },
  connectors: [feedConnector],
  readsHead: true,
  recognise,
  survey: (pack) => surveyOf(pack, readDraft),
  split: (member, format) => splitFeed(member, format),
  normalise,
};
