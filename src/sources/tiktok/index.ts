/**
 * tiktok: posts and comments from the account’s own export, from the pages’ answers (Zeeschuimer’s too), from the
 * Research API and from yt-dlp. README.md has the wire formats.
 *
 *   {"id":"7…","desc":"Can anyone hear us?","createTime":1697110676,"author":{"id":"6…","uniqueId":"nour"},"stats":{"diggCount":3},"video":{"duration":12}}
 */
import { isObject, type JsonObject } from '../shared/json.js';
import { scanJson } from '../shared/json-scanner.js';
import { splitLines } from '../shared/lines.js';
import { splitJson } from '../shared/split-json.js';
import type { RecordRange, Source } from '../source.js';
import { splitBlocks } from './blocks.js';
import { selectOwn } from './export.js';
import { kindOf } from './kinds.js';
import { normalise } from './normalise.js';
import { recognise } from './recognise.js';
import { survey } from './survey.js';
import { locate } from './uri.js';

export const tiktok: Source = {
  manifest: {
    id: 'tiktok',
    name: 'TikTok',
    reader: 1,
    formats: [
      {
        id: 'tiktok-export',
        about: 'user_data_tiktok.json: Settings → Account → Download your data → JSON',
      },
      { id: 'tiktok-export-text', about: 'Comments.txt, Posts.txt: the same as text' },
      { id: 'tiktok-api', about: 'answers of TikTok’s pages, of its app and of the Research API, saved as JSON' },
      {
        id: 'tiktok-zeeschuimer',
        about: 'lines of Zeeschuimer’s modules for TikTok posts and comments (also from 4CAT)',
      },
      { id: 'tiktok-ytdlp', about: '<title> [<id>].info.json: yt-dlp --write-info-json' },
    ],
    ceilings: [
      'the export has no numbers of comments, and mostly no numbers of posts',
      'the Research API hands out public posts of adults alone, thirty days at a time',
    ],
  },
  recognise,
  survey,
  split(member, format) {
    if (format === 'tiktok-export') return plain(scanJson(member, selectOwn));
    if (format === 'tiktok-export-text') return splitBlocks(member);
    return format === 'tiktok-zeeschuimer' ? splitLines(member) : splitJson(member, longListOf);
  },
  normalise,
  locate,
};

async function* plain(ranges: AsyncIterable<RecordRange>): AsyncGenerator<RecordRange> {
  for await (const { offset, length, refused } of ranges)
    yield refused ? { offset, length, refused } : { offset, length };
}

const LONG = ['itemList', 'item_list', 'aweme_list', 'comments', 'entries'];

/** A page’s items are a record each. */
function longListOf(first: JsonObject): ReadonlySet<string> | undefined {
  const kind = kindOf(first);
  // A post's own description may hold its comments: it stays one record.
  if (kind !== 'page' && !(kind === 'info' && 'entries' in first)) return undefined;
  const lists = LONG.filter((key) => Array.isArray(first[key]) && first[key].length > 0).map((key) => `$.${key}`);
  const data = first['data'];
  if (isObject(data)) {
    for (const key of ['videos', 'comments'])
      if (Array.isArray(data[key]) && data[key].length > 0) lists.push(`$.data.${key}`);
  }
  return lists.length > 0 ? new Set(lists) : undefined;
}
