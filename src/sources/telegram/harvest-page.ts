/** What a page of t.me holds, as far as paging needs it: numbers, times, and whose channel it is. */
import { Rejection } from '../../core/errors.js';
import { NetworkError, type Exchange } from '../harvest.js';
import { all, first, hasClass, labelOf, named, parseHtml, type Tree } from './dom.js';
import { channelOf } from './tme.js';

export interface PageMessage {
  readonly number: number;
  readonly published: string | undefined;
}

export interface ChannelPage {
  /** The numbers of the channels that its messages tell; more than one only where the server lies. */
  readonly channels: readonly string[];
  /** In the order of the page: the oldest first. Telegram's own notes are not among them. */
  readonly messages: readonly PageMessage[];
  /** Of the messages and of Telegram's own notes, which count along with them. */
  readonly numbers: readonly number[];
  /** Telegram's word that there are no posts here: `No posts found`. */
  readonly saysNone: boolean;
  /** `Post not found`, where the page is of one message that is not there. */
  readonly error: string | undefined;
  /** It is a preview, whether or not it holds messages. */
  readonly isPreview: boolean;
  /** Of the card that is shown in place of a preview: what the channel or person is called. Names that nobody has have none. */
  readonly card: string | undefined;
}

const POST = /^([A-Za-z]\w{2,63})\/(\d{1,15})$/;

/**
 * @param name the channel's; messages of others on the page are passed over
 * @throws NetworkError where the answer is no page of t.me at all: whoever sent it, it says nothing of a channel
 */
export async function pageIn(exchange: Exchange, name: string): Promise<ChannelPage> {
  const html = (await exchange.body()).toString('utf8');
  const tree = treeOf(html);
  if (!tree || (exchange.status === 200 && !html.includes('tgme_')))
    throw new NetworkError('broken', `${exchange.url} answers, but not with a page of Telegram`, exchange);
  const messages: PageMessage[] = [];
  const numbers: number[] = [];
  const channels = new Set<string>();
  for (const element of all(tree, 'tgme_widget_message')) {
    const [, owner, number] = POST.exec(element.attribs['data-post'] ?? '') ?? [];
    if (owner?.toLowerCase() !== name.toLowerCase()) continue;
    const channel = channelOf({ view: element.attribs['data-view'], peer: element.attribs['data-peer'] });
    if (channel !== undefined) channels.add(channel);
    numbers.push(Number(number));
    if (hasClass(element, 'service_message')) continue;
    const date = first(element, 'tgme_widget_message_date');
    messages.push({ number: Number(number), published: date && named(date, 'time')?.attribs['datetime'] });
  }
  return {
    channels: [...channels],
    messages,
    numbers,
    saysNone: first(tree, 'tme_no_messages_found') !== undefined,
    error: labelOf(first(tree, 'tgme_widget_message_error')),
    isPreview: exchange.status === 200 && first(tree, 'tgme_channel_history') !== undefined,
    card: labelOf(first(tree, 'tgme_page_title')),
  };
}

function treeOf(html: string): Tree | undefined {
  try {
    return parseHtml(html);
  } catch (error) {
    if (error instanceof Rejection) return undefined;
    throw error;
  }
}
