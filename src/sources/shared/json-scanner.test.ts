import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { scanJson, type ScannedRange } from './json-scanner.js';

async function scan(bytes: Uint8Array, cuts: readonly number[]): Promise<ScannedRange[]> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    let from = 0;
    for (const to of [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
      yield await Promise.resolve(bytes.subarray(from, to));
      from = to;
    }
  }
  const found: ScannedRange[] = [];
  for await (const range of scanJson(chunks(), (path) => (path === '$' ? 'descend' : 'record'))) found.push(range);
  return found;
}

/** Quotes, backslashes and brackets are what can lead a scanner astray, and bytes that differ from them by a bit or one. */
const tricky = fc.string({
  unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', 'a', '!', '#', '¢', 'Ü', 'ح', '😢', ' '),
  size: 'medium',
  maxLength: 30,
});
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    tricky,
    fc.integer(),
    fc.constantFrom(null, true, false),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(tricky, tie('value'), { maxKeys: 4 }),
  ),
}));

describe('scanJson', () => {
  it('finds each element of a list, wherever the chunks are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { maxLength: 6 }),
        fc.constantFrom(0, 2, 10, '\t'),
        fc.array(fc.nat(), { maxLength: 40 }),
        async (list, indent, cuts) => {
          const bytes = Buffer.from(JSON.stringify(list, null, indent));
          const found = await scan(bytes, cuts);
          const texts = found.map(({ offset, length }) => bytes.toString('utf8', offset, offset + length));
          expect(texts.map((text) => JSON.parse(text) as unknown)).toEqual(list);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('refuses a record that a file ends in, wherever it ends', async () => {
    const record = '{"a":"\\\\","b":["\\"}"]}';
    for (let end = 2; end < record.length; end++) {
      const bytes = Buffer.from('[' + record.slice(0, end));
      for (const cuts of [[], [...bytes.keys()]]) {
        const [range] = await scan(bytes, cuts);
        expect(range).toMatchObject({ offset: 1, length: end, refused: { reason: 'truncated' } });
      }
    }
  });
});
