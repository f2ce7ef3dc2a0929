import { expect, it } from '@jest/globals';
import { Keys, Pages } from './pages.js';

it('a column of numbers gives back what was put in, across its pages', () => {
  const column = new Pages(Float64Array);
  for (let i = 0; i < 200_000; i++) expect(column.push(i * 2 ** 20)).toBe(i);
  column.set(65_536, -1);
  expect([0, 65_535, 65_536, 131_072, 199_999].map((at) => column.get(at))).toEqual([
    0,
    65_535 * 2 ** 20,
    -1,
    131_072 * 2 ** 20,
    199_999 * 2 ** 20,
  ]);
});

it('keys come back whole, across pages, with few collections or with none', () => {
  const keys = new Keys();
  const all = Array.from({ length: 200_000 }, (_, i) => (i % 7 === 0 ? `key${i}` : `org.example.c${i % 5}/3k${i}`));
  const places = all.map((key) => keys.add(key));
  expect(new Set(places).size).toBe(all.length);
  for (let i = 0; i < all.length; i += 97) expect(keys.get(places[i]!)).toBe(all[i]);
  const long = 'x'.repeat(4_096);
  expect(keys.get(keys.add(long))).toBe(long);
});
