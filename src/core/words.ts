/**
 * Words of a folded text, for the index and for queries alike.
 *
 * Words are cut at whatever is no letter, mark or digit; scripts that write without spaces give overlapping pairs of
 * characters (bigrams), which needs no dictionary and no ICU version. Every post goes through here, so a word is two
 * numbers, its bounds in the text's UTF-16 units, and becomes no string unless somebody asks for one.
 */
import { randomBytes } from 'node:crypto';
import { basicPlane, bitsOf, foldUnits, pairAt, UNSPACED_CHAR, WORD_CHAR } from './fold.js';
import { UnitBuffer, type Units } from './units.js';

/** Longer tokens are no words that anyone searches for; Postgres refuses lexemes beyond 2 KB. */
const MAX_WORD = 64;
/** Lexeme positions beyond this are not kept by Postgres. */
const MAX_POSITION = 16_383;
/** Nor are more than so many of one lexeme. */
const MAX_POSITIONS = 255;
/** Postgres refuses a tsvector beyond 2^20 − 1 bytes of lexemes and positions, and with it the whole batch. */
const MAX_BYTES = 1_000_000;

/** Of a longer text, which hardly any post is, the index is made for it alone and kept by nobody. */
const KEPT_UNITS = 4_096;
const given = new UnitBuffer();

/** The words of a folded text, in order, repeats included. */
export function words(folded: string): string[] {
  const out: string[] = [];
  given.load(folded);
  cut(given, { word: (from, to) => void out.push(folded.slice(from, to)) });
  return out;
}

/**
 * What a text can be found by: its distinct words with their places (from 1), so that phrases can be searched, as a
 * Postgres tsvector holds them. Lexeme `i` is `units[from[i] … to[i])`; its places are `places[begin[i] … begin[i + 1])`,
 * ascending.
 */
export interface Lexemes {
  readonly count: number;
  readonly units: Uint16Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly begin: Int32Array;
  readonly places: Int32Array;
}

/**
 * The lexemes of a text; of one with more words than Postgres takes (about a megabyte of them), the first ones. Valid
 * until the next call of `lexemesOf` or `fold`: the arrays are used again.
 */
export function lexemesOf(text: string): Lexemes {
  const folded = foldUnits(text);
  const index = folded.length <= KEPT_UNITS ? kept : new Index();
  index.begins(folded.array);
  cut(folded, index);
  index.ends();
  return index;
}

/** The literal of a Postgres tsvector. Words hold letters, marks, digits and underscores only: nothing needs quoting. */
export function tsvectorOf(lexemes: Lexemes): string {
  const { count, begin, places } = lexemes;
  let out = '';
  for (let i = 0; i < count; i++)
    out += `${out === '' ? '' : ' '}'${lexemeAt(lexemes, i)}':${places.subarray(begin[i], begin[i + 1]).join(',')}`;
  return out;
}

export function lexemeAt({ units, from, to }: Lexemes, i: number): string {
  return String.fromCharCode(...units.subarray(from[i], to[i]));
}

// ── cutting ─────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Sink {
  word(from: number, to: number): void;
}

function cut({ array: units, length }: Units, out: Sink): void {
  // The run of characters of one kind that is being read, and in a script without spaces its last character.
  let start = -1;
  let unspaced = 0;
  let before = -1;
  let width = 1;
  for (let i = 0; i < length; i += width) {
    const unit = units[i]!;
    const pair = pairAt(units, i, length);
    width = pair > 0 ? 2 : 1;
    const bits = pair > 0 ? bitsOf(pair) : basicPlane[unit]! || bitsOf(unit);
    if (start >= 0 && (bits & (WORD_CHAR | UNSPACED_CHAR)) !== (WORD_CHAR | unspaced)) {
      close(units, start, i, unspaced !== 0, before, out);
      start = -1;
    }
    if ((bits & WORD_CHAR) === 0) continue;
    if (start < 0) {
      start = i;
      unspaced = bits & UNSPACED_CHAR;
    } else if (unspaced !== 0) {
      out.word(before, i + width);
    }
    before = i;
  }
  if (start >= 0) close(units, start, length, unspaced !== 0, before, out);
}

/** A run ends: a word, cut to the longest one, or in a script without spaces a character that found no other. */
function close(units: Uint16Array, start: number, end: number, unspaced: boolean, before: number, out: Sink): void {
  if (unspaced) {
    if (before === start) out.word(start, end);
  } else if (end - start <= MAX_WORD) {
    out.word(start, end);
  } else {
    // Never within a character.
    const last = units[start + MAX_WORD - 1]!;
    out.word(start, start + MAX_WORD - (last >= 0xd800 && last <= 0xdbff ? 1 : 0));
  }
}

// ── gathering equal words ───────────────────────────────────────────────────────────────────────────────────────────

/** Differs from process to process, so that nobody can write a text whose words all meet in one slot. */
const SEED = randomBytes(4).readInt32LE();

class Index implements Lexemes, Sink {
  count = 0;
  units: Uint16Array = new Uint16Array(0);
  from = new Int32Array(256);
  to = new Int32Array(256);
  begin = new Int32Array(257);
  places = new Int32Array(512);
  /** Of each lexeme: how many places are kept, the last of them, and its slot. */
  private size = new Int32Array(256);
  private last = new Int32Array(256);
  private slot = new Int32Array(256);
  /** A hash table: lexemes as their number + 1. All zeros between texts. */
  private slots = new Int32Array(1_024);
  /** Every place that is kept, in the order of the text, and whose it is. */
  private kept = 0;
  private place = new Int32Array(512);
  private lexeme = new Int32Array(512);
  private words = 0;
  private bytes = 0;

  begins(units: Uint16Array): void {
    this.units = units;
    this.count = this.kept = this.words = this.bytes = 0;
  }

  word(from: number, to: number): void {
    if (this.bytes > MAX_BYTES) return;
    const at = this.words < MAX_POSITION ? ++this.words : MAX_POSITION;
    const slot = this.find(from, to);
    const known = this.slots[slot]! - 1;
    if (known >= 0) {
      if (this.size[known]! >= MAX_POSITIONS || this.last[known] === at) return;
      this.bytes += 2;
      if (this.bytes <= MAX_BYTES) this.keep(known, at);
      return;
    }
    // A lexeme takes up to three bytes a UTF-16 unit, its count of positions two, the position two, alignment one.
    this.bytes += 3 * (to - from) + 5;
    if (this.bytes > MAX_BYTES) return;
    if (this.count === this.from.length) this.growLexemes();
    const lexeme = this.count++;
    this.from[lexeme] = from;
    this.to[lexeme] = to;
    this.size[lexeme] = 0;
    this.slot[lexeme] = slot;
    this.slots[slot] = this.count;
    this.keep(lexeme, at);
    if (2 * this.count > this.slots.length) this.growSlots();
  }

  /** Puts the places in the order of their lexemes, and clears the table. */
  ends(): void {
    const { begin, size, last, slot, slots, count } = this;
    begin[0] = 0;
    for (let i = 0; i < count; i++) {
      slots[slot[i]!] = 0;
      begin[i + 1] = begin[i]! + size[i]!;
      last[i] = begin[i]!;
    }
    const { places, place, lexeme } = this;
    for (let i = 0; i < this.kept; i++) {
      const of = lexeme[i]!;
      const to = last[of]!;
      places[to] = place[i]!;
      last[of] = to + 1;
    }
  }

  private keep(lexeme: number, at: number): void {
    if (this.kept === this.place.length) {
      this.place = larger(this.place);
      this.lexeme = larger(this.lexeme);
      this.places = new Int32Array(this.place.length);
    }
    this.place[this.kept] = at;
    this.lexeme[this.kept++] = lexeme;
    this.size[lexeme] = this.size[lexeme]! + 1;
    this.last[lexeme] = at;
  }

  /** The slot of the word: where it stands already, or the free one where it will. */
  private find(start: number, end: number): number {
    const { units, from, to, slots } = this;
    const length = end - start;
    let hash = SEED;
    for (let i = start; i < end; i++) {
      hash = Math.imul(hash ^ units[i]!, 0x5bd1e995);
      hash ^= hash >>> 15;
    }
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const known = slots[slot]! - 1;
      if (known < 0) return slot;
      const other = from[known]!;
      if (to[known]! - other !== length) continue;
      let i = 0;
      while (i < length && units[other + i] === units[start + i]) i++;
      if (i === length) return slot;
    }
  }

  private growLexemes(): void {
    this.from = larger(this.from);
    this.to = larger(this.to);
    this.size = larger(this.size);
    this.last = larger(this.last);
    this.slot = larger(this.slot);
    this.begin = new Int32Array(this.from.length + 1);
  }

  private growSlots(): void {
    this.slots = new Int32Array(2 * this.slots.length);
    for (let i = 0; i < this.count; i++) {
      const slot = this.find(this.from[i]!, this.to[i]!);
      this.slot[i] = slot;
      this.slots[slot] = i + 1;
    }
  }
}

function larger(array: Int32Array): Int32Array<ArrayBuffer> {
  const out = new Int32Array(2 * array.length);
  out.set(array);
  return out;
}

const kept = new Index();
