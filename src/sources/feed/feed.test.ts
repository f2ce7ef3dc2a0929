import { describeSource } from '../../../test/contract/describe-source.js';
import { feed } from './index.js';

describeSource(feed, {
  folder: 'src/sources/feed/fixtures',
  fixtures: [
    { path: 'blog.rss', format: 'rss', records: 7, read: 7, rejected: 1 },
    { path: 'letters.atom', format: 'atom', records: 4, read: 4, rejected: 0 },
    { path: 'entry03.xml', format: 'atom', records: 1, read: 1, rejected: 0 },
    // UTF-16: the file is one record.
    { path: 'news.rdf', format: 'rss', records: 1, read: 2, rejected: 0 },
    { path: 'broken.xml', format: 'rss', records: 4, read: 4, rejected: 0 },
    { path: 'nameless-cut.xml', format: 'rss', records: 2, read: 2, rejected: 1 },
    { path: 'show.podcast.xml', format: 'rss', records: 1, read: 1, rejected: 0 },
    { path: 'entities.xml', format: 'rss', records: 1, read: 1, rejected: 1 },
    { path: 'feed.json', format: 'jsonfeed', records: 3, read: 3, rejected: 1 },
  ],
});
