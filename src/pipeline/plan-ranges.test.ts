import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Key } from '../core/digest.js';
import type { RecordRange } from '../sources/source.js';
import { decodeLayout } from './layout.js';
import { planRanges, type RefusedRange } from './plan-ranges.js';
import type { RangePlan } from './ports.js';

const KIB = 1024;
const MEMBER = { accession: '0'.repeat(32) as Key, member: 0 };

/** Records of these lengths, so far apart. */
const recordsOf = (lengths: readonly number[], gap: number): RecordRange[] => {
  let at = gap;
  return lengths.map((length) => {
    const offset = at;
    at += length + gap;
    return { offset, length };
  });
};

async function planned(records: readonly RecordRange[], splitTo = 0): Promise<(RangePlan | RefusedRange)[]> {
  async function* given(): AsyncGenerator<RecordRange> {
    yield* await Promise.resolve(records);
  }
  const plans: (RangePlan | RefusedRange)[] = [];
  for await (const plan of planRanges({ ...MEMBER, splitTo }, given())) plans.push(plan);
  return plans;
}

function recordsIn(plan: RangePlan): RecordRange[] {
  return decodeLayout(plan.layout).map(({ offset, length }) => ({ offset: plan.offset + offset, length }));
}

describe('ranges', () => {
  const lengths = fc.array(fc.oneof(fc.integer({ min: 1, max: 4 * KIB }), fc.integer({ min: 1, max: 4096 * KIB })));

  it('hold every record once, in the order of the bytes, and end where their last one does', async () => {
    await fc.assert(
      fc.asyncProperty(lengths, fc.nat(64), async (sizes, gap) => {
        const records = recordsOf(sizes, gap);
        const plans = (await planned(records)) as RangePlan[];
        expect(plans.flatMap(recordsIn)).toEqual(records);
        for (const plan of plans) {
          const last = decodeLayout(plan.layout).at(-1)!;
          expect(plan.length).toBe(last.offset + last.length);
          expect(plan.records <= 2_000 && (plan.length <= 3072 * KIB || plan.records === 1)).toBe(true);
        }
      }),
    );
  });

  it('hold every record once, also where a splitter died that had cut them otherwise', async () => {
    await fc.assert(
      fc.asyncProperty(lengths, fc.nat(), async (sizes, drawn) => {
        const records = recordsOf(sizes, 1);
        const cut = drawn % (records.length + 1);
        const last = records[cut - 1];
        const rest = (await planned(records, last ? last.offset + last.length : 0)) as RangePlan[];
        expect(rest.flatMap(recordsIn)).toEqual(records.slice(cut));
      }),
    );
  });

  it('are small in the beginning of a member, and as large as all before them until they are 3 MiB', async () => {
    const plans = (await planned(recordsOf(Array<number>(10 * KIB).fill(2 * KIB), 0))) as RangePlan[];
    expect(plans.slice(0, 6).map(({ length }) => length / KIB)).toEqual([256, 256, 512, 1024, 2048, 3072]);
  });

  it('hold 2,000 records at most, however small these are', async () => {
    const plans = (await planned(recordsOf(Array<number>(4_500).fill(20), 1))) as RangePlan[];
    expect(plans.map(({ records }) => records)).toEqual([2_000, 2_000, 500]);
  });

  it('end before what the splitter refused, which stands by itself', async () => {
    const refused = { reason: 'too-large', detail: 'a record of 65 MiB' } as const;
    const [a, b, c] = recordsOf([10, 20, 30], 1) as [RecordRange, RecordRange, RecordRange];
    expect(await planned([a, { ...b, refused }, c])).toMatchObject([
      { offset: a.offset, records: 1 },
      { offset: b.offset, length: b.length, refused },
      { offset: c.offset, records: 1 },
    ]);
  });
});
