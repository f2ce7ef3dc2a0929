/**
 * tumblr: posts from both APIs, from a blog's own export (posts.xml, a page for each post). README.md has the wire formats.
 *
 *   {"meta":{"status":200,"msg":"OK"},"response":{"blog":{"name":"nour","uuid":"t:…"},"posts":[{"id_string":"1…","type":"text","body":"<p>Can anyone hear us?</p>",…}]}}
 */
import { Rejection } from '../../core/errors.js';
import type { JsonObject } from '../shared/json.js';
import { scanJson } from '../shared/json-scanner.js';
import { splitJson } from '../shared/split-json.js';
import type { RecordRange, Source } from '../source.js';
import { kindOf } from './kinds.js';
import { normalise } from './normalise.js';
import { recognise } from './recognise.js';
import { locate } from './uri.js';
import { splitPosts } from './xml.js';

export const tumblr: Source = {
  manifest: {
    id: 'tumblr',
    name: 'Tumblr',
    reader: 1,
    formats: [
      {
        id: 'tumblr-api',
        about: 'answers of the API (v2), or posts one by one, as JSON or JSON Lines; NPF and legacy',
      },
      { id: 'tumblr-api-v1', about: '/api/read/json of any blog: var tumblr_api_read = {…};' },
      { id: 'tumblr-xml', about: '/api/read of any blog, and posts.xml of a blog’s export' },
      { id: 'tumblr-page', about: 'posts/html/<number>.html of a blog’s export: Settings → blog → Export' },
    ],
    ceilings: [
      'the first API and the export’s pages name blogs, not their uuid',
      'pages of the export have no numbers of the posts that they pass on',
    ],
  },
  recognise,
  split(member, format) {
    if (format === 'tumblr-xml') return splitPosts(member);
    if (format === 'tumblr-page') return wholePage(member);
    return format === 'tumblr-api-v1' ? splitScript(member) : splitJson(member, listsOf);
  },
  normalise,
  locate,
};

/** Around the answer stands a script: `var tumblr_api_read = {…};`, or a call of one's own choice. */
async function* splitScript(member: AsyncIterable<Uint8Array>): AsyncGenerator<RecordRange> {
  const select = (path: string, byte: number) => (path === '$' && byte === 0x5b ? 'descend' : 'record');
  for await (const { offset, length, refused } of scanJson(member, select, { prose: 'ignore' }))
    yield refused ? { offset, length, refused } : { offset, length };
}

/** An answer's posts are a record each; those of the first API need the page around them, which is never long. */
function listsOf(first: JsonObject): ReadonlySet<string> | undefined {
  if (kindOf(first) !== 'answer') return undefined;
  const inside = 'response' in first ? '$.response' : '$';
  const lists = [`${inside}.posts`, `${inside}.liked_posts`].filter((path) => hasPosts(first, path));
  if (Array.isArray(first['response']) && first['response'].length > 0) lists.push('$.response');
  return lists.length > 0 ? new Set(lists) : undefined;
}

function hasPosts(first: JsonObject, path: string): boolean {
  let value: unknown = first;
  for (const key of path.split('.').slice(1)) value = (value as JsonObject | undefined)?.[key];
  return Array.isArray(value) && value.length > 0;
}

const MAX_PAGE = 64 * 1024 * 1024;

async function* wholePage(member: AsyncIterable<Uint8Array>): AsyncGenerator<RecordRange> {
  let length = 0;
  for await (const chunk of member) length += chunk.length;
  if (length === 0) throw new Rejection('empty', 'an empty file');
  if (length <= MAX_PAGE) yield { offset: 0, length };
  else {
    const detail = `this page has ${length} bytes; the limit is ${MAX_PAGE}`;
    yield { offset: 0, length, refused: { reason: 'too-large', detail } };
  }
}
