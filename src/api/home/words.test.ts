import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { differences, type Piece } from './words.js';

const side = (pieces: readonly Piece[], without: Piece['kind']): string =>
  pieces
    .filter((piece) => piece.kind !== without)
    .map((piece) => piece.text)
    .join('');

describe('differences between two texts', () => {
  test('names the word that changed', () => {
    expect(differences('ما زلنا هنا في حلب', 'ما زلنا هناك في حلب')).toEqual([
      { kind: 'same', text: 'ما زلنا ' },
      { kind: 'removed', text: 'هنا' },
      { kind: 'added', text: 'هناك' },
      { kind: 'same', text: ' في حلب' },
    ]);
  });

  test('both texts can be read back from it, to the character', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'حلب', ' ', '\n', '👩‍👧', '.', '\u0000'), { maxLength: 30 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const pieces = differences(before, after)!;
        expect(side(pieces, 'added')).toBe(before);
        expect(side(pieces, 'removed')).toBe(after);
      }),
    );
  });

  test('texts of book length are not compared', () => {
    expect(differences('a '.repeat(2_000), 'b '.repeat(2_000))).toBeUndefined();
  });
});
