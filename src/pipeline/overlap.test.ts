import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { overlapping } from './overlap.js';

const ITEMS = Array.from({ length: 20 }, (_, n) => n);

async function taken<T>(all: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const each of all) list.push(each);
  return list;
}

it('gives results in the order of the items, however long each takes, and begins no more than so many', async () => {
  let running = 0;
  let most = 0;
  const work = async (n: number): Promise<string> => {
    most = Math.max(most, ++running);
    await sleep(n % 4 === 0 ? 15 : 1);
    running--;
    return `${n}!`;
  };
  expect(await taken(overlapping(ITEMS, 4, work))).toEqual(ITEMS.map((n) => `${n}!`));
  expect(most).toBe(4);
  expect(await taken(overlapping([], 4, work))).toEqual([]);
});

it.each([
  ['the work', () => overlapping(ITEMS, 4, fails(5))],
  ['the items', () => overlapping(endEarly(), 4, ended)],
])('ends with the error of %s, when all that was begun is over', async (_, start) => {
  over.clear();
  begun.clear();
  await expect(taken(start())).rejects.toThrow('on purpose');
  expect(begun.size).toBeGreaterThan(3);
  expect(over).toEqual(begun);
  expect(begun.size).toBeLessThan(ITEMS.length);
});

it('waits for what was begun when it is left', async () => {
  over.clear();
  begun.clear();
  for await (const n of overlapping(ITEMS, 4, ended)) if (n === 2) break;
  expect(over).toEqual(begun);
});

const begun = new Set<number>();
const over = new Set<number>();

async function ended(n: number): Promise<number> {
  begun.add(n);
  await sleep(10 - n);
  over.add(n);
  return n;
}

function fails(at: number) {
  return async (n: number): Promise<number> => {
    await ended(n);
    if (n === at) throw new Error('on purpose');
    return n;
  };
}

function* endEarly(): Generator<number> {
  yield* ITEMS.slice(0, 7);
  throw new Error('on purpose');
}
