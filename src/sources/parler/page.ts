/** A post's page, as it was served to everybody until January 2021. */
import type { Attachment, Content, Link } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { Reading } from '../../core/reading.js';
import type { PostUri } from '../../core/uri.js';
import { decodeUtf8 } from '../shared/json.js';
import { countOf, present, presentOrNothing, webAddress, type Item } from '../shared/items.js';
import { allThat, labelOf, parseHtml, withClass, wordsOf, type Element, type Test, type Tree } from './dom.js';
import { echoedBy, idOf, postOf } from './uri.js';

const PARENT = withClass('echo--parent');
const ROOT = withClass('echo--root');
const ECHOED: Test = (element) => PARENT(element) || ROOT(element);

/** The page says of itself which post it is; everything else on it is that post, or what that post echoes. */
export function readPage(record: Uint8Array): readonly Item[] {
  const page = parseHtml(decodeUtf8(record));
  const address = metaOf(page, 'og:url') ?? '';
  const id = idOf(/\/post\/([0-9a-f]{32})/.exec(address)?.[1]);
  if (id === undefined) {
    const user = address.includes('/profile/');
    if (user) throw new Rejection('users', 'a page about an account; save the pages of its posts');
    throw new Rejection('no-identity', 'the page does not say which post it shows (`og:url`)');
  }
  const card = allThat(page, withClass('card--post-container'))[0];
  if (!card) throw new Rejection('not-a-post', 'the page of a post without the post: it was cut, or nothing was there');
  const parent = allThat(card, PARENT)[0];
  const root = allThat(card, ROOT)[0];
  const nearest = parent ? echoedBy(id, 'parent') : root ? echoedBy(id, 'root') : undefined;
  return [
    ownReading(page, card, id, nearest),
    ...(parent ? [echoedReading(parent, echoedBy(id, 'parent'))] : []),
    ...(root ? [echoedReading(root, echoedBy(id, 'root'))] : []),
  ];
}

function metaOf(page: Tree, property: string): string | undefined {
  return allThat(page, (element) => element.name === 'meta' && element.attribs['property'] === property)[0]?.attribs[
    'content'
  ];
}

function ownReading(page: Tree, card: Element, id: string, echoed: PostUri | undefined): Reading {
  const body = bodyOf(card, ECHOED);
  const bare = echoed !== undefined && (body.text ?? '') === '';
  const losses = timeLoss(card, ECHOED);
  const content: Content = {
    type: bare ? 'Announce' : 'Note',
    visibility: 'public',
    ...(bare ? {} : body),
    ...present({ announces: bare ? echoed : undefined, quotes: bare ? undefined : echoed }),
    ...handle(usernameOf(card, ECHOED) ?? /^(@\S+) - /.exec(metaOf(page, 'og:title') ?? '')?.[1]),
  };
  // Under a bare echo stand the counts of what is echoed.
  const metrics = bare ? undefined : metricsOf(card);
  if (bare) losses.push('metrics: the page does not say whether its counts are of the echo or of what is echoed');
  return { post: postOf(id), outcome: 'present', hand: 'first', content, ...(metrics && { metrics }), losses };
}

function echoedReading(element: Element, post: PostUri): Reading {
  const content: Content = { type: 'Note', visibility: 'public', ...bodyOf(element), ...handle(usernameOf(element)) };
  const impressions = countOf(labelOf(allThat(element, withClass('impressions--count'))[0]));
  return {
    post,
    outcome: 'present',
    hand: 'second',
    content,
    ...(impressions !== undefined && { metrics: { impressions } }),
    losses: [...timeLoss(element), 'identity: the page gives no id for what is echoed'],
  };
}

/** The page names people only by handle and name: enough to show, not to know who it was. */
function handle(username: string | undefined): Pick<Content, 'extra'> {
  return username === undefined ? {} : { extra: { handle: username.replace(/^@/, '') } };
}

function usernameOf(root: Element, beyond?: Test): string | undefined {
  return labelOf(allThat(root, withClass('author--username'), beyond)[0]);
}

/** “3 days ago” counts back from a moment that the page does not tell. */
function timeLoss(root: Element, beyond?: Test): string[] {
  const shown = [withClass('post--timestamp'), withClass('eb--timestamp')]
    .map((test) => labelOf(allThat(root, test, beyond)[0]))
    .find((label) => label !== undefined);
  return shown === undefined ? [] : [`published: ${JSON.stringify(shown)} is no absolute time, so none is asserted`];
}

function bodyOf(root: Element, beyond?: Test): Pick<Content, 'text' | 'attachment' | 'link'> {
  const body = allThat(root, withClass('card--body'), beyond)[0];
  if (!body) return {};
  const isMedia = withClass('media-container--wrapper');
  const paragraphs = allThat(body, (element) => element.name === 'p', isMedia);
  const media = allThat(body, isMedia);
  const link = media.flatMap(linksOf);
  return {
    text: paragraphs.map(wordsOf).join('\n\n'),
    attachment: media.flatMap(filesOf),
    ...(link.length > 0 && { link }),
  };
}

/** Every picture stands twice, small and in the window that a click opens. */
function filesOf(media: Element): Attachment[] {
  const files = new Map<string, Attachment['type']>();
  for (const element of allThat(media, () => true)) {
    const url = webAddress(element.attribs['src']);
    if (url === undefined || files.has(url)) continue;
    if (element.name === 'img' && element.attribs['alt'] === 'Image') files.set(url, 'Image');
    if (element.name === 'video' || element.name === 'source') files.set(url, 'Video');
  }
  return [...files].map(([url, type]) => ({ type, key: url, url }));
}

function linksOf(media: Element): Link[] {
  const urls = allThat(media, (element) => element.name === 'a' || element.name === 'iframe').flatMap(
    (element) => webAddress(element.attribs['href'] ?? element.attribs['src']) ?? [],
  );
  return [...new Set(urls)].map((url) => ({ url }));
}

const COUNTS: readonly (readonly [string, string])[] = [
  ['Post Comments', 'replies'],
  ['Post Echoes', 'shares'],
  ['Post Upvotes', 'likes'],
];

function metricsOf(card: Element): Record<string, number> | undefined {
  const items = allThat(card, withClass('pa--item--wrapper'));
  const counts = COUNTS.flatMap(([alt, name]) => {
    const item = items.find((each) => allThat(each, (child) => child.attribs['alt'] === alt).length > 0);
    const count = countOf(item && labelOf(allThat(item, withClass('pa--item--count'))[0]));
    return count === undefined ? [] : [[name, count] as const];
  });
  const impressions = countOf(labelOf(allThat(card, withClass('impressions--count'), ECHOED)[0]));
  return presentOrNothing({ ...Object.fromEntries(counts), impressions });
}
