/**
 * reddit: submissions and comments as the API gives them, as Pushshift and its heirs dump them, and as an account's own
 * data request has them. README.md has the wire formats.
 *
 *   {"kind":"t1","data":{"name":"t1_c0ffee","link_id":"t3_beef","parent_id":"t3_beef","author":"nour","body":"Can anyone hear us?","created_utc":1481655851.0,"edited":false,"subreddit":"syria"}}
 */
import { asArray, asObject, type JsonObject } from '../shared/json.js';
import { splitCsv } from '../shared/csv.js';
import { splitRecords } from '../shared/split-records.js';
import type { Source } from '../source.js';
import { readAccount } from './account.js';
import { itemsOf, kindOf, LISTS } from './kinds.js';
import { redditConnector } from './connector.js';
import { normalise } from './normalise.js';
import { recognise } from './recognise.js';
import { survey } from './survey.js';
import { locate } from './uri.js';

export const reddit: Source = {
  manifest: {
    id: 'reddit',
    name: 'Reddit',
    reader: 1,
    formats: [
      {
        id: 'reddit-api',
        about:
          'answers of the API, dumps of Pushshift and Arctic Shift, PRAW’s and rexport’s JSON, as JSON or JSON Lines',
      },
      { id: 'reddit-table', about: 'tables (CSV) made of such dumps, 4CAT’s too' },
      {
        id: 'reddit-export',
        about: 'posts.csv, comments.csv, post_headers.csv, comment_headers.csv: reddit.com/settings/data-request',
      },
      { id: 'reddit-export-private', about: 'messages.csv, chat_history.csv of it: sealed unless --include direct' },
      { id: 'reddit-export-votes', about: 'votes and saved posts of it: sealed unless --include likes' },
      { id: 'reddit-export-account', about: 'statistics.csv and the account’s other tables: no posts' },
    ],
    ceilings: [
      'listings end after a thousand posts; a page of comments leaves most of a long thread out',
      'the data request has one’s own posts alone, and no times of edits',
    ],
  },
  readsHead: true,
  connectors: [redditConnector],
  recognise,
  survey,
  split: (member, format) => (format === 'reddit-api' ? splitRecords(member, listsIn) : splitCsv(member)),
  normalise,
  readAccount,
  locate,
};

/** What a page lists is a record each; an empty page is one itself, so that it is told. */
function listsIn(first: JsonObject): ReadonlySet<string> | undefined {
  switch (kindOf(first)) {
    case 'listing':
      return asArray(asObject(first['data'])?.['children']).length > 0 ? new Set(['$.data.children']) : undefined;
    case 'page': {
      const list = Array.isArray(first['data']) ? 'data' : 'results';
      return itemsOf(first).length > 0 ? new Set([`$.${list}`]) : undefined;
    }
    case 'account':
      return new Set(LISTS.map((list) => `$.${list}`));
    default:
      return undefined;
  }
}
