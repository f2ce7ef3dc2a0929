/**
 * A page of a blog's export: `posts/html/<id>.html`, one for each post.
 *
 *   <!DOCTYPE html><html><head>…<link rel="stylesheet" type="text/css" href="../style.css"></head><body>
 *   <h1>Title</h1><p>words</p><img src="../../media/1…_0.jpg">
 *   <div id="footer"><span id="timestamp"> December 13th, 2016 7:04pm </span><span class="tag">aleppo</span></div></body></html>
 */
import type { Attachment, Content, Tag } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { Reading } from '../../core/reading.js';
import { assumeZone, parseIso, type Time } from '../../core/time.js';
import { htmlToText } from '../shared/html.js';
import { present, webAddress } from '../shared/items.js';
import { decodeUtf8 } from '../shared/json.js';
import type { CaptureContext } from '../source.js';
import { postOf } from './uri.js';
import { addedTo, plainOf } from './words.js';

const MONTHS = 'January|February|March|April|May|June|July|August|September|October|November|December';
const STAMP = new RegExp(
  `<span id="timestamp">\\s*(${MONTHS}) (\\d{1,2})(?:st|nd|rd|th), (\\d{4}) (\\d{1,2}):(\\d\\d)(am|pm)\\s*</span>`,
);
const FOOTER = /<div id="footer">/;

/** The page names no post: its file's name does. */
export function idOfPage(path: string): string | undefined {
  return /(?:^|\/)([1-9]\d{4,19})\.html?$/.exec(path)?.[1];
}

export function isPage(text: string): boolean {
  return FOOTER.test(text) && STAMP.test(text);
}

export function readPage(record: Uint8Array, context: CaptureContext): Reading {
  const id = idOfPage(context.path);
  if (id === undefined)
    throw new Rejection('no-identity', 'the page does not name its post; keep its file’s name, which does');
  const page = decodeUtf8(record);
  const footer = FOOTER.exec(page);
  const open = /<body[^<>]*>/i.exec(page);
  if (!footer || !open) throw new Rejection('truncated', 'the page ends before its footer');
  const body = page.slice(open.index + open[0].length, footer.index);
  const heading = /^\s*<h1>([^]*?)<\/h1>/.exec(body);
  const whole = heading ? body.slice(heading[0].length) : body;
  const html = addedTo(whole).trim();
  const foot = page.slice(footer.index);
  const media = mediaIn(whole, context.path);
  const content: Content = {
    type: 'Note',
    // The export holds what is private too, and does not say which.
    visibility: 'unknown',
    text: plainOf(html),
    html,
    attachment: media.map(({ attachment }) => attachment),
    tag: tagsIn(foot),
    ...present({
      published: timeIn(foot, context),
      name: heading ? htmlToText(heading[1]!) : undefined,
    }),
  };
  const files = media.map(({ file }) => file);
  const lost = lossOf(whole, html);
  return {
    post: postOf(id),
    outcome: 'present',
    hand: 'first',
    content,
    ...(files.some((file) => file !== undefined) && { files }),
    ...(lost.length > 0 && { losses: lost }),
  };
}

function lossOf(whole: string, html: string): string[] {
  return whole.includes('class="tumblr_blog"') && !html.includes('class="tumblr_blog"')
    ? ['quotes: the posts that this one passes on have no numbers here and were left out']
    : [];
}

/** The blog's own clock, which the page does not name. */
function timeIn(foot: string, context: CaptureContext): Time | undefined {
  const found = STAMP.exec(foot);
  if (!found) return undefined;
  const month = String(MONTHS.split('|').indexOf(found[1]!) + 1).padStart(2, '0');
  const hour = (Number(found[4]) % 12) + (found[6] === 'pm' ? 12 : 0);
  const clock = `${String(hour).padStart(2, '0')}:${found[5]!}`;
  const time = parseIso(`${found[3]!}-${month}-${found[2]!.padStart(2, '0')}T${clock}`);
  const { timezone } = context.options;
  return time && timezone !== undefined ? assumeZone(time, timezone) : time;
}

function tagsIn(foot: string): Tag[] {
  const tags: Tag[] = [];
  const open = '<span class="tag">';
  for (let at = foot.indexOf(open); at >= 0; at = foot.indexOf(open, at + 1)) {
    const end = foot.indexOf('</span>', at);
    if (end < 0) break;
    const name = htmlToText(foot.slice(at + open.length, end));
    if (name !== '') tags.push({ type: 'Hashtag', name });
  }
  return tags;
}

interface Medium {
  readonly attachment: Attachment;
  readonly file: string | undefined;
}

/** `<img src="../../media/1…_0.jpg">`, a film's `<source src=…>`; others' addresses as they stand. */
function mediaIn(html: string, path: string): Medium[] {
  const found: Medium[] = [];
  for (let at = html.indexOf('<'); at >= 0; at = html.indexOf('<', at + 1)) {
    const tag = html.slice(at, at + 2_048);
    const name = /^<(img|source|video|audio)\s/i.exec(tag)?.[1]?.toLowerCase();
    if (name === undefined) continue;
    const end = tag.indexOf('>');
    const src = /\ssrc="([^"]*)"/.exec(end < 0 ? tag : tag.slice(0, end))?.[1];
    if (src === undefined || src === '') continue;
    const address = htmlToText(src);
    const type =
      name === 'img' ? 'Image' : /\.(?:mp3|m4a|ogg|wav)$/i.test(address) || name === 'audio' ? 'Audio' : 'Video';
    const url = webAddress(address);
    found.push({
      attachment: { type, ...present({ url }) },
      file: url === undefined ? fileOf(address, path) : undefined,
    });
  }
  return found;
}

/** Relative to the page, as a path within the package; one that leads out of it names nothing. */
function fileOf(address: string, path: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:|^\//i.test(address)) return undefined;
  const parts = path.split('/').slice(0, -1);
  for (const part of address.replace(/[?#].*$/s, '').split('/')) {
    if (part === '..') {
      // The page's folder may lie nearer to the top than when it was written: posts.zip, media.zip.
      parts.pop();
    } else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.length === 0 ? undefined : parts.join('/');
}
