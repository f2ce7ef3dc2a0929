/**
 * Words. A text is HTML: paragraphs that only begin (`one<p>two`), links whose words are cut (`https://…...`), italics,
 * code. A title is plain, in some collections with its signs escaped.
 */
import type { Link } from '../../core/content.js';
import { htmlToText } from '../shared/html.js';

const ANCHOR = /<a href="([^"<>]{1,4000})"[^<>]{0,200}>([^<]{0,4000})<\/a>/g;
const ENTITY = /&(?:amp|lt|gt|quot|#x27|#x2F|#39);/g;
const SIGNS: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#x27;': "'",
  '&#39;': "'",
  '&#x2F;': '/',
};

export function decode(text: string): string {
  return text.includes('&') ? text.replace(ENTITY, (entity) => SIGNS[entity]!) : text;
}

export interface Words {
  readonly text?: string;
  readonly html?: string;
  readonly link?: readonly Link[];
}

export function wordsOf(html: string | undefined): Words {
  if (html === undefined) return {};
  const link = html.includes('<a ') ? linksIn(html) : [];
  return { text: htmlToText(html), html, ...(link.length > 0 && { link }) };
}

function linksIn(html: string): Link[] {
  const links = [...html.matchAll(ANCHOR)].map(([, href, shown]): Link => {
    const [url, expanded] = [decode(shown!), decode(href!)];
    return url === expanded ? { url } : { url, expanded };
  });
  return [...new Map(links.map((link) => [link.url, link])).values()];
}
