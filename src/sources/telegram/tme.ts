/** One message of a t.me page. README.md beside this file has the record. */
import type { Content, Poll } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { ActorReading, Observed, Reading, RefusedItem } from '../../core/reading.js';
import { msOf, parseIso, type Time } from '../../core/time.js';
import type { PostUri } from '../../core/uri.js';
import type { CaptureContext } from '../source.js';
import { asObject, decodeUtf8 } from '../shared/json.js';
import { attribute, type Kind } from './blocks.js';
import { all, first, hasClass, labelOf, marksOf, named, parseHtml, textOf, type Element } from './dom.js';
import { factsOf, ownValue } from './facts.js';
import { readPageMedia } from './tme-media.js';
import { channelMessageUri, namedMessageUri, peerUri } from './uri.js';
import { unixTime } from './when.js';

/** `<div class="tgme_widget_message text_not_supported_wrap js-widget_message" data-post="name/12" …>` */
export function classifyWidget(tag: string): Kind {
  if (!tag.includes('tgme_widget_message')) return undefined;
  return ` ${attribute(tag, 'class') ?? ''} `.includes(' tgme_widget_message ') ? 'alone' : undefined;
}

/** What `data-view` holds: base64url of `{"c":-<channel>,"p":<message>,"t":<when the page was made>,"h":…}`. */
function viewOf(view: string | undefined): { channel?: string; made?: Time } {
  let decoded: unknown;
  try {
    decoded = JSON.parse(Buffer.from(view ?? '', 'base64url').toString('utf8'));
  } catch {
    return {};
  }
  const { c, t } = (asObject(decoded) ?? {}) as { c?: unknown; t?: unknown };
  const made = unixTime(t);
  const isChannel = typeof c === 'number' && Number.isSafeInteger(c) && c < 0;
  return { ...(isChannel && { channel: String(-c) }), ...(made && { made }) };
}

/** The channel's number, where a message tells it: in `data-view`, or in an embed's `data-peer` (`c<number>_…`). */
export function channelOf(tag: { view: string | undefined; peer: string | undefined }): string | undefined {
  return viewOf(tag.view).channel ?? /^c(\d{1,16})_/.exec(tag.peer ?? '')?.[1];
}

interface Named {
  /** The channel's name, and the message's number. */
  readonly channel: string;
  readonly number: string;
}

const NAMED = /^(?:https?:\/\/(?:t|telegram)\.me\/(?:s\/)?)?([A-Za-z]\w{2,63})\/(?:\d{1,16}\/)?(\d{1,16})(?:\?.*)?$/;

function namedPost(text: string | undefined): Named | undefined {
  const match = NAMED.exec(text ?? '');
  return match ? { channel: match[1]!, number: match[2]! } : undefined;
}

export function normaliseTme(record: Uint8Array, context: CaptureContext): readonly (Reading | RefusedItem)[] {
  const element = first(parseHtml(decodeUtf8(record)), 'tgme_widget_message');
  if (!element) throw new Rejection('malformed', 'no message in this part of the page; save the page again');
  const error = labelOf(first(element, 'tgme_widget_message_error'));
  if (error !== undefined || hasClass(element, 'err_message')) {
    throw new Rejection('error-body', `t.me answered: ${(error ?? 'an error').slice(0, 80)}; it does not say why`);
  }
  const post = namedPost(element.attribs['data-post']);
  if (!post)
    throw new Rejection('no-identity', 'the message has no data-post="<channel>/<number>"; save the page again');
  if (hasClass(element, 'service_message')) {
    const words = labelOf(first(element, 'tgme_widget_message_text')) ?? 'without words';
    throw new Rejection('service-message', `Telegram's own note in the channel, not a post: ${words.slice(0, 80)}`);
  }
  return readWidget(element, post, context);
}

/** Whoever asked for this very message knows its channel. */
function askedAbout(about: PostUri | undefined, { number }: Named): string | undefined {
  const [, channel, asked] = /^https:\/\/t\.me\/c\/(\d+)\/(\d+)$/.exec(about ?? '') ?? [];
  return asked === number ? channel : undefined;
}

function readWidget(element: Element, post: Named, context: CaptureContext): readonly Reading[] {
  const { made } = viewOf(element.attribs['data-view']);
  const own = channelOf({ view: element.attribs['data-view'], peer: element.attribs['data-peer'] });
  const number =
    own ?? askedAbout(context.about, post) ?? ownValue(factsOf(context).channels, post.channel.toLowerCase());
  const uri = (message: Named): PostUri | undefined => {
    if (message.channel.toLowerCase() !== post.channel.toLowerCase()) return undefined;
    if (number === undefined) return namedMessageUri(message.channel, message.number, context.accession);
    return channelMessageUri(number, message.number);
  };
  const losses: string[] = [];
  if (number === undefined)
    losses.push("id: the page withholds the channel's number; the post is known within this package only");
  const author = authorOf(element, post, number);
  const { content, edited } = contentOf(element, post, uri, losses);
  const observedAt = seenAt(made, content.published);
  const metrics = metricsOf(element, losses);
  const reading: Reading = {
    post: uri(post)!,
    outcome: 'present',
    content: { ...content, ...(author && { attributedTo: author.actor }) },
    hand: 'first',
    ...(observedAt && { observedAt }),
    // Edited, and the page does not say when: its words have stood since some later time than the post's own.
    ...(content.published &&
      !edited && { claimedFrom: content.published, edition: Math.floor(msOf(content.published) / 1000) }),
    ...(metrics && { metrics }),
    aliases: [`https://t.me/${post.channel}/${post.number}`],
    ...(author && { actors: [author] }),
    ...(losses.length > 0 && { losses }),
  };
  return [reading];
}

/** `t` in `data-view` is when the server made the page. Not before the post itself. */
function seenAt(made: Time | undefined, published: Time | undefined): Observed | undefined {
  if (!made || (published && msOf(made) < msOf(published))) return undefined;
  return { at: made, basis: 'record' };
}

const inReply = (element: Element): boolean =>
  hasClass(element, 'tgme_widget_message_reply') || hasClass(element, 'tgme_widget_message_link_preview');

function contentOf(
  element: Element,
  post: Named,
  uri: (message: Named) => PostUri | undefined,
  losses: string[],
): { content: Content; edited: boolean } {
  const footer = first(element, 'tgme_widget_message_date', inReply);
  const time = footer && named(footer, 'time')?.attribs['datetime'];
  const published = parseIso(time ?? '');
  if (!published) losses.push(`date: ${JSON.stringify(time ?? null).slice(0, 60)} is no time`);
  const media = readPageMedia(element, post.channel, losses);
  // Albums and replies wrap the text twice: the innermost element holds it.
  const words = all(element, 'tgme_widget_message_text', inReply).find(
    (child) => !first(child, 'tgme_widget_message_text'),
  );
  const { tag, link } = words ? marksOf(words) : { tag: [], link: [] };
  const poll = pollOf(element);
  const reply = replyOf(element, uri, losses);
  const edited = isEdited(element);
  if (edited) losses.push('updated: the page says that the post was edited, not when');
  const extra = { ...media.extra, ...extraOf(element), ...(edited && { edited }) };
  const text = words ? textOf(words) : '';
  return {
    edited,
    content: {
      type: poll ? 'Question' : 'Note',
      ...(published && { published }),
      // Where the page hides a post ("open Telegram to view it"), no text is not an empty text.
      ...((words || !media.hidden) && { text }),
      ...poll,
      ...(reply !== undefined && { inReplyTo: reply }),
      ...(!media.hidden && { attachment: media.attachment }),
      ...(tag.length > 0 && { tag }),
      ...(link.length > 0 && { link }),
      ...(media.location && { location: media.location }),
      visibility: 'public',
      url: `https://t.me/${post.channel}/${post.number}`,
      ...(Object.keys(extra).length > 0 && { extra }),
    },
  };
}

/** In a channel the posts are the channel's; in a public group the page names the sender, without an id. */
function authorOf(element: Element, post: Named, number: string | undefined): ActorReading | undefined {
  const owner = first(element, 'tgme_widget_message_owner_name', inReply);
  const name = labelOf(owner);
  const href = owner?.attribs['href'];
  const path = /^https?:\/\/(?:t|telegram)\.me\/(\w+)/.exec(href ?? '')?.[1];
  if (number === undefined || (owner && path?.toLowerCase() !== post.channel.toLowerCase())) return undefined;
  const profile = { handle: post.channel, ...(name !== undefined && { name }) };
  return { actor: peerUri({ kind: 'channel', id: number }), profile };
}

function extraOf(element: Element): Record<string, string> {
  const extra: Record<string, string> = {};
  const from = first(element, 'tgme_widget_message_forwarded_from_name', inReply);
  const forwarded = labelOf(from);
  if (forwarded !== undefined) extra['forwardedFrom'] = forwarded;
  const href = from?.attribs['href'];
  if (href !== undefined && /^https?:\/\//i.test(href)) extra['forwardedUrl'] = href;
  const signature = labelOf(first(element, 'tgme_widget_message_from_author', inReply));
  if (signature !== undefined) extra['signature'] = signature;
  const via = labelOf(first(element, 'tgme_widget_message_via_bot', inReply));
  if (via !== undefined) extra['viaBot'] = via;
  return extra;
}

function replyOf(
  element: Element,
  uri: (message: Named) => PostUri | undefined,
  losses: string[],
): PostUri | undefined {
  const reply = first(element, 'tgme_widget_message_reply');
  if (!reply) return undefined;
  const target = namedPost(reply.attribs['href']);
  const found = target && uri(target);
  if (!found) losses.push('inReplyTo: a message of another chat, whose number the page does not tell');
  return found;
}

/** The footer says `edited` in words beside the time; a signature may hold that word too. */
function isEdited(element: Element): boolean {
  const meta = first(element, 'tgme_widget_message_meta', inReply);
  if (!meta) return false;
  return meta.children.some((child) => 'data' in child && /\bedited\b/.test(child.data));
}

function pollOf(element: Element): { name: string; poll: Poll } | undefined {
  const poll = first(element, 'tgme_widget_message_poll', inReply);
  if (!poll) return undefined;
  const options = all(poll, 'tgme_widget_message_poll_option_text').map(textOf);
  const question = first(poll, 'tgme_widget_message_poll_question');
  return { name: question ? textOf(question) : '', poll: { options } };
}

const THOUSANDS: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, B: 1e9 };

/** `2`, `1.2K`, `3.1M`. */
export function count(text: string | undefined): number | undefined {
  const match = /^(\d{1,9}(?:\.\d+)?)([KMB]?)$/.exec((text ?? '').replace(/[\s,]/g, ''));
  return match ? Math.round(Number(match[1]) * THOUSANDS[match[2]!]!) : undefined;
}

function metricsOf(element: Element, losses: string[]): Record<string, number> | undefined {
  const shown = labelOf(first(element, 'tgme_widget_message_views', inReply));
  const views = count(shown);
  if (/[KMB]/.test(shown ?? '')) losses.push(`views: rounded by the page to ${shown!.slice(0, 20)}`);
  const reactions = all(element, 'tgme_reaction', inReply).map(
    // The count is the reaction's last word; the emoji before it may itself be a digit.
    (reaction) => count(/(\d[\d.,]*[KMB]?)\s*$/.exec(wordsBeside(reaction).slice(-40))?.[1]) ?? 0,
  );
  const voters = count(
    /^([\d.]+[KMB]?)/.exec(labelOf(first(element, 'tgme_widget_message_voters', inReply)) ?? '')?.[1],
  );
  const metrics = {
    ...(views !== undefined && { views }),
    ...(reactions.length > 0 && { reactions: reactions.reduce((sum, value) => sum + value, 0) }),
    ...(voters !== undefined && { voters }),
  };
  return Object.keys(metrics).length > 0 ? metrics : undefined;
}

/** The words that stand in an element itself, not in its children. */
function wordsBeside(element: Element): string {
  return element.children.map((child) => ('data' in child ? child.data : ' ')).join('');
}
