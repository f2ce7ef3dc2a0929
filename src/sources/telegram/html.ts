/** The messages of one run in Telegram Desktop's HTML. README.md beside this file has the record. */
import type { Content, Poll } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { ActorReading, Reading, RefusedItem } from '../../core/reading.js';
import type { PostUri } from '../../core/uri.js';
import type { CaptureContext } from '../source.js';
import { asNumber, decodeUtf8 } from '../shared/json.js';
import { attribute, type Kind } from './blocks.js';
import { all, allThat, first, hasClass, labelOf, marksOf, parseHtml, textOf, wordsOf, type Element } from './dom.js';
import { factsOf, ownValue, type Carried, type PageFacts } from './facts.js';
import { folderOf } from './files.js';
import { readHtmlMedia } from './html-media.js';
import { exportedPageUri, namedActorUri } from './uri.js';
import { titleTime } from './when.js';

/** `<div class="message default clearfix joined" id="message102">`. Dates between messages have ids below zero. */
export function classifyExported(tag: string): Kind {
  if (!tag.includes('message')) return undefined;
  const names = ` ${attribute(tag, 'class') ?? ''} `;
  if (!names.includes(' message ')) return undefined;
  if (names.includes(' service ')) return isSeparator(attribute(tag, 'id')) ? 'framing' : 'alone';
  if (!names.includes(' default ')) return undefined;
  return names.includes(' joined ') ? 'joined' : 'message';
}

/** Counted down from -1; service messages of a group that became a supergroup lie below -900,000,000. */
function isSeparator(id: string | undefined): boolean {
  const number = Number(/^message(-\d+)$/.exec(id ?? '')?.[1]);
  return number < 0 && number > -500_000_000;
}

export function normaliseHtml(record: Uint8Array, context: CaptureContext): readonly (Reading | RefusedItem)[] {
  const page = ownValue(factsOf(context).pages, context.path) ?? {};
  const messages = all(parseHtml(decodeUtf8(record)), 'message');
  let carried = page.carried;
  const items = messages.map((element, index): Reading | RefusedItem => {
    const joined = hasClass(element, 'joined');
    const heading = headingOf(element, joined ? carried : undefined);
    carried = heading;
    return readElement(element, heading, index, page, context);
  });
  if (items.length === 0)
    throw new Rejection('malformed', 'no message in this part of the page; export the chat again');
  return items;
}

export function isMessage(element: Element): boolean {
  return hasClass(element, 'default') && !isCall(element);
}

function isCall(element: Element): boolean {
  return first(element, 'media_call') !== undefined;
}

const VIA = /^(.*?)\s*via @(\w{1,64})$/;
const inForward = (element: Element): boolean => hasClass(element, 'forwarded');

/** Sender, bot and origin, which a joined message has from the message before it. */
export function headingOf(element: Element, carried: Carried | undefined): Carried {
  const name = labelOf(first(element, 'from_name', inForward));
  const body = all(element, 'forwarded').find((child) => hasClass(child, 'body'));
  const origin = body && first(body, 'from_name');
  const from = origin && originOf(origin);
  const via = VIA.exec(name ?? '') ?? VIA.exec(from ?? '');
  const sender = name === undefined ? carried?.sender : (VIA.exec(name)?.[1] ?? name);
  const viaBot = name === undefined ? carried?.viaBot : via?.[2];
  const forwardedFrom = from === undefined ? body && carried?.forwardedFrom : (VIA.exec(from)?.[1] ?? from);
  return {
    ...(sender !== undefined && { sender }),
    ...(viaBot !== undefined && { viaBot }),
    ...(forwardedFrom !== undefined && { forwardedFrom }),
  };
}

/** `Nour <span class="date details" title="…"> 12.12.2016 08:00:00</span>`: the name without the time. */
function originOf(element: Element): string | undefined {
  const date = first(element, 'date');
  const words = wordsOf(element).replace(date ? wordsOf(date) : '', '');
  return words.replace(/\s+/g, ' ').trim() || undefined;
}

const UNSUPPORTED = 'This message is not supported by this version of Telegram Desktop';
/** What Telegram Desktop writes for an account without a name. */
const DELETED = 'Deleted Account';

function readElement(
  element: Element,
  heading: Carried,
  index: number,
  page: PageFacts,
  context: CaptureContext,
): Reading | RefusedItem {
  const id = /^message(-?\d{1,16})$/.exec(element.attribs['id'] ?? '')?.[1];
  const uri = (number: string): PostUri =>
    exportedPageUri(folderOf(context.path).slice(0, -1), page.title ?? '', number, context.accession);
  const post = uri(id ?? `at-${context.offset}.${index}`);
  if (hasClass(element, 'service')) {
    if (!wordsOf(element).includes(UNSUPPORTED)) return refusedService;
    return {
      post,
      outcome: 'omitted',
      hand: 'first',
      losses: ['the exporting Telegram Desktop was too old to show this message'],
    };
  }
  if (isCall(element))
    return { refused: 'service-message', detail: "Telegram's own note of a telephone call, not a post" };

  const losses: string[] = [];
  if (id === undefined) losses.push('id: the page gives none; the post is known by its place in the file');
  const content = contentOf(element, heading, uri, context, losses);
  const media = readHtmlMedia(element, folderOf(context.path));
  const author = authorOf(heading, context);
  const reactions = reactionsOf(element);
  const extra = { ...content.extra, ...media.extra };
  losses.push(...media.losses);
  return {
    post,
    outcome: 'present',
    content: {
      ...content,
      ...(author && { attributedTo: author.actor }),
      attachment: media.attachment,
      ...(media.location && { location: media.location }),
      ...(Object.keys(extra).length > 0 && { extra }),
    },
    hand: 'first',
    ...((reactions ?? media.votes) && { metrics: { ...media.votes, ...(reactions !== undefined && { reactions }) } }),
    ...(author && { actors: [author] }),
    ...(media.files.some((file) => file !== undefined) && { files: media.files }),
    ...(losses.length > 0 && { losses }),
  };
}

const refusedService: RefusedItem = {
  refused: 'service-message',
  detail: "Telegram's own note in the chat (somebody joined, the title changed, a message was pinned), not a post",
};

/** No `claimedFrom`: these pages do not say that a message was edited, so its time says nothing of this text. */
function contentOf(
  element: Element,
  heading: Carried,
  uri: (number: string) => PostUri,
  context: CaptureContext,
  losses: string[],
): Content {
  const title = first(element, 'date', inForward)?.attribs['title'];
  const published = titleTime(title, context.options.timezone);
  if (!published) losses.push(`date: ${JSON.stringify(title ?? null).slice(0, 60)} is no time`);
  const words = first(element, 'text', (child) => hasClass(child, 'media_wrap'));
  const { tag, link } = words ? marksOf(words) : { tag: [], link: [] };
  const poll = pollOf(element);
  const reply = replyOf(element, uri, losses);
  const extra = extraOf(element, heading, context);
  return {
    type: poll ? 'Question' : 'Note',
    ...(published && { published }),
    // A message without words has no such element, so its absence says that there are none.
    text: words ? textOf(words) : '',
    ...poll,
    ...(reply !== undefined && { inReplyTo: reply }),
    ...(tag.length > 0 && { tag }),
    ...(link.length > 0 && { link }),
    visibility: 'unknown',
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

/** `<div class="answer">- Yes <span class="details">31 votes</span></div>` */
function pollOf(element: Element): { name: string; poll: Poll } | undefined {
  const poll = first(element, 'media_poll');
  if (!poll) return undefined;
  const options = all(poll, 'answer').map((answer) => {
    const details = first(answer, 'details');
    const words = details ? textOf(answer).slice(0, -wordsOf(details).length - 1) : textOf(answer);
    return words.replace(/^- /, '');
  });
  const question = first(poll, 'question');
  return { name: question ? textOf(question) : '', poll: { options } };
}

/** `In reply to <a href="messages.html#go_to_message101">this message</a>` */
function replyOf(element: Element, uri: (number: string) => PostUri, losses: string[]): PostUri | undefined {
  const reply = first(element, 'reply_to');
  if (!reply) return undefined;
  for (const anchor of allThat(reply, (child) => child.name === 'a')) {
    const number = /#go_to_message(-?\d{1,16})$/.exec(anchor.attribs['href'] ?? '')?.[1];
    if (number !== undefined) return uri(number);
  }
  losses.push('inReplyTo: a message of another chat, which the page does not name');
  return undefined;
}

function extraOf(element: Element, heading: Carried, context: CaptureContext): Record<string, string> {
  const extra: Record<string, string> = {};
  if (heading.forwardedFrom !== undefined) extra['forwardedFrom'] = heading.forwardedFrom;
  const forwarded = all(element, 'forwarded').find((child) => hasClass(child, 'body'));
  const date = forwarded && first(forwarded, 'date')?.attribs['title'];
  const at = titleTime(date, context.options.timezone);
  if (at) extra['forwardedDate'] = at.at;
  if (heading.viaBot !== undefined) extra['viaBot'] = `@${heading.viaBot}`;
  const signature = labelOf(first(element, 'signature'));
  if (signature !== undefined) extra['signature'] = signature;
  return extra;
}

function authorOf(heading: Carried, context: CaptureContext): ActorReading | undefined {
  const name = heading.sender;
  if (name === undefined || name === DELETED) return undefined;
  return { actor: namedActorUri(name, context.accession), profile: { name } };
}

/** `<span class="reaction"><span class="emoji">👍</span><span class="count">2</span></span>`; few are shown as faces. */
function reactionsOf(element: Element): number | undefined {
  const reactions = all(element, 'reaction');
  if (reactions.length === 0) return undefined;
  return reactions.reduce((sum, reaction) => {
    const count = asNumber(labelOf(first(reaction, 'count')));
    return sum + (count ?? Math.max(1, all(reaction, 'userpic').length));
  }, 0);
}
