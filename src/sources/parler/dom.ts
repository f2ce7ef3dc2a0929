/** The little of a document tree that Parler's pages need. */
import { parseDocument } from 'htmlparser2';
import { Rejection } from '../../core/errors.js';

export type Tree = ReturnType<typeof parseDocument>;
type Node = Tree['children'][number];
export type Element = Extract<Node, { attribs: unknown }>;
export type Test = (element: Element) => boolean;

const TAG = /<(\/?)([a-z][a-z0-9]*)/gi;
const VOID = new Set('br hr img wbr input link meta source area base col embed track'.split(' '));
/** Real pages nest some twenty deep. */
const MAX_DEPTH = 256;
const TEXT_NODE = 3;

/** Throws a Rejection (`too-deep`): the parser takes time with the square of the depth, which a hostile page would use. */
export function parseHtml(html: string): Tree {
  let depth = 0;
  for (const [, slash, name] of html.matchAll(TAG)) {
    if (slash === '/') depth = Math.max(0, depth - 1);
    else if (!VOID.has(name!.toLowerCase()) && ++depth > MAX_DEPTH) {
      throw new Rejection('too-deep', `elements nested more than ${MAX_DEPTH} deep; save the page again`);
    }
  }
  return parseDocument(html);
}

export const withClass =
  (name: string): Test =>
  (element) =>
    element.attribs['class']?.split(/\s+/).includes(name) === true;

/** In document order; what lies in an element that is `beyond` is passed over, it too. */
export function allThat(root: Tree | Element, test: Test, beyond?: Test): Element[] {
  const found: Element[] = [];
  const stack: Node[] = [...root.children].reverse();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (!('attribs' in node) || beyond?.(node)) continue;
    if (test(node)) found.push(node);
    for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]!);
  }
  return found;
}

/** The words of an element: entities decoded, `<br>` a line break, nothing trimmed. */
export function wordsOf(element: Element): string {
  let words = '';
  const stack: Node[] = [...element.children].reverse();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if ('data' in node) {
      if (node.nodeType === TEXT_NODE) words += node.data;
    } else if ('attribs' in node) {
      if (node.name === 'br') words += '\n';
      else for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]!);
    }
  }
  return words;
}

/** The same in one line, for names and counts. */
export function labelOf(element: Element | undefined): string | undefined {
  const label = element === undefined ? '' : wordsOf(element).replace(/\s+/g, ' ').trim();
  return label === '' ? undefined : label;
}
