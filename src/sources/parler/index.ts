/**
 * parler: pages of posts, and the API's answers, from before January 2021. README.md beside this file has the formats.
 *
 *   <meta property="og:url" content="/post/00000000000000000000000000000001" /> … <div class="card card--post-container w--100"> …
 *   {"_id":"0000…0001","body":"Can anyone hear us?","createdAt":"20201213190411","creator":"0000…0007","upvotes":"3",…}
 */
import { isObject, parseJson } from '../shared/json.js';
import { peekJson } from '../shared/peek.js';
import { refused, storableItems, type Item } from '../shared/items.js';
import { splitJson } from '../shared/split-json.js';
import type { MemberHead, RecordRange, Recognition, Source } from '../source.js';
import { isPage, isPost, isUser, NOTHING, readPost, readPosts } from './api.js';
import { readPage } from './page.js';
import { locate } from './uri.js';

const MAX_PAGE = 16 * 1024 * 1024;

export const parler: Source = {
  manifest: {
    id: 'parler',
    name: 'Parler',
    reader: 1,
    formats: [
      { id: 'parler-page', about: 'the page of a post (https://parler.com/post/…), saved as HTML before January 2021' },
      { id: 'parler-api', about: 'posts and comments of the API of 2018 to 2021, as JSON or JSON Lines' },
    ],
    ceilings: ['the platform of these files was shut down in January 2021; what nobody saved is gone'],
  },
  recognise: (member) => recognisePage(member) ?? recogniseApi(member),
  split: (member, format) => (format === 'parler-page' ? wholePage(member) : splitJson(member)),
  normalise: (record, { format }) =>
    format === 'parler-page' ? readPage(record) : storableItems(record, read(parseJson(record))),
  locate,
};

const SITE = /<meta\s+property="og:site_name"\s+content="Parler"/i;

function recognisePage({ head }: MemberHead): Recognition | null {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('utf8');
  if (!SITE.test(text) || !text.includes('og:url')) return null;
  const found = { format: 'parler-page', confidence: 0.95, why: 'a page that says of itself that it is Parler’s' };
  if (!/property="og:url"\s+content="[^"]*\/profile\//.test(text)) return { ...found, role: 'records' };
  const detail = 'a page about an account; save the pages of its posts';
  return { ...found, role: 'refused', refusal: { reason: 'users', detail } };
}

function recogniseApi({ head }: MemberHead): Recognition | null {
  const peek = peekJson(head);
  if (!peek || peek.prefix.trim() !== '') return null;
  const samples = peek.values
    .flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : [value]))
    .filter(isObject);
  const found = { format: 'parler-api', confidence: 0.93 };
  if (samples.some((value) => isPost(value) || isPage(value))) {
    return { ...found, why: 'posts with `createdAt` in digits, `creator` and `upvotes`', role: 'records' };
  }
  if (samples.length === 0 || !samples.every((value) => isUser(value) && /^\d{14}$/.test(String(value['joined']))))
    return null;
  const refusal = { reason: 'users', detail: 'accounts, no posts' } as const;
  return { ...found, why: 'accounts with `joined` in digits', role: 'refused', refusal };
}

/** The page is one record: what it shows belongs together. */
async function* wholePage(member: AsyncIterable<Uint8Array>): AsyncGenerator<RecordRange> {
  let length = 0;
  for await (const chunk of member) length += chunk.length;
  const detail = `this page has ${length} bytes; the limit is ${MAX_PAGE}`;
  yield length <= MAX_PAGE ? { offset: 0, length } : { offset: 0, length, refused: { reason: 'too-large', detail } };
}

function read(value: unknown, depth = 0): readonly Item[] {
  if (Array.isArray(value) && depth < 4) {
    return value.length === 0
      ? [refused('empty', 'an empty list')]
      : (value as unknown[]).flatMap((each) => read(each, depth + 1));
  }
  if (!isObject(value)) return [refused('not-a-post', `${JSON.stringify(value).slice(0, 80)} is no object`)];
  if (isPost(value)) return readPost(value, 'first', NOTHING);
  if (isPage(value)) return readPosts(value);
  if (isUser(value)) return [refused('users', 'an account, no post')];
  if ('body' in value && 'creator' in value) return readPost(value, 'first', NOTHING);
  return [refused('not-a-post', `nothing known of Parler: ${Object.keys(value).slice(0, 6).join(', ')}`)];
}
