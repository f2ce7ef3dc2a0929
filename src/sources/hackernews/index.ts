/**
 * hackernews: stories, comments, jobs and polls as the API, the search and tables made of them have them. README.md has
 * the wire formats.
 *
 *   {"by":"nour","id":900000000000001,"kids":[900000000000002],"parent":900000000000000,"text":"Can anyone hear us?<p>Yes","time":1481655851,"type":"comment"}
 */
import { asArray, type JsonObject } from '../shared/json.js';
import { splitCsv } from '../shared/csv.js';
import { splitRecords } from '../shared/split-records.js';
import type { Source } from '../source.js';
import { readAccount } from './account.js';
import { hackernewsConnector } from './connector.js';
import { normalise } from './normalise.js';
import { recognise } from './recognise.js';
import { locate } from './uri.js';

export const hackernews: Source = {
  manifest: {
    id: 'hackernews',
    name: 'Hacker News',
    reader: 1,
    formats: [
      {
        id: 'hackernews-api',
        about: 'items of the API (hacker-news.firebaseio.com), hits and items of hn.algolia.com, as JSON or JSON Lines',
      },
      { id: 'hackernews-table', about: 'tables (CSV) of BigQuery’s and ClickHouse’s copies' },
    ],
    ceilings: [
      'an edit leaves no trace; a deleted item keeps its number, its time and its place in the thread alone',
      'a search answers with a thousand hits at most',
    ],
  },
  connectors: [hackernewsConnector],
  readsHead: true,
  recognise,
  split: (member, format) => (format === 'hackernews-table' ? splitCsv(member) : splitRecords(member, listsOf)),
  normalise,
  readAccount,
  locate,
};

/** The hits of a page are a record each; an empty page is one itself, so that it is told. */
function listsOf(first: JsonObject): ReadonlySet<string> | undefined {
  return asArray(first['hits']).length > 0 ? new Set(['$.hits']) : undefined;
}
