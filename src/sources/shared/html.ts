/**
 * HTML, as platforms hand it out in a post, to the plain text that a reader sees.
 *
 * Paragraphs are parted by a blank line, `<br>` is a line break, entities are decoded, script and style are dropped.
 * White space that holds a line break is layout and becomes one space, or nothing beside a break; runs of spaces are
 * the author's and stay. Mastodon's links (`invisible`, `ellipsis` spans) give the whole URL, since only styles hide
 * its parts.
 *
 * The tokenizer is used rather than the parser: the parser keeps the open tags in an array that it shifts, which is
 * quadratic in the depth of nesting. What is below is linear in the length of the input.
 */
import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';

export interface HtmlOptions {
  /** Elements to leave out with all that they hold; `classes` is the class attribute, or empty. */
  readonly skip?: (tag: string, classes: string) => boolean;
}

/** How many line breaks part an element from its neighbours. */
const BREAKS: ReadonlyMap<string, number> = new Map([
  ...words('p h1 h2 h3 h4 h5 h6 blockquote pre ul ol dl table figure hr', 2),
  ...words('div li dt dd tr section article aside header footer main figcaption form fieldset address details', 1),
]);
const SKIPPED = new Set(['script', 'style', 'template', 'iframe', 'object', 'noembed', 'noframes']);
const VOID = new Set([
  'br',
  'hr',
  'img',
  'wbr',
  'input',
  'link',
  'meta',
  'source',
  'track',
  'area',
  'base',
  'col',
  'embed',
]);

function words(list: string, breaks: number): [string, number][] {
  return list.split(' ').map((word) => [word, breaks]);
}

export function htmlToText(html: string, options: HtmlOptions = {}): string {
  // Most of what is short has no mark-up at all.
  if (!/[<&\r\n]/.test(html)) return html;
  const reader = new TextReader(html, options);
  const tokenizer = new Tokenizer({ decodeEntities: true }, reader);
  tokenizer.write(html);
  tokenizer.end();
  return reader.out;
}

class TextReader implements TokenizerCallbacks {
  out = '';
  /** Line breaks owed before the next text. */
  private breaks = 0;
  /** A space owed before the next text. */
  private soft = false;
  private preformatted = 0;

  /** The element being left out, and how many of its name are open in it. */
  private skipping = '';
  private depth = 0;

  private tag = '';
  private attribute = '';
  private value = '';
  private classes = '';
  private alt = '';

  constructor(
    private readonly html: string,
    private readonly options: HtmlOptions,
  ) {}

  ontext(start: number, end: number): void {
    if (this.skipping === '') this.text(this.html.slice(start, end));
  }

  ontextentity(codepoint: number): void {
    if (this.skipping === '') this.write(String.fromCodePoint(codepoint));
  }

  onopentagname(start: number, end: number): void {
    this.tag = this.html.slice(start, end).toLowerCase();
    this.classes = this.alt = '';
  }

  onattribname(start: number, end: number): void {
    this.attribute = this.html.slice(start, end).toLowerCase();
    this.value = '';
  }

  onattribdata(start: number, end: number): void {
    this.value += this.html.slice(start, end);
  }

  onattribentity(codepoint: number): void {
    this.value += String.fromCodePoint(codepoint);
  }

  onattribend(): void {
    if (this.attribute === 'class') this.classes = this.value;
    else if (this.attribute === 'alt') this.alt = this.value;
  }

  onopentagend(): void {
    this.open(!VOID.has(this.tag));
  }

  onselfclosingtag(): void {
    this.open(false);
  }

  onclosetag(start: number, end: number): void {
    const tag = this.html.slice(start, end).toLowerCase();
    if (this.skipping !== '') {
      if (tag === this.skipping && --this.depth === 0) this.skipping = '';
      return;
    }
    if (tag === 'pre' && this.preformatted > 0) this.preformatted--;
    this.block(tag);
  }

  private open(container: boolean): void {
    const { tag } = this;
    if (this.skipping !== '') {
      // A paragraph ends where the next one begins, whether or not it was closed.
      if (tag !== 'p' || this.skipping !== 'p') {
        if (container && tag === this.skipping) this.depth++;
        return;
      }
      this.skipping = '';
    }
    if (container && (SKIPPED.has(tag) || this.options.skip?.(tag, this.classes) === true)) {
      this.skipping = tag;
      this.depth = 1;
      return;
    }
    if (tag === 'br') this.lineBreak();
    else if (tag === 'img') this.write(this.alt);
    else if (tag === 'td' || tag === 'th') this.soft = true;
    else if (tag === 'pre' && container) this.preformatted++;
    this.block(tag);
  }

  private block(tag: string): void {
    const breaks = BREAKS.get(tag);
    if (breaks !== undefined && this.breaks < breaks) this.breaks = breaks;
  }

  private lineBreak(): void {
    this.breaks++;
    this.soft = false;
  }

  private text(data: string): void {
    if (this.preformatted > 0) return this.write(data);
    if (!/[\r\n]/.test(data)) return this.run(data);
    const parts = data.split(/[\r\n]+/);
    for (let i = 0; i < parts.length; i++) {
      if (i > 0) this.soft = true;
      this.run(trimLayout(parts[i]!, i > 0, i < parts.length - 1));
    }
  }

  /** Text without line breaks. White space between two blocks is layout. */
  private run(text: string): void {
    if ((this.breaks > 0 || this.out === '') && isLayout(text)) return;
    this.write(text);
  }

  private write(text: string): void {
    if (text === '') return;
    if (this.out !== '') {
      if (this.breaks > 0) this.out += '\n'.repeat(this.breaks);
      else if (this.soft) this.out += ' ';
    }
    this.breaks = 0;
    this.soft = false;
    this.out += text;
  }

  oncdata(): void {}
  oncomment(): void {}
  ondeclaration(): void {}
  onprocessinginstruction(): void {}
  onend(): void {}
}

const SPACE = 0x20;
const TAB = 0x09;
const FORM_FEED = 0x0c;

function isSpace(code: number): boolean {
  return code === SPACE || code === TAB || code === FORM_FEED;
}

function isLayout(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (!isSpace(text.charCodeAt(i))) return false;
  return true;
}

/** Loops, not expressions: `/[ \t]+$/` is quadratic in a long run of spaces. */
function trimLayout(text: string, start: boolean, end: boolean): string {
  let from = 0;
  let to = text.length;
  if (start) while (from < to && isSpace(text.charCodeAt(from))) from++;
  if (end) while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}
