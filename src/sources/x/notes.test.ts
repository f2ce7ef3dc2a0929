import { describe, expect, it } from '@jest/globals';
import { bySecond, candidate, fullTextFrom, overlap } from './notes.js';

describe('long texts', () => {
  it('belong to the post that begins them, whatever its short links and leading mentions', () => {
    const note = 'One https://t.co/zzz two three four five';
    expect(overlap('One https://t.co/aaa two… https://t.co/pic', note)).toBeGreaterThan(0);
    expect(overlap('@nour_of_the_bakery One https://t.co/aaa two…', note)).toBeGreaterThan(0);
    expect(overlap('One two', note)).toBe(-1);
  });

  it('replace a beginning, with the mentions in front, and leave a whole text alone', () => {
    expect(fullTextFrom('One two…', 'One two three')).toBe('One two three');
    expect(fullTextFrom('@nour_of_the_bakery One two…', 'One two three')).toBe('@nour_of_the_bakery One two three');
    expect(fullTextFrom('One two three https://t.co/pic', 'One two three')).toBeUndefined();
    expect(fullTextFrom('One two… https://t.co/pic', 'One two…')).toBeUndefined();
  });

  it('are looked for only in records of their own second', () => {
    const note = { id: '9000000000000000601', text: 'x', createdAt: '2023-03-12T08:00:00.000Z', tag: [], link: [] };
    const seconds = bySecond([note]);
    const record = (at: string) =>
      Buffer.from(JSON.stringify({ tweet: { id_str: '9', created_at: at, full_text: 'a &amp; b' } }));
    expect(candidate(record('Sun Mar 12 08:00:00 +0000 2023'), seconds)).toEqual({
      id: '9',
      text: 'a & b',
      notes: [note],
    });
    expect(candidate(record('Sun Mar 12 08:00:01 +0000 2023'), seconds)).toBeUndefined();
    expect(candidate(Buffer.from('{"created_at":"Sun Mar 12 08:00:00 +0000 2023"'), seconds)).toBeUndefined();
  });
});
