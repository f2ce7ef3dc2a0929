import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fold } from './fold.js';
import { lexemeAt, lexemesOf, tsvectorOf, words } from './words.js';

const anything = fc.string({ unit: 'binary' });
/** Few pieces, so that words come again; every kind of character beside every other. */
const piece = fc.constantFrom(
  'a',
  'b1',
  '_',
  '\u0301',
  ' ',
  '-',
  'حلب',
  '東',
  'を',
  'ー',
  'ไ',
  '𞤀',
  '𠀀',
  '😢',
  '\ud800',
  '٣',
);
const text = fc.oneof(
  fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
  fc.array(piece, { minLength: 2_500, maxLength: 4_000 }).map((pieces) => pieces.join('')),
  anything,
);

/** The definition of words, in regular expressions. */
function wordsBySlowMeans(folded: string): string[] {
  const unspaced =
    '\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmer}\\p{scx=Myanmar}';
  const runs = new RegExp(`[${unspaced}]+|[^${unspaced}]+`, 'gu');
  const bigrams = (run: string): string[] => {
    const chars = Array.from(run);
    return chars.length === 1 ? chars : chars.slice(1).map((char, i) => chars[i]! + char);
  };
  return [...folded.matchAll(/[\p{L}\p{M}\p{N}_]+/gu)]
    .flatMap(([word]) => word.match(runs)!)
    .flatMap((run) =>
      new RegExp(`[${unspaced}]`, 'u').test(run) ? bigrams(run) : run.slice(0, 64).replace(/[\ud800-\udbff]$/, ''),
    );
}

function placesOf(all: readonly string[]): Map<string, number[]> {
  const out = new Map<string, number[]>();
  all.forEach((word, i) => {
    const places = out.get(word) ?? [];
    if (places.length < 255) places.push(i + 1);
    out.set(word, places);
  });
  return out;
}

function mapOf(of: string): Map<string, number[]> {
  const lexemes = lexemesOf(of);
  const { count, begin, places } = lexemes;
  return new Map(
    Array.from({ length: count }, (_, i) => [lexemeAt(lexemes, i), [...places.subarray(begin[i], begin[i + 1])]]),
  );
}

describe('words', () => {
  const of = (text: string) => words(fold(text));

  it('end where there is no letter, mark or digit', () => {
    expect(of('Rebel-held #Aleppo, @nour_1: «حلب»…')).toEqual(['rebel', 'held', 'aleppo', 'nour_1', 'حلب']);
    expect(of('हिन्दी में')).toEqual(['हिन्दी', 'में']);
    expect(of(' \n…')).toEqual([]);
  });

  it('of scripts without spaces are overlapping pairs', () => {
    expect(of('東京都')).toEqual(['東京', '京都']);
    expect(of('ラーメン')).toEqual(['ラー', 'ーメ', 'メン']);
    expect(of('火')).toEqual(['火']);
  });

  it('of another script beside them stay whole, so that they are found', () => {
    expect(of('iPhoneを買う2023')).toEqual(['iphone', 'を買', '買う', '2023']);
  });

  it('are bounded, and never end within a character', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '𞤀', 'é', '東', ' '), { maxLength: 200 }), (all) => {
        for (const word of of(all.join(''))) {
          expect(word.length).toBeLessThanOrEqual(64);
          expect(Buffer.from(word).toString()).toBe(word);
        }
      }),
    );
    expect(of('a' + '𞤀'.repeat(64))[0]).toHaveLength(63);
  });
});

describe('tsvector', () => {
  const vector = (text: string): string => tsvectorOf(lexemesOf(text));

  it('lists each word with its position', () => {
    expect(vector('حلب is حَلَب, is')).toBe("'حلب':1,3 'is':2,4");
    expect(vector('')).toBe('');
  });

  it('holds the words of the definition, whatever the text and whatever was cut before it', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), (texts) => {
        for (const each of texts) {
          expect(words(fold(each))).toEqual(wordsBySlowMeans(fold(each)));
          expect(mapOf(each)).toEqual(placesOf(wordsBySlowMeans(fold(each))));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('needs no quoting, whatever the text', () => {
    fc.assert(
      fc.property(anything, (text) => expect(vector(`${text} ' \\ :`)).toMatch(/^(?:'[^'\\:\s]+':\d+(?:,\d+)* ?)*$/)),
    );
  });

  it('keeps to the bounds of Postgres', () => {
    expect(mapOf('a '.repeat(20_000)).get('a')).toHaveLength(255);
    expect(mapOf('a b '.repeat(10_000) + 'c c').get('c')).toEqual([16_383]);
    const many = mapOf(Array.from({ length: 150_000 }, (_, n) => n.toString(36)).join(' '));
    expect(many.size).toBeGreaterThan(50_000);
    const bytes = [...many].map(([word, places]) => Buffer.byteLength(word) + 3 + 2 * places.length);
    expect(bytes.reduce((sum, length) => sum + length, 0)).toBeLessThan(2 ** 20);
    expect(mapOf('word '.repeat(500_000) + 'last').has('last')).toBe(true);
  });
});
