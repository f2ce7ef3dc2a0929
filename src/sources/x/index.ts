/**
 * x: X, formerly Twitter. README.md beside this file has the wire format of each rendering and how a person gets it.
 *
 *   window.YTD.tweets.part0 = [ { "tweet": { "id_str": "9…", "full_text": "Bread &amp; water …", "created_at": "Wed Mar 22 07:41:49 +0000 2017", … } } ]
 *   {"data":[{"id":"9…","text":"Bread &amp; water …","author_id":"99…","created_at":"2017-03-22T07:41:49.000Z"}],"includes":{…},"__twarc":{…}}
 */
import { Rejection } from '../../core/errors.js';
import type { CaptureContext, Source } from '../source.js';
import { splitCsv } from '../shared/csv.js';
import { parseExact } from '../shared/exact.js';
import { decodeUtf8, isObject, mayHoldSurrogates, parseObject, type JsonObject } from '../shared/json.js';
import { readAccount } from './actors.js';
import { readAnswer } from './api.js';
import { readArchived, readNote } from './archive.js';
import { sound, type Env, type Item } from './draft.js';
import { readConversation, readLike } from './private.js';
import { xConnector } from './connector.js';
import { recognise } from './recognise.js';
import { splitRecords } from './split.js';
import { survey } from './survey.js';
import { readRow } from './table.js';
import { postUriFromUrl } from './uri.js';

export const x: Source = {
  manifest: {
    id: 'x',
    name: 'X (Twitter)',
    reader: 1,
    formats: [
      {
        id: 'x-archive',
        about: 'tweets.js, tweet.js, community-tweet.js: Settings → Your account → Download an archive of your data',
      },
      { id: 'x-archive-deleted', about: 'deleted-tweets.js of that archive: what was deleted in the 14 days before' },
      { id: 'x-archive-circle', about: 'twitter-circle-tweet.js of that archive: posts to a circle' },
      { id: 'x-archive-note', about: 'note-tweet.js of that archive: the whole texts of long posts' },
      { id: 'x-archive-like', about: 'like.js of that archive: other people’s posts; sealed unless --include likes' },
      { id: 'x-archive-direct', about: 'direct-messages.js of that archive; sealed unless --include direct' },
      { id: 'x-grailbird', about: 'data/js/tweets/YYYY_MM.js: archives requested before 2018' },
      {
        id: 'x-v1',
        about: 'API v1 and v1.1 in JSON or JSON Lines: timelines, lookups, searches, streams, twarc 1, premium search',
      },
      { id: 'x-v2', about: 'API v2: twarc2 pages or flattened, academictwitteR, single lookups' },
      { id: 'x-gnip', about: 'Activity Streams of Gnip and the enterprise APIs' },
      {
        id: 'x-zeeschuimer',
        about: 'what the browser extension Zeeschuimer saw on twitter.com or x.com (NDJSON, 4CAT’s too)',
      },
      { id: 'x-graphql', about: 'answers of the web pages’ own interface, whole or one result a line' },
      { id: 'x-snscrape', about: 'JSON Lines of snscrape (2018–2023)' },
      { id: 'x-4cat-csv', about: 'tables of 4CAT, and of Zeeschuimer’s readers' },
      { id: 'x-compliance', about: 'batch compliance results: what became of posts' },
    ],
    ceilings: [
      'an account’s timeline ends after 3,200 posts (API v1.1, v2)',
      'recent search goes back seven days',
      'an archive holds deleted posts for 14 days, and of a repost only a stub that is often cut short',
    ],
  },

  readsHead: true,
  connectors: [xConnector],
  recognise,
  survey,
  split: (member, format) => (format === 'x-4cat-csv' ? splitCsv(member) : splitRecords(member)),
  locate: postUriFromUrl,
  readAccount,

  normalise(record, context) {
    if (context.format === 'x-4cat-csv') return readRow(record, context, {});
    // Its ids are bare numbers, which JSON readers round.
    const parsed = context.format === 'x-snscrape' ? parseScraped(record) : parseHandEdited(record, context);
    // Lone surrogates can only come from escapes, and hardly any record has one: look for those before walking it.
    if (!mayHoldSurrogates(record)) return read(parsed, context, {});
    const losses: string[] = [];
    const value = sound(parsed, losses);
    return read(value, context, losses.length > 0 ? { losses } : {});
  },
};

function read(record: JsonObject, context: CaptureContext, env: Env): readonly Item[] {
  if (!context.format.startsWith('x-archive')) return readAnswer(record, env, context.path);
  if (isObject(record['noteTweet'])) return readNote(record, context, env);
  if (isObject(record['like'])) return readLike(record, context, env);
  if (isObject(record['dmConversation'])) return readConversation(record, env);
  return readArchived(record, context, env);
}

function parseScraped(record: Uint8Array): JsonObject {
  const value = parseExact(record);
  return isObject(value) ? value : parseObject(record);
}

/** Script files that were edited by hand have commas before a closing bracket. */
function parseHandEdited(record: Uint8Array, { format }: CaptureContext): JsonObject {
  try {
    return parseObject(record);
  } catch (error) {
    if (!(error instanceof Rejection) || error.reason !== 'malformed' || !isScript(format)) throw error;
    const repaired = withoutTrailingCommas(decodeUtf8(record));
    if (repaired === undefined) throw error;
    return parseObject(Buffer.from(repaired));
  }
}

function isScript(format: string): boolean {
  return format === 'x-grailbird' || format.startsWith('x-archive');
}

/** Undefined when there are none. Strings are passed over whole, so that no comma of a text is touched. */
function withoutTrailingCommas(text: string): string | undefined {
  const repaired = text.replace(/"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/gs, (found) => (found === ',' ? '' : found));
  return repaired.length === text.length ? undefined : repaired;
}
