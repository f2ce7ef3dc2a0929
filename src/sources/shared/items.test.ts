import { describe, expect, it } from '@jest/globals';
import { Rejection } from '../../core/errors.js';
import { countOf, guarded, present, presentOrNothing, refused, sizeOf, storableItems, webAddress } from './items.js';

describe('items', () => {
  it('a rejection is that of its item; any other error is a defect', () => {
    const fail = (error: Error) => () => {
      throw error;
    };
    expect(guarded(fail(new Rejection('users', 'x')))).toEqual([refused('users', 'x')]);
    expect(() => guarded(fail(new TypeError('x')))).toThrow(TypeError);
  });

  it('leaves out what is undefined', () => {
    expect(present({ a: undefined, b: '', c: 0 })).toEqual({ b: '', c: 0 });
    expect(presentOrNothing({ a: undefined })).toBeUndefined();
  });

  it('counts are whole and not negative, sizes above zero, addresses absolute', () => {
    expect([1, '2', -1, 1.5, '1.2k', null, 2 ** 60].map(countOf)).toEqual([
      1,
      2,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect([0, 16.5, '800', -1].map(sizeOf)).toEqual([undefined, 16.5, 800, undefined]);
    expect(['https://a.example/', '/x', 'javascript:x', 'https://'].map(webAddress)).toEqual([
      'https://a.example/',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('a lone surrogate is escaped, said so, and costs nothing where there is none', () => {
    const item = {
      post: 'x:1',
      outcome: 'present',
      hand: 'first',
      content: { type: 'Note', text: 'cut \ud83d' },
    } as never;
    expect(storableItems(Buffer.from('{"text":"cut \\ud83d"}'), [item])).toMatchObject([
      { content: { text: 'cut \\ud83d' }, losses: ['text: lone surrogate escaped'] },
    ]);
    const items = [item];
    expect(storableItems(Buffer.from('{}'), items)).toBe(items);
  });
});
