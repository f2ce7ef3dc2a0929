/** Real WARCs: the records that an independent reader found in them. Skipped, saying so, where they are absent. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { UnpackedMember } from '../../src/pipeline/ports.js';
import { ByteReader } from '../../src/pipeline/unpack/byte-reader.js';
import { gunzip } from '../../src/pipeline/unpack/compressed.js';
import { unpack } from '../../src/pipeline/unpack/index.js';
import { packingOf } from '../../src/pipeline/unpack/packing.js';
import { warcRecords, type Damage, type WarcRecord } from '../../src/pipeline/unpack/warc-records.js';
import { FileBlobs } from '../../src/store/blobs.js';

const EXPORTS = join('..', 'shared', 'data', 'exports');

interface Expected {
  readonly family: string;
  readonly format: string;
  readonly records?: number;
  readonly warcTypes?: Readonly<Record<string, number>>;
  readonly warcDates?: readonly [earliest: string, latest: string];
  readonly reject?: Readonly<Record<string, number>>;
}

const expected: Record<string, Expected> = existsSync(EXPORTS)
  ? (JSON.parse(readFileSync(join(EXPORTS, 'EXPECTED-other.json'), 'utf8')) as Record<string, Expected>)
  : {};
const cases = Object.keys(expected).filter(
  (path) => expected[path]!.family.startsWith('warc') && expected[path]!.records !== undefined,
);
const describeHere = cases.length > 0 ? describe : describe.skip;

/** Where the two readers differ: what stands here, and why. */
const ON = 'reading goes on at the next record that begins on a line of its own';
const NEWLINES = 'the record has a line break more or less behind it, which costs nothing';
const SHORT = 'the record says twelve bytes more than the file has';
const EXPLAINED: Readonly<
  Record<string, Partial<Record<'records' | 'warcTypes' | 'damaged', readonly [ours: unknown, why: string]>>>
> = {
  'warc/warcio.js/example-bad-length.warc': {
    records: [6, ON],
    warcTypes: [{ warcinfo: 2, response: 1, request: 2, revisit: 1 }, ON],
  },
  'warc/warcio/example-trunc.warc': { records: [4, ON], warcTypes: [{ warcinfo: 2, response: 1, request: 1 }, ON] },
  'warc/warcio.js/example-url-agnostic-revisit.warc.gz': { damaged: [0, NEWLINES] },
  'warc/warcio/example-wrong-chunks.warc.gz': {
    records: [2, NEWLINES],
    warcTypes: [{ response: 1, request: 1 }, NEWLINES],
    damaged: [0, NEWLINES],
  },
  'warc/warcio/example-space-in-url.arc': { damaged: [1, SHORT] },
};

describeHere(`real WARCs${cases.length > 0 ? '' : ' (skipped: no ../shared/data/exports here)'}`, () => {
  let folder: string;
  let blobs: FileBlobs;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perdure-warcs-'));
    blobs = new FileBlobs(join(folder, 'blobs'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
    yield await Promise.resolve(bytes);
  }

  /** The file itself, or the WARCs in a WACZ. */
  async function warcsOf(path: string): Promise<Buffer[]> {
    const bytes = readFileSync(join(EXPORTS, path));
    if (packingOf(bytes.subarray(0, 512)) !== 'zip') return [bytes];
    const { digest } = await blobs.put(once(bytes));
    const members: UnpackedMember[] = [];
    await unpack(blobs, { path, packing: 'zip', digest, bytes: bytes.length }, (member) =>
      Promise.resolve(void members.push(member)),
    );
    const warcs = members.filter((member) => /^archive\/.*\.warc(?:\.gz)?$/.test(member.path));
    return Promise.all(warcs.map((member) => blobs.read(member.digest!, 0, member.bytes)));
  }

  it.each(cases.length > 0 ? cases : ['absent'])('%s', async (path) => {
    const found: (WarcRecord | Damage)[] = [];
    for (const warc of await warcsOf(path)) {
      const chunks = warc.readUInt16BE(0) === 0x1f8b ? gunzip(once(warc)) : once(warc);
      for await (const record of warcRecords(new ByteReader(chunks, path))) found.push(record);
    }
    const records = found.filter((record): record is WarcRecord => !('why' in record));
    const types: Record<string, number> = {};
    for (const { type } of records) types[type] = (types[type] ?? 0) + 1;
    const theirs = expected[path]!;
    const explained = EXPLAINED[path] ?? {};
    const ours = { records: records.length, damaged: found.length - records.length, warcTypes: types };
    expect(ours).toEqual({
      records: explained.records?.[0] ?? theirs.records,
      damaged: explained.damaged?.[0] ?? Object.keys(theirs.reject ?? {}).length,
      warcTypes: explained.warcTypes?.[0] ?? theirs.warcTypes ?? ours.warcTypes,
    });
    if (theirs.warcDates) {
      const dates = records.map(({ date }) => date!).sort();
      expect([dates[0], dates.at(-1)]).toEqual(theirs.warcDates);
    }
  });
});
