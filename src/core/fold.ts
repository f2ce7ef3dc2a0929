/**
 * Text folding for search: what people type and what stands in a post meet in one form. The original is never changed.
 * Words are cut from the folded text (words.ts).
 *
 * NFKC, lower case, without diacritics; Arabic without harakat (tashkeel) and tatweel, with one alef, one yaa, plain
 * haa for taa marbuta; all decimal digits as 0–9.
 *
 * Marks that are letters of their script stay: the vowel signs of Devanagari or Thai, the voicing of kana.
 */

import { unitAt } from './char.js';
import { UnitBuffer } from './units.js';

/** Diacritics of Latin, Greek, Cyrillic, Hebrew, Arabic and Syriac, variation selectors, tatweel, invisible controls. */
const MARKS =
  /[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u0898-\u089f\u08ca-\u08e1\u08e3-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe00-\ufe0f\ufe20-\ufe2f\u{e0100}-\u{e01ef}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]/gu; // eslint-disable-line no-misleading-character-class -- marks alone are what is looked for
const VARIANTS = /[\u0622\u0623\u0625\u0671\u0649\u06cc\u0629\u06c1\u06be\u06a9\u0624\u0626\u00df\u03c2\u0131]/g;
const VARIANT: Readonly<Record<string, string>> = {
  '\u0622': '\u0627', // alef with madda
  '\u0623': '\u0627', // alef with hamza above
  '\u0625': '\u0627', // alef with hamza below
  '\u0671': '\u0627', // alef wasla
  '\u0649': '\u064a', // alef maqsura → yaa
  '\u06cc': '\u064a', // Farsi yaa
  '\u0626': '\u064a', // yaa with hamza
  '\u0624': '\u0648', // waw with hamza
  '\u0629': '\u0647', // taa marbuta → haa
  '\u06c1': '\u0647', // Urdu haa goal
  '\u06be': '\u0647', // haa doachashmee
  '\u06a9': '\u0643', // keheh → kaf
  // What lower case leaves apart: STRASSE and Straße, ΟΔΟΣ and οδός, IŞIK and ışık.
  '\u00df': 'ss',
  '\u03c2': '\u03c3',
  '\u0131': 'i',
};
const DIGITS = /[^\P{Nd}0-9]/gu;

/**
 * What each character becomes, and whether it stands in words: learnt when it is first met, and looked up from then on.
 * A text whose characters fold one by one needs a single pass; only where marks that are kept, or jamo, may join their
 * neighbours does the whole text take the slow way. The result is that of `foldSlowly` (a property test).
 */
const KNOWN = 1;
const JOINS = 2;
const CHANGES = 4;
/** A letter, mark, digit or underscore; one of a script without spaces. */
export const WORD_CHAR = 8;
export const UNSPACED_CHAR = 16;
/** By UTF-16 unit; 0 where it was not met yet. */
export const basicPlane = new Uint8Array(65_536);
const beyond = new Map<number, number>();
/** What the characters that change become, by code point. */
const becomes = new Map<number, string>();

function learn(code: number): number {
  const char = String.fromCodePoint(code);
  let bits = KNOWN;
  // Marks that are kept, and the later jamo, may join what stands before them. Half a pair by itself is no character.
  const first = char.normalize('NFKD').replace(MARKS, '');
  if ((code >= 0xd800 && code <= 0xdfff) || /^[\p{M}\u1160-\u11ff]/u.test(first)) bits |= JOINS;
  const folded = foldSlowly(char);
  if (folded !== char) {
    bits |= CHANGES;
    becomes.set(code, folded);
  }
  if (/[\p{L}\p{M}\p{N}_]/u.test(char)) bits |= WORD_CHAR;
  if (UNSPACED.test(char)) bits |= UNSPACED_CHAR;
  if (code < 0x10000) basicPlane[code] = bits;
  else beyond.set(code, bits);
  return bits;
}

/** What is known of a character, by its code point. */
export function bitsOf(code: number): number {
  return (code < 0x10000 ? basicPlane[code] : beyond.get(code)) || learn(code);
}

/** The code point of the pair that begins at `i`; 0 when none does. */
export function pairAt(units: Uint16Array, i: number, length: number): number {
  const high = units[i]!;
  if (high < 0xd800 || high > 0xdbff) return 0;
  const low = i + 1 < length ? units[i + 1]! : 0;
  return low >= 0xdc00 && low <= 0xdfff ? 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00) : 0;
}

/** Folds a text, or a query, for comparison. */
export function fold(text: string): string {
  return foldUnits(text).toString();
}

const given = new UnitBuffer();
const folded = new UnitBuffer();

/** The units of the folded text. Valid until the next call of this or of `fold`. */
export function foldUnits(text: string): UnitBuffer {
  given.load(text);
  const { array: from, length } = given;
  let to = folded.begin(length);
  let at = 0;
  for (let i = 0; i < length; i++) {
    const unit = from[i]!;
    const pair = pairAt(from, i, length);
    const bits = pair > 0 ? bitsOf(pair) : basicPlane[unit]! || learn(unit);
    if (bits & JOINS) {
      folded.load(foldSlowly(text));
      return folded;
    }
    if (bits & CHANGES) {
      const other = becomes.get(pair || unit)!;
      if (at + other.length + length - i > to.length) to = folded.grow(at + other.length + length - i);
      for (let k = 0; k < other.length; k++) to[at++] = unitAt(other, k);
    } else {
      to[at++] = unit;
      if (pair > 0) to[at++] = from[i + 1]!;
    }
    if (pair > 0) i++;
  }
  folded.length = at;
  return folded;
}

/** The definition of folding. */
export function foldSlowly(text: string): string {
  return text
    .normalize('NFKD')
    .replace(MARKS, '')
    .normalize('NFKC')
    .toLowerCase()
    .replace(VARIANTS, (c) => VARIANT[c]!)
    .replace(DIGITS, digitOf);
}

/** Unicode keeps the ten digits of a set together, in order; sets may follow each other without a gap. */
function digitOf(char: string): string {
  const code = char.codePointAt(0)!;
  let before = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(code - before - 1))) before++;
  return String(before % 10);
}

/** By script extensions, so that the long-vowel mark of katakana and the repetition mark of kanji belong to them. */
const UNSPACED_CLASS = ['Han', 'Hiragana', 'Katakana', 'Thai', 'Lao', 'Khmer', 'Myanmar']
  .map((script) => `\\p{scx=${script}}`)
  .join('');
const UNSPACED = new RegExp(`[${UNSPACED_CLASS}]`, 'u');
