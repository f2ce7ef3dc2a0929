import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fold, foldSlowly } from './fold.js';

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

describe('the quick way', () => {
  it('folds as the definition does, however long the text is and becomes', () => {
    for (const piece of ['a', 'ﷺ', 'É', 'ß𝟏', 'e\u0301'])
      for (const times of [1, 600, 4_096, 8_191, 8_192, 8_193, 20_000]) {
        const text = piece.repeat(times);
        expect(fold(text) === foldSlowly(text)).toBe(true);
        expect(fold(`${text}Z`) === foldSlowly(`${text}Z`)).toBe(true);
      }
  });

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
