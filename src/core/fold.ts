/**
 * Text folding for search: what people type and what stands in a post meet in one form. The original is never changed.
 *
 * NFKC, lower case, without diacritics; Arabic without harakat (tashkeel) and tatweel, with one alef, one yaa, plain
 * haa for taa marbuta; all decimal digits as 0–9. Words are cut at whatever is no letter, mark or digit; scripts that
 * write without spaces give overlapping pairs of characters (bigrams), which needs no dictionary and no ICU version.
 */

const PLAIN = /^[\u0000-\u007e]*$/; // eslint-disable-line no-control-regex -- the ASCII range
const MARKS = /[\p{M}\u0640\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]/gu;
const VARIANTS = /[\u0622\u0623\u0625\u0671\u0649\u06cc\u0629\u06c1\u06be\u06a9\u0624\u0626]/g;
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
};
const DIGITS = /[^\P{Nd}0-9]/gu;

/** Folds a text, or a query, for comparison. */
export function fold(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .replace(MARKS, '')
    .normalize('NFKC')
    .toLowerCase()
    .replace(VARIANTS, (c) => VARIANT[c]!)
    .replace(DIGITS, digitOf);
}

/** Unicode keeps every script's ten digits together, in order, so the value is the distance from the block's zero. */
function digitOf(char: string): string {
  const code = char.codePointAt(0)!;
  let zero = code;
  while (zero > code - 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  // Mathematical digits stand in five runs of ten without a gap; NFKC has already turned those into ASCII.
  return String(code - zero);
}

const WORD = /[\p{L}\p{N}_]+/gu;
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
/** Longer tokens are no words that anyone searches for; Postgres refuses lexemes beyond 2 KB. */
const MAX_WORD = 64;

/** The words of a folded text, in order, repeats included. */
export function words(folded: string): string[] {
  const out: string[] = [];
  for (const word of folded.match(WORD) ?? []) {
    if (word.length > 1 && UNSPACED.test(word)) bigrams(word, out);
    else out.push(word.length > MAX_WORD ? word.slice(0, MAX_WORD) : word);
  }
  return out;
}

function bigrams(word: string, out: string[]): void {
  const chars = Array.from(word);
  if (chars.length === 1) out.push(word);
  for (let i = 0; i + 1 < chars.length; i++) out.push(chars[i]! + chars[i + 1]!);
}

/** Lexeme positions beyond this are not kept by Postgres. */
const MAX_POSITION = 16_383;
const MAX_POSITIONS = 255;

/**
 * A text as the literal of a Postgres tsvector, with positions (phrases can be searched).
 * Words hold letters, digits and underscores only, so nothing needs quoting inside the quotes.
 */
export function tsvectorOf(text: string): string {
  const positions = new Map<string, number[]>();
  let at = 0;
  for (const word of words(fold(text))) {
    at = Math.min(at + 1, MAX_POSITION);
    const list = positions.get(word);
    if (!list) positions.set(word, [at]);
    else if (list.length < MAX_POSITIONS && list[list.length - 1] !== at) list.push(at);
  }
  let out = '';
  for (const [word, list] of positions) out += (out === '' ? "'" : " '") + word + "':" + list.join(',');
  return out;
}
