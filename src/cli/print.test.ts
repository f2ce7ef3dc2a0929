import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import {
  block,
  bytesText,
  clean,
  cleanLines,
  cut,
  durationText,
  isolate,
  padding,
  paintOf,
  plural,
  quote,
  widthOf,
  wrap,
} from './print.js';

const FSI = '\u2068';
const PDI = '\u2069';

describe('text of strangers', () => {
  it('shows what a terminal would obey', () => {
    expect(clean('\u001b[2J\u001b]0;owned\u0007')).toBe('\\x1b[2J\\x1b]0;owned\\x07');
    expect(clean('a\tb\u0000c\u009bd\u007f')).toBe('a\\tb\\x00c\\x9bd\\x7f');
  });

  it('keeps to one line', () => {
    expect(clean('one\ntwo\r\nthree\u2028four')).toBe('one ↵ two ↵ three ↵ four');
    expect(cleanLines('one\n\ntwo')).toEqual(['one', '', 'two']);
  });

  it('keeps what belongs to a script or an emoji', () => {
    const family = '👩🏽‍🏫 حَلَب می‌خواهم \u200fعربي';
    expect(clean(family)).toBe(family);
  });

  it('closes direction marks that are left open, and shows those that close nothing', () => {
    expect(clean('a\u2067b')).toBe(`a\u2067b${PDI}`);
    expect(clean('\u2066@name\u2069 ok')).toBe('\u2066@name\u2069 ok');
    expect(clean(`x${PDI}y\u202c`)).toBe('x\\u2069y\\u202c');
    expect(clean('\u2067a\u202bb\u2069c')).toBe('\u2067a\u202bb\u2069c');
  });

  it('shows overrides, which make text read as something else', () => {
    expect(clean('photo\u202egpj.exe')).toBe('photo\\u202egpj.exe');
  });

  it('isolates what runs from right to left, and leaves the rest alone', () => {
    expect(isolate('plain & simple')).toBe('plain & simple');
    expect(isolate('من حلب')).toBe(`${FSI}من حلب${PDI}`);
    expect(quote('חלב\n')).toBe(`${FSI}חלב ↵ ${PDI}`);
  });

  test('whatever comes in, no control character comes out and every isolate is closed', () => {
    const piece = fc.constantFrom(
      'a',
      'ح',
      '\u001b',
      '\n',
      '\u0085',
      '\u2066',
      '\u2067',
      '\u2068',
      '\u2069',
      '\u202a',
      '\u202b',
      '\u202c',
      '\u202e',
      '👩🏽‍🏫',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.integer({ min: 0, max: 20 }), (pieces, columns) => {
        for (const out of [
          quote(pieces.join('')),
          cut(clean(pieces.join('')), columns),
          ...wrap(clean(pieces.join('')), columns),
        ]) {
          expect(out).not.toMatch(/[\p{Cc}\u2028\u2029\u202d\u202e]/u);
          let open = 0;
          for (const char of out) {
            if (char >= '\u2066' && char <= FSI) open++;
            if (char === PDI) open--;
            expect(open).toBeGreaterThanOrEqual(0);
          }
          expect(open).toBe(0);
        }
      }),
    );
  });
});

describe('columns', () => {
  test.each([
    ['abc', 3],
    ['حَلَبُ', 3],
    ['明日', 4],
    ['한국', 4],
    ['🕊️', 2],
    ['👩🏽‍🏫', 2],
    ['🇸🇾', 2],
    ['é', 1],
    ['e\u0301', 1],
    ['１２', 4],
    [`${FSI}حلب${PDI}`, 3],
    ['1 ❄️', 4],
  ])('%s takes %i', (text, width) => expect(widthOf(text)).toBe(width));

  it('cuts between characters as people see them', () => {
    expect(cut('abcdef', 6)).toBe('abcdef');
    expect(cut('abcdef', 4)).toBe('abc…');
    expect(cut('明日明日', 4)).toBe('明…');
    expect(cut('a👩🏽‍🏫bc', 3)).toBe('a…');
    expect(cut('حَلَبُ مدينتنا', 5)).toBe('حَلَبُ…');
    expect(cut('abc', 0)).toBe('');
  });

  it('pads by columns, not by characters', () => {
    expect(padding('明日', 6)).toBe('  ');
    expect(padding('حَلَب', 5)).toBe('  ');
    expect(padding('too long', 3)).toBe('');
  });

  it('wraps at spaces, and inside what is longer than a line', () => {
    expect(wrap('one two three four', 9)).toEqual(['one two', 'three', 'four']);
    expect(wrap('https://archives.example/keeping', 12)).toEqual(['https://arch', 'ives.example', '/keeping']);
    expect(wrap('明日明日明日', 8)).toEqual(['明日明日', '明日']);
    expect(wrap('', 20)).toEqual(['']);
  });

  it('prints a block with its own line breaks', () => {
    expect(block('صباح الخير.\n\nGood morning, everybody.', 22, '  | ')).toBe(
      `  | ${FSI}صباح الخير.${PDI}\n  |\n  | Good morning,\n  | everybody.\n`,
    );
  });
});

it('paints only where colours are wanted', () => {
  expect(paintOf({ color: true }).red('no')).toBe('\u001b[31mno\u001b[39m');
  expect(paintOf({ color: false }).red('no')).toBe('no');
});

describe('numbers', () => {
  test.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1_000, '1.0 KB'],
    [123_456, '123 KB'],
    [999_999, '1.0 MB'],
    [4_500_000_000, '4.5 GB'],
  ])('%i bytes', (bytes, text) => expect(bytesText(bytes)).toBe(text));

  test.each([
    [0.4, '0 s'],
    [59.6, '1 min 0 s'],
    [125, '2 min 5 s'],
    [12_000, '3 h 20 min'],
    [190_000, '2 d 4 h'],
  ])('%d seconds', (seconds, text) => expect(durationText(seconds)).toBe(text));

  it('counts', () =>
    expect([plural(1, 'post'), plural(1234, 'post'), plural(2, 'witness', 'witnesses')]).toEqual([
      '1 post',
      '1,234 posts',
      '2 witnesses',
    ]));
});
