/**
 * Reads one item's XML into a tree, whatever state it is in. Not a validating parser: tags may be left open or closed
 * twice, ampersands bare, prefixes undeclared, and each such thing is named as a loss. One pass over the text.
 */
import { Rejection } from '../../core/errors.js';
import { decodeText } from './entities.js';
import type { Losses } from './losses.js';
import { keyOf, spaceOf, type Prefixes, type Vocabulary } from './names.js';

export interface Element {
  /** By namespace: `title`, `dc:creator` (names.ts). */
  readonly key: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: (string | Element)[];
  /** Where its tag begins. */
  readonly begin: number;
  /** Where its content stands in the text, for mark-up that is taken as it is. */
  readonly from: number;
  to: number;
  closed: boolean;
}

interface Open extends Element {
  readonly tag: string;
  readonly local: Prefixes | undefined;
}

/** More is nobody's markup. */
const MAX_DEPTH = 256;
const NAME = /[A-Za-z_:\u0080-\uffff][^\s/>=<"']*/y;
/** What stands beside one another in an item; anything else may be mark-up of a text. */
const PARTS =
  /^(?:title|link|guid|id|pubdate|published|updated|description|summary|content|author|category|comments|enclosure|source|issued|modified|(?!xhtml:).+:.+)$/;
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();

/** The elements at the top. `root` is what encloses them. */
export function readXml(text: string, vocabulary: Vocabulary, losses: Losses): Element {
  return new Reader(text, vocabulary, losses).read();
}

class Reader {
  private at = 0;
  private readonly root: Open;
  private readonly open: Open[];
  private readonly keys = new Map<string, string>();

  constructor(
    private readonly text: string,
    private readonly vocabulary: Vocabulary,
    private readonly losses: Losses,
  ) {
    this.root = element('', '', NO_ATTRIBUTES, undefined, 0, 0);
    this.open = [this.root];
  }

  read(): Element {
    const { text } = this;
    while (this.at < text.length) {
      const mark = text.indexOf('<', this.at);
      this.words(this.at, mark < 0 ? text.length : mark);
      if (mark < 0) break;
      this.at = mark;
      this.markup(mark);
    }
    for (const each of this.open) each.to = text.length;
    this.root.closed = true;
    return this.root;
  }

  private words(from: number, to: number): void {
    if (to > from) this.open.at(-1)!.children.push(decodeText(this.text.slice(from, to), this.losses));
  }

  private markup(mark: number): void {
    const { text } = this;
    const next = text[mark + 1];
    if (next === '/') return this.closing(mark);
    if (next === '?') return this.skip('?>', 'a processing instruction');
    if (next === '!') {
      if (text.startsWith('<!--', mark)) return this.skip('-->', 'a comment');
      if (text.startsWith('<![CDATA[', mark)) return this.literal(mark);
      return this.skip('>', 'a declaration');
    }
    NAME.lastIndex = mark + 1;
    const name = NAME.exec(text);
    if (name) return this.opening(name[0]);
    this.losses.add('a bare < is read as it stands');
    this.open.at(-1)!.children.push('<');
    this.at = mark + 1;
  }

  private skip(end: string, what: string): void {
    const found = this.text.indexOf(end, this.at + 2);
    if (found < 0) this.losses.add(`${what} is not closed: nothing after it is read`);
    this.at = found < 0 ? this.text.length : found + end.length;
  }

  private literal(mark: number): void {
    const { text } = this;
    const end = text.indexOf(']]>', mark + 9);
    if (end < 0) this.losses.add('a CDATA section is not closed');
    const raw = text.slice(mark + 9, end < 0 ? text.length : end);
    this.open.at(-1)!.children.push(raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw);
    this.at = end < 0 ? text.length : end + 3;
  }

  private opening(tag: string): void {
    const parent = this.open.at(-1)!;
    const begin = this.at;
    this.at += 1 + tag.length;
    const { attributes, local } = this.attributes(parent.local);
    const empty = this.text[this.at] === '/';
    const end = this.text.indexOf('>', this.at);
    this.at = this.text[this.at] === '<' ? this.at : end < 0 ? this.text.length : end + 1;
    const found = element(tag, this.key(tag, local), attributes, local, begin, this.at);
    parent.children.push(found);
    if (empty) {
      found.closed = true;
      return;
    }
    if (this.open.length >= MAX_DEPTH) throw new Rejection('too-deep', `elements nested deeper than ${MAX_DEPTH}`);
    this.open.push(found);
  }

  private attributes(inherited: Prefixes | undefined) {
    const { text } = this;
    if (text[this.at] === '>') return { attributes: NO_ATTRIBUTES, local: inherited };
    let attributes: Map<string, string> | undefined;
    let local: Map<string, string> | undefined;
    for (;;) {
      while (isSpace(text.charCodeAt(this.at))) this.at++;
      NAME.lastIndex = this.at;
      const name = NAME.exec(text)?.[0];
      if (name === undefined) {
        const char = text[this.at];
        // A stray sign is passed over; the end of the tag, of the text and the next tag are not.
        if (char === undefined || char === '>' || char === '<' || (char === '/' && text[this.at + 1] === '>')) break;
        this.at++;
        continue;
      }
      this.at += name.length;
      const value = this.value(name);
      if (name === 'xmlns' || name.startsWith('xmlns:')) {
        local ??= new Map(inherited);
        local.set(name.slice(6), spaceOf(value));
      } else {
        (attributes ??= new Map()).set(name.toLowerCase(), value);
      }
    }
    return { attributes: attributes ?? NO_ATTRIBUTES, local: local ?? inherited };
  }

  private value(name: string): string {
    const { text } = this;
    let at = this.at;
    while (isSpace(text.charCodeAt(at))) at++;
    if (text[at] !== '=') return '';
    at++;
    while (isSpace(text.charCodeAt(at))) at++;
    const quote = text[at];
    let end: number;
    if (quote === '"' || quote === "'") {
      end = text.indexOf(quote, ++at);
      this.at = end < 0 ? text.length : end + 1;
      if (end < 0) this.losses.add(`the attribute ${name} is not closed`);
    } else {
      end = at;
      while (end < text.length && !isSpace(text.charCodeAt(end)) && text[end] !== '>') end++;
      this.at = end;
    }
    return decodeText(text.slice(at, end < 0 ? text.length : end), this.losses);
  }

  private closing(mark: number): void {
    const { text, open } = this;
    const end = text.indexOf('>', mark);
    const tag = text.slice(mark + 2, end < 0 ? text.length : end).trimEnd();
    this.at = end < 0 ? text.length : end + 1;
    let level = open.length - 1;
    while (level > 0 && open[level]!.tag !== tag) level--;
    if (level === 0) {
      this.losses.add(`</${tag.slice(0, 40)}> closes nothing`);
      return;
    }
    while (open.length > level + 1) this.abandon(mark);
    const closed = open.pop()!;
    closed.to = mark;
    closed.closed = true;
  }

  /** An element was left open: what it swallowed belongs beside it, as its author meant it. */
  private abandon(mark: number): void {
    const left = this.open.pop()!;
    left.to = mark;
    this.losses.add(`<${left.tag}> is not closed`);
    if (this.open.length !== 2) return;
    const first = left.children.findIndex((child) => typeof child !== 'string' && PARTS.test(child.key));
    if (first < 0) return;
    const swallowed = left.children.splice(first);
    left.to = (swallowed[0] as Element).begin;
    for (const child of swallowed) if (typeof child !== 'string') this.open[1]!.children.push(child);
  }

  private key(tag: string, local: Prefixes | undefined): string {
    const known = local ? undefined : this.keys.get(tag);
    if (known !== undefined) return known;
    const key = keyOf(tag, this.vocabulary, local) ?? tag.toLowerCase();
    if (!local) this.keys.set(tag, key);
    return key;
  }
}

function element(
  tag: string,
  key: string,
  attributes: Element['attributes'],
  local: Open['local'],
  begin: number,
  at: number,
): Open {
  return { tag, key, attributes, local, children: [], begin, from: at, to: at, closed: false };
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** The words directly in it, its own children's left out. */
export function wordsOf(element: Element): string {
  const { children } = element;
  if (children.length === 1) return typeof children[0] === 'string' ? children[0] : '';
  let out = '';
  for (const child of children) if (typeof child === 'string') out += child;
  return out;
}

export function hasElements(element: Element): boolean {
  return element.children.some((child) => typeof child !== 'string');
}

export function childrenOf(element: Element): readonly Element[] {
  return element.children.filter((child): child is Element => typeof child !== 'string');
}
