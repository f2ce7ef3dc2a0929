/** A status's words. The API gives plain text, the pages' answers HTML, in which addresses and faces are dressed up. */
import type { Content } from '../../core/content.js';
import { htmlToText } from '../shared/html.js';
import { asObject, asString, type JsonObject } from '../shared/json.js';

export interface Words extends Pick<Content, 'text' | 'html'> {
  readonly cut: boolean;
}

export function wordsOf(status: JsonObject): Words {
  const long = asObject(status['longText']);
  const full = asString(long?.['longTextContent']) ?? asString(long?.['content']);
  if (full !== undefined) return { ...written(full), cut: false };
  // Only part of a long text is in the list; the rest is behind “全文” (the whole text).
  const cut = status['isLongText'] === true || status['is_long_text'] === true;
  const text = asString(status['text']);
  const raw = asString(status['text_raw']) ?? asString(status['raw_text']);
  if (raw !== undefined) return { text: raw, ...(text !== undefined && isHtml(text) && { html: text }), cut };
  return text === undefined ? { cut } : { ...written(text), cut };
}

function written(text: string): Pick<Content, 'text' | 'html'> {
  return isHtml(text) ? { text: plain(text), html: text } : { text };
}

/** The API's own text has no tags: a `<` that an author wrote is followed by something else. */
function isHtml(text: string): boolean {
  return text.includes('<') && /<(?:a|br|span|img)[\s/>]/.test(text);
}

const DRESSED =
  /<a\b[^>]{0,2000}?\bdata-url="(https?:\/\/t\.cn\/[^"]{1,60})"[^>]{0,2000}>(?:(?!<\/a>)[^]){0,2000}<\/a>/g;

/** A short address is shown as “网页链接” with an icon; other renderings have the address, so it is put back. */
function plain(html: string): string {
  return htmlToText(html.includes('data-url') ? html.replace(DRESSED, (_, url: string) => url) : html);
}
