/** What an element says, by the type that it states: plain text, HTML that is escaped, or mark-up as it stands. */
import { htmlToText } from '../shared/html.js';
import type { Losses } from './losses.js';
import { childrenOf, hasElements, wordsOf, type Element } from './xml.js';

export interface Words {
  readonly text: string;
  readonly html?: string;
}

const MARKUP = /<[a-z!/]|&(?:#\d|#x[\da-f]|[a-z]+\d*;)/i;
const REFERENCE = /&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,31}\d{0,2});/i;
/** Elements that stand within a line. In a title, other angle brackets are the author's: `Vec<T>`. */
const INLINE =
  /<\/?(?:a|abbr|b|big|br|cite|code|del|em|font|i|img|ins|p|q|s|small|span|strike|strong|sub|sup|tt|u)\b[^<>]*>/i;

/** RSS says nowhere whether it is plain: what holds mark-up is HTML, as every feed reader takes it. */
export function fromRss(element: Element, source: string): Words {
  return markedUp(hasElements(element) ? innerOf(element, source) : wordsOf(element));
}

export function markedUp(words: string): Words {
  return MARKUP.test(words) ? { text: htmlToText(words), html: words } : { text: words };
}

/** Undefined where it holds no text: a picture, or content that lies elsewhere. */
export function fromAtom(element: Element, source: string, losses: Losses): Words | undefined {
  const type = (element.attributes.get('type') ?? 'text').trim().toLowerCase();
  const mode = element.attributes.get('mode')?.trim().toLowerCase();
  if (mode === 'base64' || isBinary(type)) return fromBase64(element, type, losses);
  if (type === 'html' || type.startsWith('text/html')) {
    const html = mode === 'xml' || hasElements(element) ? innerOf(element, source) : wordsOf(element);
    return { text: htmlToText(html), html };
  }
  if (type === 'xhtml' || type.includes('xml') || hasElements(element)) {
    const html = hasElements(element) ? innerOf(element, source) : wordsOf(element);
    return { text: htmlToText(html), html };
  }
  // Some write `text` and mean HTML; what was said counts, and Atom 0.3 says text/plain with escaped mark-up.
  return { text: wordsOf(element) };
}

function isBinary(type: string): boolean {
  return type.includes('/') && !type.startsWith('text/') && !/xml\b|html\b/.test(type);
}

function fromBase64(element: Element, type: string, losses: Losses): Words | undefined {
  const bytes = Buffer.from(wordsOf(element), 'base64');
  if (/^(?:image|audio|video)\//.test(type)) {
    losses.add(`content: ${type} within the feed is not read`);
    return undefined;
  }
  const text = bytes.toString('utf8');
  if (text.includes('\ufffd')) {
    losses.add(`content: ${type} within the feed is not read`);
    return undefined;
  }
  return type.includes('html') ? { text: htmlToText(text), html: text } : { text };
}

/** The mark-up as it stands in the file, without the `div` that Atom puts around it, and without XHTML's prefix. */
export function innerOf(element: Element, source: string): string {
  const children = childrenOf(element);
  const only = children.length === 1 && wordsOf(element).trim() === '' ? children[0]! : undefined;
  const holder = only !== undefined && /^(?:xhtml:)?div$/.test(only.key) ? only : element;
  const raw = source.slice(holder.from, holder.to).replace(/<!\[CDATA\[([^]*?)\]\]>/g, '$1');
  const prefix = prefixOf(source, children[0]);
  return prefix === '' ? raw : raw.replaceAll(`<${prefix}:`, '<').replaceAll(`</${prefix}:`, '</');
}

function prefixOf(source: string, child: Element | undefined): string {
  if (child === undefined || !child.key.startsWith('xhtml:')) return '';
  const mark = source.lastIndexOf('<', child.from - 1);
  return /^<([\w.-]+):/.exec(source.slice(mark, child.from))?.[1] ?? '';
}

/** A title in one line of plain text. */
export function titleOf({ text, html }: Words): string {
  if (html === undefined) return text.trim();
  if (!html.includes('<') || INLINE.test(html)) return text.trim();
  // Brackets that are no mark-up; references are decoded all the same.
  return html.replace(new RegExp(REFERENCE, 'gi'), (reference) => htmlToText(reference)).trim();
}

/** How feeds mark that there is more: `[…]`, `[...]`, an ellipsis at the end, “The post … appeared first on …”. */
export function isExcerpt(text: string): boolean {
  const end = text.slice(-400).trimEnd();
  return (
    /(?:\[\s*(?:…|\.{3})\s*\]|…|\.{3})$/.test(end) ||
    /(?:Continue reading|Read more|The post .{1,200} (?:appeared first on|first appeared on) .{1,100})\W{0,8}$/i.test(
      end,
    ) ||
    /\[\s*(?:…|\.{3})\s*\]\s*(?:The post|Continue|Read)/i.test(end)
  );
}
