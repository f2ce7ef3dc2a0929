import type { FeedHead } from './head.js';
import type { Losses } from './losses.js';
import type { Words } from './text.js';
import { childrenOf, wordsOf, type Element } from './xml.js';

/** The children of an item, and what stands around them. */
export class Parts {
  readonly all: readonly Element[];
  private readonly first = new Map<string, Element>();

  constructor(
    readonly item: Element,
    readonly source: string,
    readonly head: FeedHead,
    readonly losses: Losses,
  ) {
    // What the end of the file cut may say half of it. A text is read all the same, and marked as cut.
    this.all = childrenOf(item).filter((child) => child.closed || child.to < source.length || BODIES.has(child.key));
    for (const part of this.all) if (!this.first.has(part.key)) this.first.set(part.key, part);
  }

  /** The first element of these names that is there. */
  one(...keys: readonly string[]): Element | undefined {
    for (const key of keys) {
      const part = this.first.get(key);
      if (part) return part;
    }
    return undefined;
  }

  /** The words of the first of these that says any, without the white space around them. */
  say(...keys: readonly string[]): string | undefined {
    for (const key of keys) {
      const part = this.first.get(key);
      const words = part && wordsOf(part).trim();
      if (words) return words;
    }
    return undefined;
  }
}

const BODIES = new Set(['content:encoded', 'content', 'description', 'summary', 'xhtml:body', 'atom:content']);

export interface Body {
  readonly words: Words | undefined;
  readonly excerpt: string | undefined;
  readonly language: string | undefined;
  /** What its relative addresses begin with. */
  readonly base: string | undefined;
  /** The words are the whole text by what the element is for. */
  readonly whole: boolean;
}
