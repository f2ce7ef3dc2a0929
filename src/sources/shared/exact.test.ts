import { describe, expect, it } from '@jest/globals';
import { Rejection } from '../../core/errors.js';
import { parseExact } from './exact.js';

const read = (text: string): unknown => parseExact(Buffer.from(text));

describe('parseExact', () => {
  it('keeps long whole numbers digit by digit, in lists and objects', () => {
    expect(read('{"id":9007199254740993,"ids":[9007199254740995, 1],"n":12}')).toEqual({
      id: '9007199254740993',
      ids: ['9007199254740995', 1],
      n: 12,
    });
  });

  it('leaves fractions, negative numbers and what stands in strings alone', () => {
    const text = '{"id":9007199254740993,"peak":0.12345678901234567,"low":-9007199254740993,"e":1e20}';
    expect(read(text)).toMatchObject({ peak: 0.12345678901234567, e: 1e20 });
    expect(read('{"id":9007199254740993,"text":"see \\": 9007199254740993, \\\\"}')).toMatchObject({
      text: 'see ": 9007199254740993, \\',
    });
  });

  it('rejects what is no JSON', () => {
    expect(() => read('{"id":9007199254740993,')).toThrow(Rejection);
    expect(() => read('{"id":9007199254740993,"a')).toThrow(Rejection);
  });
});
