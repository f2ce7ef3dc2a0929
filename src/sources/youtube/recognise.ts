import { asArray, isObject, type JsonObject } from '../shared/json.js';
import { peekJson } from '../shared/peek.js';
import type { MemberHead, Recognition } from '../source.js';
import { isErrorBody, kindOf } from './api.js';
import { isLiveChat } from './livechat.js';
import { isCommentPage, isHistoryPage } from './page.js';
import { account, isHistoryList, recogniseTable } from './tables.js';
import { isInfo, isList, refusalOfList } from './ytdlp.js';

export function recognise({ head }: MemberHead): Recognition | null {
  if (head.includes(0)) return null;
  return recogniseFeed(head) ?? recogniseJson(head) ?? recognisePage(head) ?? recogniseTable(head);
}

/**
 * Handed in as a file, it is read as any feed is (whose reader is surer); a harvest of a channel says what it is.
 * `<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" …>`, lying where a channel's feed does.
 */
function recogniseFeed(head: Uint8Array): Recognition | null {
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 2_048)).toString('latin1');
  const isFeed = /^\s*(?:<\?xml[^>]*>\s*)?<feed\s[^>]*xmlns:yt="http:\/\/www\.youtube\.com\/xml\/schemas\/2015"/.test(
    start,
  );
  if (!isFeed || !/href="https?:\/\/www\.youtube\.com\/feeds\/videos\.xml\?channel_id=/.test(start)) return null;
  return { format: 'youtube-feed', confidence: 0.6, why: 'a feed in YouTube’s own namespace', role: 'records' };
}

/** Enough to see through a list that begins with something else. */
const SAMPLE = 20;

function recogniseJson(head: Uint8Array): Recognition | null {
  const peek = peekJson(head);
  if (!peek || peek.prefix.trim() !== '') return null;
  if (isHistoryList(peek.values)) return account('the log of what was watched and searched for');
  const samples = peek.values
    .flatMap((value) => (Array.isArray(value) ? (value as unknown[]).slice(0, SAMPLE) : [value]))
    .slice(0, SAMPLE)
    .filter(isObject);
  for (const sample of samples) {
    const found = verdict(sample, samples.length === 1 && !peek.cut);
    if (found) return found;
  }
  return null;
}

function verdict(value: JsonObject, alone: boolean): Recognition | null {
  const kind = kindOf(value);
  if (kind !== undefined || isErrorBody(value)) {
    const found = { format: 'youtube-api', confidence: 0.97, why: `\`kind\` is youtube#${kind ?? 'error'}` };
    const refusal = alone ? refusalOf(value, kind) : undefined;
    return refusal ? { ...found, role: 'refused', refusal } : { ...found, role: 'records' };
  }
  if (isLiveChat(value)) {
    const why = 'moments of a live chat (replayChatItemAction)';
    return { format: 'youtube-live-chat', confidence: 0.97, why, role: 'records' };
  }
  if (!isInfo(value)) return null;
  const found = { format: 'youtube-ytdlp', confidence: 0.95, why: 'yt-dlp’s description of what YouTube has' };
  if (alone && isList(value) && asArray(value['entries']).length === 0) {
    const { refused, detail } = refusalOfList(value);
    return { ...found, role: 'refused', refusal: { reason: refused, detail } };
  }
  return { ...found, role: 'records' };
}

/** What an answer of the API holds in place of posts. */
function refusalOf(value: JsonObject, kind: string | undefined): Recognition['refusal'] {
  if (kind === undefined) return { reason: 'error-body', detail: 'the API answered with an error; ask again' };
  if (/^(?:channel|subscription)(?:ListResponse)?$/.test(kind)) {
    return { reason: 'users', detail: 'channels, no posts; hand in their videos or comments' };
  }
  if (/^(?:playlist|channelSection|videoCategory|i18nLanguage|i18nRegion)(?:ListResponse)?$/.test(kind)) {
    return { reason: 'lists', detail: `a ${kind}: lists and names, no posts` };
  }
  if (kind.endsWith('Response') && asArray(value['items']).length === 0) {
    return { reason: 'empty', detail: 'an answer without items' };
  }
  return undefined;
}

function recognisePage(head: Uint8Array): Recognition | null {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  if (!/^\s*(?:ï»¿)?\s*<(?:!doctype|html|ul|li|body|head)/i.test(text)) return null;
  if (isHistoryPage(text)) return account('the log of what was watched and searched for');
  if (!isCommentPage(text)) return null;
  const why = 'a list of comments, each with its video and a time in UTC';
  return { format: 'youtube-takeout-page', confidence: 0.92, why, role: 'records' };
}
