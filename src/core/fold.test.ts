import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fold, foldSlowly, lexemesOf, tsvectorOf, words } from './fold.js';

const anything = fc.string({ unit: 'binary', maxLength: 40 });

describe('folding', () => {
  it('is done once: what is folded stays', () => {
    fc.assert(
      fc.property(anything, (text) => expect(fold(fold(text))).toBe(fold(text))),
      { numRuns: 2000 },
    );
  });

  it('takes no notice of composition and case', () => {
    const letters = fc
      .array(fc.constantFrom('é', 'É', 'ñ', 'Ж', 'ё', 'أ', 'ؤ', 'Σ', 'ß', 'İ', 'ı', '가', 'が', 'क़', ' ', 'a'))
      .map((all) => all.join(''));
    fc.assert(
      fc.property(letters, (text) => {
        for (const other of [text.normalize('NFD'), text.normalize('NFC'), text.toUpperCase(), text.toLowerCase()])
          expect(fold(other)).toBe(fold(text));
      }),
    );
  });

  it.each([
    [['حلب', 'حَلَب', 'حـلب', 'حَـلَـب', '\u200fحلب\u200f']],
    [['أطفال', 'اطفال', 'أطفالٌ', 'إطفال', 'آطفال', 'ٱطفال']],
    [['مستشفى', 'مستشفي', 'مستشفی']],
    [['مدرسة', 'مدرسه']],
    [['كتاب', 'کتاب']],
    [['ﷲ', 'الله']],
    [['١٢٣', '۱۲۳', '123', '१२३', '𝟏𝟐𝟑', '①②③', '１２３']],
    [['Café', 'CAFE', 'cafe\u0301', 'ｃａｆｅ']],
    [['Straße', 'STRASSE']],
    [['ΟΔΟΣ', 'οδός']],
    [['IŞIK', 'ışık', 'isik']],
    [['Алёша', 'алеша']],
    [['שָׁלוֹם', 'שלום']],
  ])('brings together %s', (forms) => {
    expect(new Set(forms.map(fold)).size).toBe(1);
  });

  it.each([
    ['मेरी', 'मरा'],
    ['はは', 'ばば'],
    ['กิน', 'กัน'],
    ['حلب', 'حلم'],
  ])('keeps apart %s and %s, whose marks are letters', (a, b) => {
    expect(fold(a)).not.toBe(fold(b));
  });

  it('gives every decimal digit its value', () => {
    let last = -2;
    let before = 0;
    for (let code = 0x80; code < 0x110000; code++) {
      const char = String.fromCodePoint(code);
      if (!/\p{Nd}/u.test(char)) continue;
      before = code === last + 1 ? before + 1 : 0;
      last = code;
      expect(fold(char)).toBe(String(before % 10));
    }
  });
});

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

  it('needs no quoting, whatever the text', () => {
    fc.assert(
      fc.property(anything, (text) => expect(vector(`${text} ' \\ :`)).toMatch(/^(?:'[^'\\:\s]+':\d+(?:,\d+)* ?)*$/)),
    );
  });

  it('keeps to the bounds of Postgres', () => {
    expect(lexemesOf('a '.repeat(20_000)).get('a')).toHaveLength(255);
    expect(lexemesOf('a b '.repeat(10_000) + 'c c').get('c')).toEqual([16_383]);
    const many = lexemesOf(Array.from({ length: 150_000 }, (_, n) => n.toString(36)).join(' '));
    const bytes = [...many].map(([word, places]) => Buffer.byteLength(word) + 3 + 2 * places.length);
    expect(bytes.reduce((sum, length) => sum + length, 0)).toBeLessThan(2 ** 20);
    expect(lexemesOf('word '.repeat(500_000) + 'last').has('last')).toBe(true);
  });
});

describe('the quick way', () => {
  it('folds as the definition does: every character of the basic plane, by itself and between others', () => {
    for (let unit = 0; unit < 65_536; unit++) {
      const char = String.fromCharCode(unit);
      if (fold(`a${char}ب`) !== foldSlowly(`a${char}ب`)) throw new Error(`U+${unit.toString(16)} folds differently`);
    }
  });

  it('folds any text as the definition does', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'حَلَب',
        'ΟΔΟΣ ',
        'é',
        'e\u0301',
        '👩🏽‍🏫',
        '😢',
        '१२३',
        '٣',
        'ｶﾞ',
        'が',
        '한',
        '\u1100\u1161',
        'ﷺ',
        'İ',
        'ß',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        expect(fold(pieces.join(''))).toBe(foldSlowly(pieces.join('')));
      }),
      { numRuns: 500 },
    );
  });
});
