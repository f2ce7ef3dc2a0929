/** The little of a document tree that Telegram's two kinds of pages need. */
import { parseDocument } from 'htmlparser2';
import type { Link, Tag } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import { shownLink } from './text.js';

export type Tree = ReturnType<typeof parseDocument>;
export type Node = Tree['children'][number];
export type Element = Extract<Node, { attribs: unknown }>;

const TAG = /<(\/?)([a-z][a-z0-9]*)/gi;
const VOID = new Set([
  'br',
  'hr',
  'img',
  'wbr',
  'input',
  'link',
  'meta',
  'source',
  'area',
  'base',
  'col',
  'embed',
  'track',
]);
/** Real pages nest some thirty deep. */
const MAX_DEPTH = 256;

/** Throws a Rejection (`too-deep`): the parser takes time with the square of the depth, which a hostile page would use. */
export function parseHtml(html: string): Tree {
  let depth = 0;
  for (const [, slash, name] of html.matchAll(TAG)) {
    if (slash === '/') depth = Math.max(0, depth - 1);
    else if (!VOID.has(name!.toLowerCase()) && ++depth > MAX_DEPTH) {
      throw new Rejection('too-deep', `elements nested more than ${MAX_DEPTH} deep; save or export the page again`);
    }
  }
  return parseDocument(html);
}

export function isElement(node: Node): node is Element {
  return 'attribs' in node;
}

export function hasClass(element: Element, name: string): boolean {
  const names = element.attribs['class'];
  // Asked of every element of a page for some thirty names: most are settled by the first look.
  if (names === undefined || !names.includes(name)) return false;
  return names === name || names.split(/\s+/).includes(name);
}

type Test = (element: Element) => boolean;

/** Goes through the elements in document order; `visit` says whether to go on into the element, past it, or no further. */
function walk(root: Tree | Element, visit: (element: Element) => 'into' | 'past' | 'stop'): void {
  const stack: Node[] = [];
  for (let i = root.children.length - 1; i >= 0; i--) stack.push(root.children[i]!);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (!isElement(node)) continue;
    const verdict = visit(node);
    if (verdict === 'stop') return;
    if (verdict === 'into') for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]!);
  }
}

/** What lies in an element that is `beyond` is passed over, it too. */
export function allThat(root: Tree | Element, test: Test, beyond?: Test): Element[] {
  const found: Element[] = [];
  walk(root, (element) => {
    if (beyond?.(element)) return 'past';
    if (test(element)) found.push(element);
    return 'into';
  });
  return found;
}

export function firstThat(root: Tree | Element, test: Test, beyond?: Test): Element | undefined {
  let found: Element | undefined;
  walk(root, (element) => {
    if (beyond?.(element)) return 'past';
    if (!test(element)) return 'into';
    found = element;
    return 'stop';
  });
  return found;
}

/** The elements that pass, without those inside another that passes. */
export function outermost(root: Tree | Element, test: Test, beyond: Test): Element[] {
  const found: Element[] = [];
  walk(root, (element) => {
    if (beyond(element)) return 'past';
    if (!test(element)) return 'into';
    found.push(element);
    return 'past';
  });
  return found;
}

export function all(root: Tree | Element, name: string, beyond?: Test): Element[] {
  return allThat(root, (element) => hasClass(element, name), beyond);
}

export function first(root: Tree | Element, name: string, beyond?: Test): Element | undefined {
  return firstThat(root, (element) => hasClass(element, name), beyond);
}

/** The first element of a tag below `root`. */
export function named(root: Tree | Element, tag: string): Element | undefined {
  return firstThat(root, (element) => element.name === tag);
}

const TEXT_NODE = 3;

/** The words of an element: entities decoded, `<br>` a line break, nothing trimmed. */
export function wordsOf(element: Element | Tree): string {
  let words = '';
  const stack: Node[] = [...element.children].reverse();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if ('data' in node) {
      if (node.nodeType === TEXT_NODE) words += node.data;
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
    .replace(/^\r?\n/, '')
    .replace(/\r?\n[ \t]*$/, '');
}

/** Hashtags, mentions and links of a text. */
export function marksOf(element: Element): { tag: Tag[]; link: Link[] } {
  const tag: Tag[] = [];
  const link: Link[] = [];
  for (const anchor of allThat(element, (child) => child.name === 'a')) {
    const href = anchor.attribs['href'] ?? '';
    const onclick = anchor.attribs['onclick'] ?? '';
    const words = wordsOf(anchor);
    if (onclick.includes('ShowCashtag') || /^\?q=(?:%24|\$)/i.test(href)) {
      tag.push({ type: 'Cashtag', name: words.replace(/^\$/, '') });
    } else if (onclick.includes('ShowHashtag') || /^\?q=(?:%23|#)/i.test(href)) {
      tag.push({ type: 'Hashtag', name: words.replace(/^#/, '') });
    } else if (onclick.includes('ShowMentionName')) {
      tag.push({ type: 'Mention', name: words });
    } else if (/^@\w+$/.test(words)) {
      tag.push({ type: 'Mention', name: words.slice(1) });
    } else if (/^https?:/i.test(href)) {
      link.push(shownLink(href, words));
    }
  }
  return { tag, link };
}
