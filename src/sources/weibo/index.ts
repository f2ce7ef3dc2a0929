/**
 * weibo: statuses as the API, the pages' own interfaces and collectors give them. README.md has the wire formats.
 *
 *   {"statuses":[{"created_at":"Tue Dec 13 19:04:11 +0800 2016","idstr":"4052000000000001","mid":"4052000000000001","text":"…","user":{…}}],"total_number":1}
 */
import { asArray, type JsonObject } from '../shared/json.js';
import { splitCsv } from '../shared/csv.js';
import { splitJson } from '../shared/split-json.js';
import type { Source } from '../source.js';
import { normalise } from './normalise.js';
import { isCrawlerFile, recognise } from './recognise.js';
import { locate } from './uri.js';

export const weibo: Source = {
  manifest: {
    id: 'weibo',
    name: 'Weibo',
    reader: 1,
    formats: [
      {
        id: 'weibo-api',
        about:
          'answers of the API, of m.weibo.cn and of weibo.com/ajax, saved as JSON or JSON Lines; weibo-crawler’s JSON',
      },
      { id: 'weibo-table', about: 'tables (CSV) of weibo-crawler, weiboSpider and weibo-search' },
    ],
    ceilings: [
      'the API’s timelines reach back some hundred statuses; searches are filtered',
      'long texts are cut in lists; the rest has to be asked for one by one',
    ],
  },
  readsHead: true,
  recognise,
  split: (member, format) => (format === 'weibo-table' ? splitCsv(member) : splitJson(member, listsOf)),
  normalise,
  locate,
};

/** A page's statuses are a record each; an empty page is one itself, so that it is told. */
function listsOf(first: JsonObject): ReadonlySet<string> | undefined {
  if (isCrawlerFile(first)) return new Set(['$.weibo']);
  const lists = ['statuses', 'comments', 'reposts'].filter((list) => asArray(first[list]).length > 0);
  return lists.length > 0 ? new Set(lists.map((list) => `$.${list}`)) : undefined;
}
