/** The little of a document tree that Telegram's two kinds of pages need. */
import { DomUtils, parseDocument } from 'htmlparser2';
import type { Link, Tag } from '../../core/content.js';
import { shownLink } from './text.js';

export type Tree = ReturnType<typeof parseDocument>;
export type Node = Tree['children'][number];
export type Element = Extract<Node, { attribs: unknown }>;

export function parseHtml(html: string): Tree {
  return parseDocument(html);
}

export function isElement(node: Node): node is Element {
  return 'attribs' in node;
}

export function hasClass(element: Element, name: string): boolean {
  return ` ${element.attribs['class'] ?? ''} `.replace(/\s+/g, ' ').includes(` ${name} `);
}

/** Every element of a class, in document order; those inside an element for which `beyond` holds are passed over. */
export function all(root: Tree | Element, name: string, beyond?: (element: Element) => boolean): Element[] {
  const found: Element[] = [];
  // A stack of our own: damaged pages nest deeper than the call stack goes.
  const stack: Node[] = [...root.children].reverse();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (!isElement(node) || beyond?.(node)) continue;
    if (hasClass(node, name)) found.push(node);
    for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]!);
  }
  return found;
}

export function first(root: Tree | Element, name: string, beyond?: (element: Element) => boolean): Element | undefined {
  return all(root, name, beyond)[0];
}

/** The first element of a name below `root`. */
export function named(root: Tree | Element, tag: string): Element | undefined {
  const found = DomUtils.findOne((element) => element.name === tag, root.children, true);
  return found ?? undefined;
}

/** The words of an element: entities decoded, `<br>` a line break, nothing trimmed. */
export function wordsOf(element: Element | Tree): string {
  let words = '';
  const stack: Node[] = [...element.children].reverse();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if ('data' in node) {
      if (node.type === 'text') words += node.data;
    } else if (isElement(node)) {
      if (node.name === 'br') words += '\n';
      else for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]!);
    }
  }
  return words;
}

/** The same in one line, for names and labels. */
export function labelOf(element: Element | undefined): string | undefined {
  const label = element === undefined ? '' : wordsOf(element).replace(/\s+/g, ' ').trim();
  return label === '' ? undefined : label;
}

/**
 * A message's text. In both kinds of pages a line break of the text is `<br>`; the line breaks and the indentation at
 * its ends are the page's own layout, and go.
 */
export function textOf(element: Element): string {
  return wordsOf(element)
    .replace(/^[ \t]*\r?\n[ \t]*/, '')
    .replace(/\r?\n[ \t]*$/, '');
}

/** Hashtags, mentions and links of a text. */
export function marksOf(element: Element): { tag: Tag[]; link: Link[] } {
  const tag: Tag[] = [];
  const link: Link[] = [];
  for (const anchor of DomUtils.getElementsByTagName('a', element, true)) {
    const href = anchor.attribs['href'] ?? '';
    const onclick = anchor.attribs['onclick'] ?? '';
    const words = wordsOf(anchor);
    if (onclick.includes('ShowCashtag') || /^\?q=(?:%24|\$)/i.test(href)) tag.push({ type: 'Cashtag', name: words.replace(/^\$/, '') });
    else if (onclick.includes('ShowHashtag') || /^\?q=(?:%23|#)/i.test(href)) tag.push({ type: 'Hashtag', name: words.replace(/^#/, '') });
    else if (onclick.includes('ShowMentionName')) tag.push({ type: 'Mention', name: words });
    else if (/^@\w+$/.test(words)) tag.push({ type: 'Mention', name: words.slice(1) });
    else if (/^https?:/i.test(href)) link.push(shownLink(href, words));
  }
  return { tag, link };
}
