import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalBytes, canonicalise, isWellFormed, NotCanonicalError, storable, type Json } from './canonical.js';

const json = fc.jsonValue({ maxDepth: 6 }).filter((value) => {
  const text = JSON.stringify(value);
  return !/\\ud[89a-f]/.test(text) && !/e\+|\d{16}/.test(text);
}) as fc.Arbitrary<Json>;

function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, part]) => [key, reversed(part as Json)]),
  );
}

describe('canonical form', () => {
  it('says what the value says, and is itself when read and written again', () => {
    fc.assert(
      fc.property(json, (value) => {
        const form = canonicalise(value);
        expect(JSON.parse(form)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalise(JSON.parse(form))).toBe(form);
      }),
    );
  });

  it('does not depend on the order of keys, nor on keys without a value', () => {
    fc.assert(fc.property(json, (value) => expect(canonicalise(reversed(value))).toBe(canonicalise(value))));
    expect(canonicalise({ b: undefined, a: 1 })).toBe('{"a":1}');
  });

  it('does not take the order of one object for that of another of as many keys', () => {
    const shape = fc.uniqueArray(fc.constantFrom('z', 'b', 'ä', 'a', 'B', '10', '9', '\u{1f525}'), {
      minLength: 3,
      maxLength: 3,
    });
    fc.assert(
      fc.property(fc.array(shape, { minLength: 20, maxLength: 60 }), (shapes) => {
        for (const keys of shapes) {
          const expected = [...keys].sort().map((key) => `${JSON.stringify(key)}:${keys.indexOf(key)}`);
          expect(canonicalise(Object.fromEntries(keys.map((key, i) => [key, i])))).toBe(`{${expected.join(',')}}`);
        }
      }),
    );
  });

  it('is that of RFC 8785', () => {
    // Section 3.2.2: the example of the specification.
    const example = JSON.parse(
      '{"numbers":[333333333.33333329,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    ) as Json;
    expect(canonicalise(example)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
    // Section 3.2.3: keys in the order of UTF-16 code units, so that an astral letter precedes U+FB33.
    const keys = ['\u20ac', '\r', '\ufb33', '1', '😀', '\u0080', '\u00f6'];
    const sorted = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '😀', '\ufb33'];
    expect(Object.keys(JSON.parse(canonicalise(Object.fromEntries(keys.map((key) => [key + ' ', 0])))))).toEqual(
      sorted.map((key) => key + ' '),
    );
    expect(canonicalise(-0)).toBe('0');
  });

  it('writes strings of every kind and length as ECMAScript does', () => {
    const piece = fc.constantFrom(
      'a',
      'é',
      'حَلَب',
      '東京',
      '😢',
      '"',
      '\\',
      '\n',
      '\u0000',
      '\u007f',
      '\u2028',
      '\ufeff',
    );
    const text = fc.array(piece, { maxLength: 120, size: 'max' }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, (each) => {
        expect(canonicalise(each)).toBe(JSON.stringify(each));
        expect(canonicalise({ [each]: each })).toBe(JSON.stringify({ [each]: each }));
        expect(Buffer.from(canonicalBytes(each)).toString()).toBe(JSON.stringify(each));
      }),
    );
  });

  it('leaves bytes that it gave out alone, also where values are larger than a slab, or refused', () => {
    const values = fc.array(
      fc.tuple(fc.string({ unit: 'grapheme' }), fc.constantFrom(1, 1, 1, 3_000, 90_000), fc.boolean()),
      {
        minLength: 20,
        maxLength: 80,
      },
    );
    fc.assert(
      fc.property(values, (drawn) => {
        const texts = drawn.map(([text, times]) => ('-' + text).repeat(times));
        const forms = texts.map((text, i) => {
          if (drawn[i]![2]) expect(() => canonicalBytes([text, '\ud83d'])).toThrow(NotCanonicalError);
          return canonicalBytes([text]);
        });
        forms.forEach((form, i) => expect(Buffer.from(form).toString() === JSON.stringify([texts[i]])).toBe(true));
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    ['a lone surrogate', { text: 'fire \ud83d' }],
    ['a lone surrogate in a key', { '\udd25': 1 }],
    ['an integer beyond 2^53', 2 ** 53],
    ['no number', Number.NaN],
    ['infinity', -Infinity],
    ['a hole in a list', [undefined] as unknown as Json],
    ['a big integer', 1n as unknown as Json],
    ['nesting without end', JSON.parse('['.repeat(40) + ']'.repeat(40)) as Json],
  ])('refuses %s', (_, value) => {
    expect(() => canonicalise(value)).toThrow(NotCanonicalError);
  });
});

describe('storable', () => {
  const units = fc.array(fc.constantFrom('a', '\ud83d', '\udd25', '🔥', 'é', '\\')).map((all) => all.join(''));

  it('leaves well-formed text alone, and makes any other so without losing what is around', () => {
    fc.assert(
      fc.property(units, (text) => {
        const { text: kept, lossy } = storable(text);
        expect(isWellFormed(kept)).toBe(true);
        expect(lossy).toBe(!isWellFormed(text));
        expect(isWellFormed(text)).toBe(text === Buffer.from(text).toString());
        if (!lossy) expect(kept).toBe(text);
        expect(storable(kept)).toEqual({ text: kept, lossy: false });
      }),
    );
    expect(storable('a\ud83db\udd25🔥')).toEqual({ text: 'a\\ud83db\\udd25🔥', lossy: true });
  });
});
