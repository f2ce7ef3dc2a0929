/** The words of legacy posts: HTML, or plain text where the asker wanted that (`filter=text`). */
import { htmlToText } from '../shared/html.js';

export interface Words {
  readonly text: string;
  readonly html?: string;
}

/** Text without a tag is plain, with the author's line breaks; at most it has entities. */
export function wordsOf(value: string): Words {
  if (/<\/?[a-z!][^<]*>/i.test(value)) return { text: plainOf(value), html: value };
  return {
    text: value.includes('&')
      ? value
          .split('\n')
          .map((line) => htmlToText(line))
          .join('\n')
      : value,
  };
}

/** Without the pictures' alternative text, which is a word of Tumblr's (“image”) as a rule. */
export function plainOf(html: string): string {
  return htmlToText(html.replace(/<img\b[^<>]*>/gi, ''));
}

/** Whether pictures, films or frames stand among the words: then a list of attachments without them is not whole. */
export function hasMedia(html: string | undefined): boolean {
  return html !== undefined && /<(?:img|video|audio|iframe|embed|object|figure)\b/i.test(html);
}

/** `<p><a class="tumblr_blog" href="…">name</a>:</p><blockquote>…</blockquote>` and behind it what the reblogger adds. */
export function addedTo(html: string): string {
  if (!/^\s*(?:<p>)?\s*<a [^<>]*class="tumblr_blog"/.test(html)) return html;
  const close = html.toLowerCase().lastIndexOf('</blockquote>');
  return close < 0 ? html : html.slice(close + '</blockquote>'.length);
}

export function joined(parts: readonly (string | undefined)[], between = '\n\n'): string {
  return parts.filter((part) => part !== undefined && part !== '').join(between);
}
