/**
 * npm run bench:sources [-- --source x] [-- --large]
 *
 * How many records a second does each source's `normalise` read on one core, and how much memory does `split` hold?
 * The input is the source's own fixtures, over and over: small records, so the figures are per record, not per byte.
 * `--large` splits 1 GB of each format and prints the peak of memory: the fixture end to end, again and again; of a CAR,
 * which cannot be repeated, one that is as large (generate-car.ts).
 */
import { execFileSync } from 'node:child_process';
import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Rejection } from '../src/core/errors.js';
import { sha256 } from '../src/core/digest.js';
import { SOURCES } from '../src/sources/index.js';
import {
  HEAD_BYTES,
  type CaptureContext,
  type ImportOptions,
  type MemberHead,
  type RecordRange,
  type Source,
  type Survey,
} from '../src/sources/source.js';
import { peakMemory } from './measure.js';

const { values: args } = parseArgs({
  options: { source: { type: 'string' }, large: { type: 'boolean', default: false } },
});
const SECONDS = 1.5;
const LARGE = 1024 ** 3;
const EVERYTHING: ImportOptions = {
  include: ['direct', 'followers', 'group', 'likes', 'account', 'unknown'],
  // Both of generic's fixtures have it.
  mapping: { platform: 'bench', text: 'body' },
};

interface Member {
  readonly path: string;
  readonly bytes: Buffer;
}

interface Case {
  readonly format: string;
  readonly member: Member;
  readonly survey: Survey | undefined;
  readonly ranges: readonly RecordRange[];
}

const wanted = SOURCES.filter(({ manifest }) => args.source === undefined || manifest.id === args.source);
if (wanted.length === 0) throw new Error(`no source ${args.source}`);
const rows: Record<string, string | number>[] = [];
for (const source of wanted) for (const one of await casesOf(source)) rows.push(await measure(source, one));
console.table(rows);

/** For each format, the fixture with the most records. */
async function casesOf(source: Source): Promise<Case[]> {
  const folder = join('src/sources', source.manifest.id, 'fixtures');
  const best = new Map<string, Case>();
  for (const members of packagesIn(folder)) {
    const heads = members.map((member) => headOf(member, members));
    const found = heads.map((head) => source.recognise(head));
    const survey = await source.survey?.({
      members: members.flatMap((member, i) => {
        const { format, role } = found[i] ?? {};
        return format && role ? [{ path: member.path, size: member.bytes.length, format, role }] : [];
      }),
      options: EVERYTHING,
      read: (path) => Promise.resolve(members.find((member) => member.path === path)!.bytes),
      open: (path) => whole(members.find((member) => member.path === path)!.bytes),
    });
    for (const [i, member] of members.entries()) {
      const format = found[i]?.format;
      if (format === undefined || found[i]!.role === 'survey' || found[i]!.role === 'media') continue;
      const ranges: RecordRange[] = [];
      for await (const range of source.split(whole(member.bytes), format, member.path)) {
        if (!range.refused) ranges.push(range);
      }
      if (ranges.length > (best.get(format)?.ranges.length ?? 0)) best.set(format, { format, member, survey, ranges });
    }
  }
  return [...best.values()];
}

async function measure(source: Source, { format, member, survey, ranges }: Case) {
  const context = contextOf(source, format, member, survey);
  const readAll = (): number => {
    let items = 0;
    for (const range of ranges) {
      const { offset, length } = range;
      try {
        items += source.normalise(member.bytes.subarray(offset, offset + length), { ...context, ...range }).length;
      } catch (error) {
        if (!(error instanceof Rejection)) throw error;
        items++;
      }
    }
    return items;
  };
  for (const until = performance.now() + 300; performance.now() < until;) readAll();
  let records = 0;
  let items = 0;
  const started = process.cpuUsage();
  for (const until = performance.now() + SECONDS * 1000; performance.now() < until;) {
    items += readAll();
    records += ranges.length;
  }
  const { user, system } = process.cpuUsage(started);
  const seconds = (user + system) / 1e6;
  return {
    format: `${source.manifest.id}: ${format}`,
    'bytes a record': Math.round(ranges.reduce((sum, range) => sum + range.length, 0) / ranges.length),
    'records/CPU s': Math.round(records / seconds),
    'items/CPU s': Math.round(items / seconds),
    ...(args.large &&
      (format === 'bluesky-car' ? await splitCar(source) : await splitRepeated(source, format, member))),
  };
}

/** One pass over a gigabyte of the same member again and again; formats of one document a file say why they end. */
function splitRepeated(source: Source, format: string, member: Member) {
  const times = Math.ceil(LARGE / member.bytes.length);
  return splitLarge(source, format, member.path, repeated(member.bytes, times));
}

async function splitCar(source: Source) {
  const folder = mkdtempSync(join(tmpdir(), 'perdure-bench-'));
  try {
    const path = join(folder, 'large.car');
    const generator = fileURLToPath(new URL('./generate-car.js', import.meta.url));
    const made = Number(execFileSync(process.execPath, [generator, path, String(LARGE)], { encoding: 'utf8' }));
    return await splitLarge(
      source,
      'bluesky-car',
      'large.car',
      createReadStream(path, { highWaterMark: 262_144 }),
      made,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param made how many records there are, where that is known */
async function splitLarge(
  source: Source,
  format: string,
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  made?: number,
) {
  const started = performance.now();
  let records = 0;
  try {
    for await (const range of source.split(bytes, format, path)) if (!range.refused) records++;
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    return { '1 GB': error.reason };
  }
  const seconds = (performance.now() - started) / 1000;
  if (made !== undefined && made !== records) throw new Error(`${records} of ${made} records were found`);
  return {
    '1 GB': `${records} records, ${seconds.toFixed(1)} s`,
    'peak MiB so far': Math.round(peakMemory(process.pid)),
  };
}

async function* repeated(bytes: Buffer, times: number): AsyncGenerator<Uint8Array> {
  const chunk = Buffer.concat(Array.from({ length: Math.max(1, Math.floor(262_144 / bytes.length)) }, () => bytes));
  for (let done = 0; done < times * bytes.length; done += chunk.length) yield await Promise.resolve(chunk);
}

function contextOf(source: Source, format: string, member: Member, survey: Survey | undefined): CaptureContext {
  const capture = sha256(member.bytes);
  const head = source.readsHead ? member.bytes.subarray(0, HEAD_BYTES) : new Uint8Array(0);
  const { path } = member;
  return { path, format, capture, accession: capture, offset: 0, length: 0, survey, head, options: EVERYTHING };
}

/** Each file of the fixtures' folder is a package; each folder in it is one too. */
function packagesIn(folder: string): Member[][] {
  return readdirSync(folder)
    .filter((name) => !name.endsWith('.golden.json'))
    .map((name) => {
      const path = join(folder, name);
      if (!statSync(path).isDirectory()) return [{ path: name, bytes: readFileSync(path) }];
      return readdirSync(path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .sort()
        .map((file) => ({ path: relative(path, file).split(sep).join('/'), bytes: readFileSync(file) }));
    });
}

function headOf(member: Member, members: readonly Member[]): MemberHead {
  const paths = members.map((other) => other.path).sort();
  return { path: member.path, size: member.bytes.length, head: member.bytes.subarray(0, HEAD_BYTES), paths };
}

async function* whole(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
