/**
 * What people type → a tsquery, built here and cast from text: no text search configuration of the server and no
 * parser of its own ever sees what somebody typed, and every word is folded as the posts were.
 *
 *   rain damage        both          "rain damage"   one after the other
 *   -damage            without       rain OR hail    either; AND binds tighter
 *   dam*               words that begin so
 *
 * What folds to several words (`don't`, a run of Japanese, whose words are pairs of characters) is a phrase of them.
 */
import { UsageError } from '../core/errors.js';
import { fold } from '../core/fold.js';
import { words } from '../core/words.js';

const MAX_QUERY = 1_000;
const MAX_LEXEMES = 100;

const QUOTES = /[“”„‟«»″＂]/g;
/** A minus, a quoted phrase or a run without space and quote, a star. */
const TERM = /(-)?(?:"([^"]*)(?:"|$)(\*)?|([^\s"]+))/g;

interface Term {
  readonly not: boolean;
  /** A tsquery operand. */
  readonly operand: string;
}

/** The tsquery as text. Throws a UsageError when there is nothing in it that can be searched for. */
export function tsqueryOf(text: string): string {
  if (text.length > MAX_QUERY) throw new UsageError(`the query has ${text.length} characters: ${MAX_QUERY} at most`);
  let lexemes = 0;
  const alternatives: Term[][] = [[]];
  for (const match of text.replace(QUOTES, '"').matchAll(TERM)) {
    const [, minus, phrase, phraseStar, word] = match;
    if (word === 'OR' && minus === undefined) {
      alternatives.push([]);
      continue;
    }
    const found = words(fold(phrase ?? word!));
    lexemes += found.length;
    if (found.length === 0) continue;
    const prefix = phraseStar !== undefined || (word?.endsWith('*') ?? false);
    alternatives.at(-1)!.push({ not: minus !== undefined, operand: phraseOf(found, prefix) });
  }
  if (lexemes > MAX_LEXEMES) throw new UsageError(`the query has ${lexemes} words: ${MAX_LEXEMES} at most`);
  const query = alternatives
    .filter((terms) => terms.length > 0)
    .map(conjunction)
    .join(' | ');
  if (query === '')
    throw new UsageError(`nothing in ${JSON.stringify(text)} can be searched for: words need letters or digits`);
  return query;
}

function conjunction(terms: readonly Term[]): string {
  return terms.map(({ not, operand }) => (not ? `!${operand}` : operand)).join(' & ');
}

/**
 * Words hold letters, marks, digits and underscores only (core/words.ts); quoting them is for the reader's peace.
 * A single character of a script without spaces stands in the index only as the first of a pair: it is a prefix.
 */
function phraseOf(found: readonly string[], prefix: boolean): string {
  const last = found.length - 1;
  const parts = found.map((word, i) => {
    const begins = (prefix && i === last) || (found.length === 1 && isLoneCharacter(word));
    return `'${word.replace(/['\\]/g, '$&$&')}'${begins ? ':*' : ''}`;
  });
  return parts.length === 1 ? parts[0]! : `(${parts.join(' <-> ')})`;
}

const LONE = /^[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]$/u;

function isLoneCharacter(word: string): boolean {
  return LONE.test(word);
}
