/** What a page of t.me holds, as far as paging needs it: numbers, times, and whose channel it is. */
import type { Exchange } from '../harvest.js';
import { Rejection } from '../../core/errors.js';
import { all, first, hasClass, labelOf, named, parseHtml } from './dom.js';
import { channelOf } from './tme.js';

export interface PageMessage {
  readonly number: number;
  readonly published: string | undefined;
}

export interface ChannelPage {
  /** The channel's number, where one of the messages tells it. */
  readonly channel: string | undefined;
  /** In the order of the page: the oldest first. */
  readonly messages: readonly PageMessage[];
  readonly title: string | undefined;
  /** `Post not found`, where the page is of one message that is not there. */
  readonly error: string | undefined;
  /** It is a preview, whether or not it holds messages. */
  readonly isPreview: boolean;
}

const POST = /^([A-Za-z]\w{2,63})\/(\d{1,15})$/;

/** Undefined where the answer is no page of t.me. */
export async function pageIn(exchange: Exchange, name: string): Promise<ChannelPage | undefined> {
  if (exchange.status !== 200) return undefined;
  const html = (await exchange.body()).toString('utf8');
  if (!html.includes('tgme_')) return undefined;
  let tree: ReturnType<typeof parseHtml>;
  try {
    tree = parseHtml(html);
  } catch (error) {
    if (error instanceof Rejection) return undefined;
    throw error;
  }
  const messages: PageMessage[] = [];
  let channel: string | undefined;
  for (const element of all(tree, 'tgme_widget_message')) {
    const [, owner, number] = POST.exec(element.attribs['data-post'] ?? '') ?? [];
    if (owner?.toLowerCase() !== name.toLowerCase()) continue;
    channel ??= channelOf({ view: element.attribs['data-view'], peer: element.attribs['data-peer'] });
    if (hasClass(element, 'service_message')) continue;
    const date = first(element, 'tgme_widget_message_date');
    messages.push({ number: Number(number), published: date && named(date, 'time')?.attribs['datetime'] });
  }
  return {
    channel,
    messages,
    title: labelOf(first(tree, 'tgme_channel_info_header_title')),
    error: labelOf(first(tree, 'tgme_widget_message_error')),
    isPreview: first(tree, 'tgme_channel_history') !== undefined,
  };
}
