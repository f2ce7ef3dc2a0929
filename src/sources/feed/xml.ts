/**
 * Reads one item's XML into a tree, whatever state it is in. htmlparser2's tokenizer finds tags, attributes, CDATA
 * sections, and goes on where they are broken; what it goes on from is named here as a loss: tags left open or closed
 * twice, ampersands and brackets bare, sections without end. docs/adr/0007 has what else was tried.
 */
import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';
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
/** What stands beside one another in an item; anything else may be mark-up of a text. */
const PARTS =
  /^(?:title|link|guid|id|pubdate|published|updated|description|summary|content|author|category|comments|enclosure|source|issued|modified|(?!xhtml:).+:.+)$/;
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();

/** A `<` that begins no markup: `1 < 2`, `<3`. */
const BARE = /<(?![A-Za-z_:\u0080-\uffff/!?])/g;
const IN_XML = { xmlMode: true, decodeEntities: false };

/** The elements at the top. `root` is what encloses them. */
export function readXml(text: string, vocabulary: Vocabulary, losses: Losses): Element {
  return new Reader(text, vocabulary, losses).read();
}

class Reader implements TokenizerCallbacks {
  private readonly root: Open;
  private readonly open: Open[];
  private readonly keys = new Map<string, string>();

  /** Where this tokenizer began in the text; what it says is counted from there. */
  private base = 0;
  private tokenizer!: Tokenizer;
  /** Where another tokenizer goes on, once this one has lost the thread. */
  private next: number | undefined;
  /** The end of what was understood. */
  private done = 0;

  private begin = 0;
  private tag = '';
  private attribute = '';
  private value = '';
  private attributes: Map<string, string> | undefined;
  private local: Map<string, string> | undefined;

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
    // As long as the text itself, so that places are the same; what is handed on is taken from the text.
    const shown = text.replace(BARE, ' ');
    for (this.next = 0; this.next !== undefined;) {
      this.done = this.base = this.next;
      this.next = undefined;
      this.tokenizer = new Tokenizer(IN_XML, this);
      this.tokenizer.write(shown.slice(this.base));
      if (this.next === undefined) this.tokenizer.end();
    }
    if (this.done < text.length) this.losses.add('the last tag is not closed: it is not read');
    for (const each of this.open) each.to = text.length;
    this.root.closed = true;
    return this.root;
  }

  private slice(start: number, end: number): string {
    return this.text.slice(this.base + start, this.base + end);
  }

  private say(words: string): void {
    this.open.at(-1)!.children.push(words);
  }

  // ── what is no tag ────────────────────────────────────────────────────────────────────────────────────────────────

  ontext(start: number, end: number): void {
    const raw = this.slice(start, end);
    this.done = this.base + end;
    if (raw.includes('<')) this.losses.add('a bare < is read as it stands');
    this.say(decodeText(raw, this.losses));
  }

  oncdata(start: number, end: number, offset: number): void {
    if (offset === 0) this.losses.add('a CDATA section is not closed');
    const raw = this.slice(start, end - offset);
    this.say(raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw);
    this.done = this.base + end + 1;
  }

  oncomment(_start: number, end: number, offset: number): void {
    if (offset === 0) this.losses.add('a comment is not closed: nothing after it is read');
    this.done = this.base + end + 1;
  }

  /** XML's end with `?>`, the tokenizer's with any `>`. */
  onprocessinginstruction(start: number, end: number): void {
    const close = this.text.indexOf('?>', this.base + start);
    if (close < 0) this.losses.add('a processing instruction is not closed: nothing after it is read');
    this.done = close < 0 ? this.text.length : close + 2;
    if (this.done !== this.base + end + 1) this.goOn(this.done);
  }

  ondeclaration(_start: number, end: number): void {
    this.done = this.base + end + 1;
  }

  // ── tags ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Tags hold no `<`: where one does, it was left open, and another begins. */
  onopentagname(start: number, end: number): void {
    let at = this.base + start;
    let name = this.slice(start, end);
    for (;;) {
      const inner = name.indexOf('<');
      this.begin = at - 1;
      this.tag = inner < 0 ? name : name.slice(0, inner);
      this.attributes = undefined;
      this.local = undefined;
      if (inner < 0) return;
      this.leftOpen(at + inner);
      at += inner + 1;
      name = name.slice(inner + 1);
      if (name.startsWith('!') || name.startsWith('?')) return this.goOn(at - 1);
    }
  }

  onattribname(start: number, end: number): void {
    if (this.next !== undefined) return;
    this.attribute = this.slice(start, end);
    this.value = '';
    const inner = this.attribute.indexOf('<');
    if (/["']/.test(this.attribute))
      this.losses.add(`in the tag <${this.tag.slice(0, 40)}> a quotation mark stands astray`);
    if (inner < 0) return;
    this.leftOpen(this.base + start + inner);
    this.goOn(this.base + start + inner);
  }

  onattribdata(start: number, end: number): void {
    this.value += this.slice(start, end);
  }

  onattribend(): void {
    if (this.next !== undefined) return;
    const name = this.attribute;
    const value = decodeText(this.value, this.losses);
    if (name === 'xmlns' || name.startsWith('xmlns:')) {
      this.local ??= new Map(this.open.at(-1)!.local);
      this.local.set(name.slice(6), spaceOf(value));
    } else {
      (this.attributes ??= new Map()).set(name.toLowerCase(), value);
    }
  }

  onopentagend(end: number): void {
    if (this.next === undefined) this.opened(this.base + end + 1, false);
  }

  onselfclosingtag(end: number): void {
    if (this.next === undefined) this.opened(this.base + end + 1, true);
  }

  private leftOpen(next: number): void {
    this.losses.add(`the tag <${this.tag.slice(0, 40)} is left open`);
    this.opened(next, false);
  }

  /** Another tokenizer goes on from there. */
  private goOn(next: number): void {
    this.next = next;
    this.tokenizer.pause();
  }

  private opened(from: number, isEmpty: boolean): void {
    const parent = this.open.at(-1)!;
    const local = this.local ?? parent.local;
    const { tag, begin, attributes = NO_ATTRIBUTES } = this;
    const found = element(tag, this.key(tag, local), attributes, local, begin, from);
    this.done = from;
    parent.children.push(found);
    found.closed = isEmpty;
    if (isEmpty) return;
    if (this.open.length >= MAX_DEPTH) throw new Rejection('too-deep', `elements nested deeper than ${MAX_DEPTH}`);
    this.open.push(found);
  }

  onclosetag(start: number, end: number): void {
    const { open } = this;
    const mark = this.base + start - 2;
    const tag = this.slice(start, end);
    this.done = this.base + end + 1;
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

  // Neither is asked for: references are decoded by `decodeText`, and the end is known.
  onattribentity(): void {}
  ontextentity(): void {}
  onend(): void {}

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
