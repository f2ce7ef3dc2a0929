/**
 * Text folding for search: what people type and what stands in a post meet in one form. The original is never changed.
 *
 * NFKC, lower case, without diacritics; Arabic without harakat (tashkeel) and tatweel, with one alef, one yaa, plain
 * haa for taa marbuta; all decimal digits as 0–9. Words are cut at whatever is no letter, mark or digit; scripts that
 * write without spaces give overlapping pairs of characters (bigrams), which needs no dictionary and no ICU version.
 *
 * Marks that are letters of their script stay: the vowel signs of Devanagari or Thai, the voicing of kana.
 */

const PLAIN = /^[\u0000-\u007e]*$/; // eslint-disable-line no-control-regex -- the ASCII range
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
 * What each character asks of folding, worked out once (some 50 ms for the basic plane): most texts need one pass over
 * this table and lower case. Measured on Arabic, English with emoji and Japanese, a third faster than the passes of
 * `foldSlowly`, with the same result (a property test); cutting words by the same table gains more. Characters beyond the
 * basic plane are looked at when they are met.
 */
const NORMALISE = 1;
const STRIP = 2;
const REPLACE = 4;
const WORD_CHAR = 8;
const UNSPACED_CHAR = 16;
let basicPlane: Uint8Array | undefined;
const beyond = new Map<number, number>();

function bitsOf(char: string): number {
  let bits = 0;
  if (char.replace(MARKS, '') === '') bits |= STRIP;
  else if (char.normalize('NFKD') !== char && char.normalize('NFKD').replace(MARKS, '').normalize('NFKC') !== char)
    bits |= NORMALISE;
  else if (/[\p{M}\u1100-\u11ff]/u.test(char)) bits |= NORMALISE;
  const lower = char.toLowerCase();
  if (lower.replace(VARIANTS, '') !== lower || /[^\P{Nd}0-9]/u.test(lower) || char === '\u03a3') bits |= REPLACE;
  if (/[\p{L}\p{M}\p{N}_]/u.test(char)) bits |= WORD_CHAR;
  if (UNSPACED.test(char)) bits |= UNSPACED_CHAR;
  return bits;
}

function tableOf(): Uint8Array {
  if (basicPlane) return basicPlane;
  const made = new Uint8Array(65_536);
  for (let unit = 0; unit < 65_536; unit++) {
    // Half a pair by itself is no character; the slow way knows what to do.
    made[unit] = unit >= 0xd800 && unit <= 0xdfff ? NORMALISE : bitsOf(String.fromCharCode(unit));
  }
  return (basicPlane = made);
}

/** The bits of the pair that begins at `i`; undefined when none does. */
function bitsBeyond(text: string, i: number): number | undefined {
  const code = text.codePointAt(i)!;
  if (code < 0x10000) return undefined;
  let bits = beyond.get(code);
  if (bits === undefined) beyond.set(code, (bits = bitsOf(String.fromCodePoint(code))));
  return bits;
}

/** Folds a text, or a query, for comparison. */
export function fold(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase();
  const table = tableOf();
  let asked = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const pair = unit >= 0xd800 && unit <= 0xdbff ? bitsBeyond(text, i) : undefined;
    if (pair !== undefined) i++;
    asked |= pair ?? table[unit]!;
  }
  if (asked & NORMALISE) return foldSlowly(text);
  const kept = asked & STRIP ? text.replace(MARKS, '') : text;
  const lower = kept.toLowerCase();
  return asked & REPLACE ? lower.replace(VARIANTS, (c) => VARIANT[c]!).replace(DIGITS, digitOf) : lower;
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
const RUN = new RegExp(`[${UNSPACED_CLASS}]+|[^${UNSPACED_CLASS}]+`, 'gu');
/** Longer tokens are no words that anyone searches for; Postgres refuses lexemes beyond 2 KB. */
const MAX_WORD = 64;

/** The words of a folded text, in order, repeats included. */
export function words(folded: string): string[] {
  const table = tableOf();
  const out: string[] = [];
  let start = -1;
  let unspaced = 0;
  for (let i = 0; i < folded.length; i++) {
    const at = i;
    const unit = folded.charCodeAt(i);
    const pair = unit >= 0xd800 && unit <= 0xdbff ? bitsBeyond(folded, i) : undefined;
    if (pair !== undefined) i++;
    const bits = pair ?? table[unit]!;
    if (bits & WORD_CHAR) {
      if (start < 0) start = at;
      unspaced |= bits & UNSPACED_CHAR;
    } else if (start >= 0) {
      addWord(folded.slice(start, at), unspaced !== 0, out);
      start = -1;
      unspaced = 0;
    }
  }
  if (start >= 0) addWord(folded.slice(start), unspaced !== 0, out);
  return out;
}

function addWord(word: string, unspaced: boolean, out: string[]): void {
  if (!unspaced) return void out.push(bounded(word));
  for (const run of word.match(RUN)!) {
    if (UNSPACED.test(run)) bigrams(run, out);
    else out.push(bounded(run));
  }
}

/** Cut to the longest word, never within a character. */
function bounded(word: string): string {
  return word.length > MAX_WORD ? word.slice(0, MAX_WORD).replace(/[\ud800-\udbff]$/, '') : word;
}

function bigrams(word: string, out: string[]): void {
  const chars = Array.from(word);
  if (chars.length === 1) out.push(word);
  for (let i = 0; i + 1 < chars.length; i++) out.push(chars[i]! + chars[i + 1]!);
}

/** Lexeme positions beyond this are not kept by Postgres. */
const MAX_POSITION = 16_383;
/** Postgres refuses a tsvector beyond 2^20 − 1 bytes of lexemes and positions, and with it the whole batch. */
const MAX_BYTES = 1_000_000;

/**
 * A text as the literal of a Postgres tsvector, with positions (phrases can be searched). Of a text with more words than
 * Postgres takes (about a megabyte of them), the first ones. A word that comes twice stands there twice: Postgres unites
 * them when it reads the literal, as it must sort it anyway.
 * Words hold letters, marks, digits and underscores only, so nothing needs quoting inside the quotes.
 */
export function tsvectorOf(text: string): string {
  let out = '';
  let [at, bytes] = [0, 0];
  const late = new Set<string>();
  for (const word of words(fold(text))) {
    if (at < MAX_POSITION) at++;
    // From there on all have the same position, and each word is worth having once.
    else if (late.has(word)) continue;
    else late.add(word);
    // A lexeme takes up to three bytes a UTF-16 unit, its count of positions two, the position two, alignment one.
    bytes += 3 * word.length + 5;
    if (bytes > MAX_BYTES) break;
    out += (at > 1 ? " '" : "'") + word + "':" + at;
  }
  return out;
}
