/**
 * Looks into the beginning of a JSON file, as far as 64 KiB let: what recognition goes by.
 *
 * The reader is tolerant where JSON.parse is not: the text may end anywhere, commas may trail, a script's assignment
 * may stand in front. Whatever the cut leaves open is closed.
 */

export interface Peek {
  /** What stood before the first value: `window.YTD.tweets.part0 = `. */
  readonly prefix: string;
  /** The top-level values that begin in the head; the last may be partial. More than one: JSON Lines or a sequence. */
  readonly values: readonly unknown[];
  /** Whether the head ended inside the last value. */
  readonly cut: boolean;
  /** Whether the first value ends on the line it began on and another begins on the next line. */
  readonly lines: boolean;
}

/** Every source is asked about the same head: it is read once for all of them. Nobody changes what is in a peek. */
const peeks = new WeakMap<Uint8Array, { readonly peek: Peek | undefined }>();

/** Undefined when the head is no text, or holds no JSON value. */
export function peekJson(head: Uint8Array): Peek | undefined {
  let known = peeks.get(head);
  if (!known) peeks.set(head, (known = { peek: peekInto(head) }));
  return known.peek;
}

function peekInto(head: Uint8Array): Peek | undefined {
  if (head.includes(0)) return undefined;
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
    .toString('utf8')
    .replace(/^\ufeff/, '');
  const start = text.search(/[[{]/);
  if (start < 0 || start > 4_096) return undefined;
  const reader = new PartialReader(text, start);
  const values: unknown[] = [];
  let lines = false;
  let end = start;
  while (reader.seek() && values.length < 64) {
    const from = reader.at;
    if (values.length === 1) lines = !text.slice(start, end).includes('\n') && text.slice(end, from).includes('\n');
    values.push(reader.value());
    end = reader.at;
    if (reader.cut) break;
  }
  return values.length === 0 ? undefined : { prefix: text.slice(0, start), values, cut: reader.cut, lines };
}

const MAX_DEPTH = 64;
const SPACE = /\s/;

class PartialReader {
  cut = false;

  constructor(
    private readonly text: string,
    public at: number,
  ) {}

  /** Moves to the next top-level container. */
  seek(): boolean {
    while (this.at < this.text.length && this.text[this.at] !== '{' && this.text[this.at] !== '[') this.at++;
    return this.at < this.text.length;
  }

  value(depth = 0): unknown {
    this.space();
    const char = this.text[this.at];
    if (char === undefined) return this.stop();
    if (depth > MAX_DEPTH) return this.stop();
    if (char === '{') return this.object(depth);
    if (char === '[') return this.array(depth);
    if (char === '"') return this.string();
    return this.literal();
  }

  private object(depth: number): unknown {
    const out: Record<string, unknown> = {};
    this.at++;
    for (;;) {
      this.space(',');
      const char = this.text[this.at];
      if (char === undefined) return (this.stop(), out);
      if (char === '}') return (this.at++, out);
      if (char !== '"') return (this.stop(), out);
      const key = this.string();
      if (this.cut) return out;
      this.space(':');
      if (this.at >= this.text.length) return (this.stop(), out);
      // defineProperty: a key named __proto__ is data here.
      Object.defineProperty(out, key, {
        value: this.value(depth + 1),
        enumerable: true,
        configurable: true,
        writable: true,
      });
      if (this.cut) return out;
    }
  }

  private array(depth: number): unknown {
    const out: unknown[] = [];
    this.at++;
    for (;;) {
      this.space(',');
      const char = this.text[this.at];
      if (char === undefined) return (this.stop(), out);
      if (char === ']') return (this.at++, out);
      const item = this.value(depth + 1);
      if (item !== undefined) out.push(item);
      if (this.cut) return out;
    }
  }

  private string(): string {
    const start = this.at++;
    for (;;) {
      const char = this.text[this.at];
      if (char === undefined) {
        this.cut = true;
        return this.text.slice(start + 1);
      }
      if (char === '\\') this.at++;
      this.at++;
      if (char === '"') break;
    }
    try {
      return JSON.parse(this.text.slice(start, this.at)) as string;
    } catch {
      return this.text.slice(start + 1, this.at - 1);
    }
  }

  private literal(): unknown {
    const match = /^[^\s,\]}]+/.exec(this.text.slice(this.at, this.at + 64));
    if (!match) return this.stop();
    this.at += match[0].length;
    if (this.at >= this.text.length) this.cut = true;
    try {
      return JSON.parse(match[0]) as unknown;
    } catch {
      return undefined;
    }
  }

  private space(also = ''): void {
    for (; this.at < this.text.length; this.at++) {
      const char = this.text[this.at]!;
      // Anything above the space is asked about only where it may be one of Unicode's.
      if (char <= ' ' ? !SPACE.test(char) : char !== also && (char < '\u0080' || !SPACE.test(char))) return;
    }
  }

  private stop(): undefined {
    this.cut = true;
    this.at = this.text.length;
    return undefined;
  }
}
