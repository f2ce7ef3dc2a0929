import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeLayout, encodeLayout, type PlacedRecord } from './layout.js';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
const record = fc.record({
  gap: fc.nat(2 ** 33),
  length: fc.nat(2 ** 33),
  name: fc.option(fc.tuple(fc.constantFrom('did:plc:one/app.bsky.feed.post/', 'سجل/', ''), text), { nil: undefined }),
});

function placed(records: readonly { gap: number; length: number; name?: readonly [string, string] | undefined }[]) {
  let end = 0;
  return records.map(({ gap, length, name }): PlacedRecord => {
    const offset = end + gap;
    end = offset + length;
    return { offset, length, ...(name && { name: name.join('') }) };
  });
}

describe('a range’s layout', () => {
  it('gives back places and names', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 20 }), (records) => {
        const layout = placed(records);
        expect(decodeLayout(encodeLayout(layout))).toEqual(layout);
      }),
    );
  });

  it('is written without names as it always was', () => {
    const bytes = [0, 10, 1, 0xac, 0x02];
    const layout = [
      { offset: 0, length: 10 },
      { offset: 11, length: 300 },
    ];
    expect([...encodeLayout(layout)]).toEqual(bytes);
    expect(decodeLayout(Uint8Array.from(bytes))).toEqual(layout);
  });

  it('writes of a name what the last one does not have', () => {
    const names = ['3kaaaaaaaaaa2', '3kaaaaaaaaab2', '3kaaaaaaaaab2'].map(
      (key) => `did:plc:one/app.bsky.feed.post/${key}`,
    );
    const layout = names.map((name, i) => ({ offset: i * 10, length: 10, name }));
    const bytes = encodeLayout(layout);
    expect(bytes.length).toBe(2 + 3 * 4 + names[0]!.length + 2);
    expect(decodeLayout(bytes)).toEqual(layout);
  });

  it('refuses records out of order, and bytes that end too early', () => {
    expect(() =>
      encodeLayout([
        { offset: 5, length: 5 },
        { offset: 9, length: 1 },
      ]),
    ).toThrow('out of order');
    const bytes = encodeLayout([{ offset: 0, length: 5, name: 'abc' }]);
    for (let cut = 3; cut < bytes.length; cut++) expect(() => decodeLayout(bytes.subarray(0, cut))).toThrow('ends in');
  });
});
