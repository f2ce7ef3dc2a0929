import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { diffText, diffWords } from './diff.js';
import { paintOf } from './print.js';

const plain = paintOf({ color: false });

describe('word differences', () => {
  it('marks what was taken out and what was put in', () => {
    expect(
      diffText('25 certificates, 25 handshakes, one cake.', '26 certificates, 26 handshakes, one cake.', plain),
    ).toBe('[-25-] {+26+} certificates, [-25-] {+26+} handshakes, one cake.');
  });

  it('keeps a few words around a change', () => {
    const words = Array.from({ length: 40 }, (_, i) => `w${i}`);
    const after = words.map((word, i) => (i === 20 ? 'changed' : word));
    expect(diffText(words.join(' '), after.join(' '), plain)).toBe(
      '… w15 w16 w17 w18 w19 [-w20-] {+changed+} w21 w22 w23 w24 w25 …',
    );
  });

  it('isolates Arabic and escapes what a terminal would obey', () => {
    expect(diffText('أجاب منهم ٢٣', 'أجاب منهم \u001b[31mكلهم', plain)).toBe(
      '\u2068أجاب منهم\u2069 [-\u2068٢٣\u2069-] {+\u2068\\x1b[31mكلهم\u2069+}',
    );
  });

  it('uses colours where there are any', () => {
    expect(diffText('a', 'b', paintOf({ color: true }))).toBe('\u001b[31m[-a-]\u001b[39m \u001b[32m{+b+}\u001b[39m');
  });

  test('what is not removed and what is not added are the two texts', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', 'حلب'), { maxLength: 12 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const changes = diffWords(before, after);
        const words = (kind: 'removed' | 'added'): string[] =>
          changes.flatMap((change) =>
            change.kind === 'same' || change.kind === kind ? (change.text.match(/\S+/g) ?? []) : [],
          );
        expect(words('removed')).toEqual(before.match(/\S+/g) ?? []);
        expect(words('added')).toEqual(after.match(/\S+/g) ?? []);
      }),
    );
  });

  it('does not weigh every word of two books against each other', () => {
    const book = (word: string): string => Array.from({ length: 20_000 }, (_, i) => word + i).join(' ');
    expect(diffWords(book('a'), book('b')).map(({ kind }) => kind)).toEqual(['removed', 'added']);
  });
});
