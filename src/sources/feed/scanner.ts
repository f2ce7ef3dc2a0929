/**
 * Finds where items begin and end in a feed of any size, on its bytes. Memory is flat: nothing is gathered but a
 * tag's name. Comments, CDATA sections, processing instructions, declarations and attributes are passed over, so that
 * what only looks like an item there is none.
 *
 * An item that is not closed ends where the next one begins. Only Atom’s `content` may hold another.
 */
import type { RecordRange } from '../source.js';

/** What items are called: names without prefix, in lower case, and the prefixes that are other vocabularies'. */
export interface ItemNames {
  readonly names: ReadonlySet<string>;
  readonly others: ReadonlySet<string>;
}

const LT = 0x3c;
const GT = 0x3e;
const SLASH = 0x2f;
const BANG = 0x21;
const QUESTION = 0x3f;
const MAX_NAME = 64;
const MAX_RECORD = 64 * 1024 * 1024;

const enum State {
  Text,
  /** After `<`: up to eight bytes that tell what it is. */
  Mark,
  /** In a tag's name. */
  Name,
  /** In a tag, after its name. */
  Tag,
  Quoted,
  /** Until `ending` has been seen. */
  Skip,
  /** In a declaration: until `>` outside of brackets. */
  Declaration,
}

export class ItemScanner {
  found: RecordRange[] = [];
  private state: State = State.Text;
  private base = 0;
  /** Where the last `<` stood. */
  private mark = 0;
  private name = '';
  private quote = 0;
  private slash = false;
  private ending = '';
  private tail = '';
  private brackets = 0;

  private start = -1;
  private itemName = '';
  /** The element that may hold another item: `content` of Atom. Nothing in RSS does. */
  private holder = '';
  /** Items within this item's content. */
  private inner = 0;
  private contents = 0;

  constructor(
    private readonly items: ItemNames,
    private readonly maxRecord = MAX_RECORD,
  ) {}

  take(): RecordRange[] {
    const { found } = this;
    this.found = [];
    return found;
  }

  /** Where the item that is open began; −1 between items. */
  get openedAt(): number {
    return this.start;
  }

  push(chunk: Buffer): void {
    let i = 0;
    while (i < chunk.length) i = this.step(chunk, i);
    this.base += chunk.length;
  }

  /** What is open at the end is an item all the same; the reader sees that it was cut. Returns the size of the whole. */
  end(): number {
    if (this.start >= 0) this.finish(this.base);
    return this.base;
  }

  private step(chunk: Buffer, i: number): number {
    const { state } = this;
    if (state === State.Text) {
      const mark = chunk.indexOf(LT, i);
      if (mark < 0) return chunk.length;
      this.begin(mark);
      return mark + 1;
    }
    if (state === State.Skip) return this.skip(chunk, i);
    if (state === State.Name) return this.inName(chunk, i);
    if (state === State.Quoted) return this.inQuoted(chunk, i);
    const byte = chunk[i]!;
    if (state === State.Tag) this.inTag(byte, i);
    else if (state === State.Mark) this.inMark(byte, i);
    else this.inDeclaration(byte);
    return i + 1;
  }

  private begin(mark: number): void {
    this.mark = this.base + mark;
    this.state = State.Mark;
    this.name = '';
    this.slash = false;
  }

  private inMark(byte: number, i: number): void {
    if (this.name === '') {
      if (byte === QUESTION) return this.until('?>');
      if (byte === LT) return this.begin(i);
      if (byte !== BANG && !isNameStart(byte) && byte !== SLASH) {
        // A bare `<` in text.
        this.state = State.Text;
        return;
      }
      this.name = String.fromCharCode(byte);
      if (byte !== BANG) this.state = State.Name;
      return;
    }
    this.name += String.fromCharCode(byte);
    if (this.name === '!--') return this.until('-->');
    if (this.name === '![CDATA[') return this.until(']]>');
    if ('!--'.startsWith(this.name) || '![CDATA['.startsWith(this.name)) return;
    this.state = State.Declaration;
    this.brackets = 0;
    this.inDeclaration(byte);
  }

  private until(ending: string): void {
    this.ending = ending;
    this.tail = '';
    this.state = State.Skip;
  }

  private skip(chunk: Buffer, i: number): number {
    if (this.tail !== '') {
      // The last bytes before this chunk may be the beginning of the end.
      const joined = this.tail + chunk.toString('latin1', i, i + this.ending.length - 1);
      const at = joined.indexOf(this.ending);
      if (at >= 0) {
        const after = i + at + this.ending.length - this.tail.length;
        this.state = State.Text;
        return after;
      }
    }
    const found = chunk.indexOf(this.ending, i, 'latin1');
    if (found >= 0) {
      this.state = State.Text;
      return found + this.ending.length;
    }
    const kept = this.tail + chunk.toString('latin1', Math.max(i, chunk.length - this.ending.length + 1));
    this.tail = kept.slice(1 - this.ending.length);
    return chunk.length;
  }

  private inName(chunk: Buffer, from: number): number {
    let i = from;
    let byte = 0;
    while (i < chunk.length && (byte = chunk[i]!) > 0x20 && byte !== GT && byte !== SLASH && byte !== LT) i++;
    if (this.name.length < MAX_NAME) this.name += chunk.toString('latin1', from, Math.min(i, from + MAX_NAME));
    if (i >= chunk.length) return i;
    if (byte === LT) {
      this.begin(i);
    } else {
      this.state = State.Tag;
      this.inTag(byte, i);
    }
    return i + 1;
  }

  private inTag(byte: number, i: number): void {
    if (byte === GT) {
      this.state = State.Text;
      this.tag(this.base + i + 1);
    } else if (byte === 0x22 || byte === 0x27) {
      this.quote = byte;
      this.state = State.Quoted;
      this.slash = false;
    } else if (byte === LT) {
      // The tag was left open: the next one counts.
      this.tag(this.base + i);
      this.begin(i);
    } else if (byte > 0x20) {
      this.slash = byte === SLASH;
    }
  }

  private inQuoted(chunk: Buffer, from: number): number {
    const { quote } = this;
    let i = from;
    while (i < chunk.length && chunk[i] !== quote && chunk[i] !== LT) i++;
    if (i >= chunk.length) return i;
    if (chunk[i] === quote) {
      this.state = State.Tag;
    } else {
      // No attribute holds one: its quotation mark is missing.
      this.tag(this.base + i);
      this.begin(i);
    }
    return i + 1;
  }

  private inDeclaration(byte: number): void {
    if (byte === 0x5b) this.brackets++;
    else if (byte === 0x5d) this.brackets--;
    else if (byte === GT && this.brackets <= 0) this.state = State.Text;
  }

  /** A whole tag: `name` is `item`, `/item` or something else. `end` is behind it. */
  private tag(end: number): void {
    const { name } = this;
    const closing = name.startsWith('/');
    if (this.start >= 0 && this.holder !== '' && name.endsWith(this.holder)) this.content(name);
    if (!this.isItem(closing ? name.slice(1) : name)) return;
    if (!closing) return this.opened(end);
    if (this.start < 0 || name.slice(1) !== this.itemName) return;
    if (this.inner > 0) this.inner--;
    else this.finish(end);
  }

  /** Hardly any tag ends like that, so hardly any is looked up. */
  private isItem(name: string): boolean {
    const last = name.charCodeAt(name.length - 1) | 0x20;
    if (last !== 0x6d && last !== 0x79) return false;
    const colon = name.indexOf(':');
    const local = name.slice(colon + 1).toLowerCase();
    return this.items.names.has(local) && (colon < 0 || !this.items.others.has(name.slice(0, colon)));
  }

  private content(name: string): void {
    if (name === this.holder) this.contents += this.slash ? 0 : 1;
    else if (name === `/${this.holder}` && this.contents > 0) this.contents--;
  }

  private opened(end: number): void {
    if (this.start >= 0) {
      if (this.contents > 0 && this.name === this.itemName) {
        if (!this.slash) this.inner++;
        return;
      }
      // An empty one within another says nothing, and ends nothing.
      if (this.slash) return;
      this.finish(this.mark);
    }
    this.start = this.mark;
    this.itemName = this.name;
    this.holder = this.name.endsWith('entry') ? this.name.slice(0, -5) + 'content' : '';
    this.inner = this.contents = 0;
    if (this.slash) this.finish(end);
  }

  private finish(end: number): void {
    const offset = this.start;
    const length = end - offset;
    this.start = -1;
    if (length <= this.maxRecord) {
      this.found.push({ offset, length });
      return;
    }
    const detail = `this item has ${length} bytes; the limit is ${this.maxRecord}`;
    this.found.push({ offset, length, refused: { reason: 'too-large', detail } });
  }
}

function isNameStart(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f || byte >= 0x80;
}
