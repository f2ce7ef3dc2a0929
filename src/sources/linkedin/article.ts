/**
 * An article of the archive: a page of its own in the folder Articles.
 *
 *   <html><head><title>Title</title><style>…</style></head><body>
 *     <img src="https://media.licdn.com/…" alt="" title="" />
 *     <h1><a href="https://www.linkedin.com/pulse/title-of-it-nour-ab1c">Title</a></h1>
 *     <p class="created">Created on 2016-12-13 00:06</p>
 *     <p class="published">Published on 2016-12-13 00:09</p>
 *     <div><p>…</p></div></body></html>
 */
import type { Attachment, Content } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { Reading } from '../../core/reading.js';
import { assumeZone, parseIso, type Time } from '../../core/time.js';
import { htmlToText } from '../shared/html.js';
import { present, webAddress } from '../shared/items.js';
import { decodeUtf8 } from '../shared/json.js';
import type { CaptureContext } from '../source.js';
import { ownerOf, articleOf, ownOf, slugIn } from './uri.js';
import { scopeOf } from './rows.js';

const HEADING = /<h1>\s*(?:<a href="([^"<>]*)"[^<>]*>)?/;
const CREATED = /<p class="created">Created on (\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?)[^<]*<\/p>/;
const PUBLISHED = /<p class="published">Published on (\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?)[^<]*<\/p>/;

/** What no other page has together: the heading's form and the line beneath it. */
export function isArticle(text: string): boolean {
  return HEADING.test(text) && CREATED.test(text) && /linkedin\.com\/pulse|licdn\.com|Source Serif Pro/.test(text);
}

export function readArticle(record: Uint8Array, context: CaptureContext): Reading {
  const page = decodeUtf8(record);
  const heading = HEADING.exec(page);
  const created = CREATED.exec(page);
  if (!heading || !created) throw new Rejection('not-a-post', 'a page without the heading that an article has');
  const published = PUBLISHED.exec(page);
  const headEnd = page.indexOf('</h1>', heading.index);
  const title = htmlToText(page.slice(heading.index, headEnd < 0 ? created.index : headEnd));
  const from = Math.max(created.index + created[0].length, published ? published.index + published[0].length : 0);
  const close = page.lastIndexOf('</body>');
  if (close < from) throw new Rejection('truncated', 'the page ends in the middle of the article');
  const html = page.slice(from, close).trim();
  const address = heading[1] === undefined ? undefined : htmlToText(heading[1]);
  const slug = address === undefined || !published ? undefined : slugIn(address);
  const { account } = context.options;
  const images = [...imagesIn(page.slice(0, heading.index)), ...imagesIn(html)];
  const content: Content = {
    type: 'Article',
    // A page of its own that everybody can open; without a time of publication, a draft.
    visibility: published ? 'public' : 'direct',
    name: title,
    html,
    text: htmlToText(html),
    attachment: images,
    ...present({
      attributedTo: account === undefined ? undefined : ownerOf(account),
      published: published ? timeOf(published[1]!, context) : undefined,
      url: webAddress(address),
      extra: published ? undefined : { draft: true },
    }),
  };
  const key = `${created[1]!} ${title}`;
  const post = slug === undefined ? ownOf('article', scopeOf(context), key, 0) : articleOf(slug);
  return { post, outcome: 'present', hand: 'first', content };
}

function imagesIn(html: string): Attachment[] {
  const found: Attachment[] = [];
  for (let at = html.indexOf('<img '); at >= 0; at = html.indexOf('<img ', at + 5)) {
    const tag = html.slice(at, Math.min(at + 4_096, html.length));
    const end = tag.indexOf('>');
    const src = /\ssrc="([^"]*)"/.exec(end < 0 ? tag : tag.slice(0, end))?.[1];
    const url = webAddress(src === undefined ? undefined : htmlToText(src));
    if (url !== undefined) found.push({ type: 'Image', url });
  }
  return found;
}

/** To the minute, and without a word on the zone. */
function timeOf(text: string, context: CaptureContext): Time | undefined {
  const time = parseIso(text);
  const { timezone } = context.options;
  return time && timezone !== undefined ? assumeZone(time, timezone) : time;
}
