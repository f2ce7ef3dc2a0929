/**
 * The contract that every source passes: `describeSource` runs it over the source's own fixtures.
 *
 * Golden files (`<fixture>.golden.json` beside the fixture) hold what was read; they change only under
 * PERDURE_UPDATE_GOLDEN=1, and then the difference is read by a person.
 */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalise, type Json } from '../../src/core/canonical.js';
import { Rejection } from '../../src/core/errors.js';
import { sha256 } from '../../src/core/digest.js';
import {
  isProfile,
  isRefused,
  OUTCOMES,
  type Item,
  type ProfileReading,
  type Reading,
} from '../../src/core/reading.js';
import { msOf } from '../../src/core/time.js';
import { actorUri } from '../../src/core/uri.js';
import {
  HEAD_BYTES,
  type CaptureContext,
  type ImportOptions,
  type MemberHead,
  type PackageReader,
  type RecordRange,
  type Source,
  type Survey,
  type SurveyMember,
} from '../../src/sources/source.js';

export interface Fixture {
  /** A file, or a folder that is one package, relative to `folder`. */
  readonly path: string;
  /** The format of the file; for a folder, of the members that are split (several are separated by a comma). */
  readonly format: string;
  readonly records: number;
  /** Readings plus refusals. */
  readonly read: number;
  readonly rejected: number;
  readonly options?: Partial<ImportOptions>;
}

/** An answer about an account: a file, and the format that its connector gives it. */
export interface AccountFixture {
  readonly path: string;
  readonly format: string;
  /** Whose it is, as the seed's URI says. */
  readonly account?: string;
}

export interface SourceCase {
  /** From the project's root. */
  readonly folder: string;
  readonly fixtures: readonly Fixture[];
  /** Where the source reads answers about accounts (`readAccount`): one at least. */
  readonly accounts?: readonly AccountFixture[];
}

interface Member {
  readonly path: string;
  readonly bytes: Buffer;
}

/** What came of one member, in plain JSON. */
interface MemberResult {
  readonly path: string;
  readonly format: string;
  readonly ranges: readonly RecordRange[];
  readonly items: readonly (readonly Item[])[];
}

export function describeSource(source: Source, { folder, fixtures, accounts = [] }: SourceCase): void {
  describe(`source ${source.manifest.id}: the contract`, () => {
    it('declares every format that its fixtures have, and has a fixture for every format that it declares', () => {
      const shown = new Set(fixtures.flatMap((fixture) => fixture.format.split(',')));
      expect([...shown].sort()).toEqual(source.manifest.formats.map((format) => format.id).sort());
    });

    it('has an answer about an account if it reads them, and none otherwise', () => {
      expect(accounts.length > 0).toBe(source.readAccount !== undefined);
    });

    for (const account of accounts) describeAccount(source, folder, account);

    describe.each(fixtures)('$path', (fixture) => {
      const members = load(join(folder, fixture.path));

      it('is recognised, split and read; the counts add up', async () => {
        const results = await readPackage(source, members, fixture.options);
        const items = results.flatMap((result) => result.items.flat());
        const counts = {
          format: [...new Set(results.map((result) => result.format))].sort().join(','),
          records: results.reduce((sum, result) => sum + result.ranges.length, 0),
          read: items.length,
          rejected: items.filter(isRefused).length,
        };
        const { format, records, read, rejected } = fixture;
        expect(counts).toEqual({ format: format.split(',').sort().join(','), records, read, rejected });
        for (const item of items) if (!isRefused(item)) expectWellFormed(item);
        expectGolden(join(folder, `${fixture.path}.golden.json`), results);
      });

      it('reads the same whatever the order of records and the size of chunks', async () => {
        const whole = await readPackage(source, members, fixture.options);
        expect(await readPackage(source, members, fixture.options, 7)).toEqual(whole);
        expect(await readPackage(source, [...members].reverse(), fixture.options, 64)).toEqual(whole);
      });

      it('answers cut and damaged bytes with rejections, never with a crash', async () => {
        const survey = await surveyOf(source, members, fixture.options);
        for (const { member, format } of recordMembers(source, members, fixture.options)) {
          await fc.assert(
            fc.asyncProperty(
              fc.nat(member.bytes.length),
              fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
              async (cut, damage) => {
                const bytes = Buffer.from(member.bytes.subarray(0, cut));
                if (bytes.length > 0) for (const [at, byte] of damage) bytes[at % bytes.length] = byte;
                await tolerant(() =>
                  readMember(source, { path: member.path, bytes }, format, survey, fixture.options, 65_536),
                );
              },
            ),
            { numRuns: 40 },
          );
        }
      });
    });
  });
}

function expectWellFormed(reading: Reading | ProfileReading): void {
  if (isProfile(reading)) return expectProfile(reading);

  expect(OUTCOMES).toContain(reading.outcome);
  if (reading.outcome === 'present') expect(reading.content).toBeDefined();
  // Refuses lone surrogates, inexact integers and whatever else has no canonical form.
  const { files = [], ...stated } = reading;
  canonicalise({ ...stated, files: files.filter((file) => file !== undefined) } as unknown as Json);
  for (const time of [
    reading.content?.published,
    reading.content?.updated,
    reading.claimedFrom,
    reading.observedAt?.at,
  ]) {
    if (time) expect(msOf(time)).not.toBeNaN();
  }
  const { published, updated } = reading.content ?? {};
  if (published?.zone === 'utc' && updated?.zone === 'utc' && published.precision === updated.precision) {
    expect(msOf(updated)).toBeGreaterThanOrEqual(msOf(published));
  }
}

/** One record, whatever its length; the same profile each time; and of damaged bytes a profile or a rejection. */
function describeAccount(source: Source, folder: string, { path, format, account }: AccountFixture): void {
  const bytes = readFileSync(join(folder, path));
  const read = (body: Buffer): readonly Item[] =>
    source.readAccount!(body, {
      path,
      format,
      capture: sha256(body),
      accession: sha256('a harvest'),
      offset: 0,
      length: body.length,
      survey: undefined,
      ...(account !== undefined && { account: actorUri(account) }),
      head: new Uint8Array(0),
      options: { include: [] },
    });

  describe(`${path}, an account`, () => {
    it('is read as a profile and nothing else', () => {
      expect(source.manifest.formats.map(({ id }) => id)).toContain(format);
      const items = read(bytes);
      expect(items.map(isProfile)).toEqual(items.map(() => true));
      expect(items).not.toEqual([]);
      for (const item of items) if (isProfile(item)) expectProfile(item);
      expect(read(Buffer.from(bytes))).toEqual(items);
      expectGolden(join(folder, `${path}.golden.json`), items);
    });

    it('answers cut and damaged bytes with rejections, never with a crash', () => {
      fc.assert(
        fc.property(
          fc.nat(bytes.length),
          fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
          (cut, damage) => {
            const body = Buffer.from(bytes.subarray(0, cut));
            if (body.length > 0) for (const [at, byte] of damage) body[at % body.length] = byte;
            try {
              for (const item of read(body)) if (!isRefused(item) && isProfile(item)) expectProfile(item);
            } catch (error) {
              if (!(error instanceof Rejection)) throw error;
            }
          },
        ),
        { numRuns: 100 },
      );
    });
  });
}

/** Something is said of somebody, in canonical form. */
function expectProfile(reading: ProfileReading): void {
  canonicalise(reading as unknown as Json);
  expect(reading.actor).toMatch(/^[a-z][a-z0-9+.-]*:/);
  expect(Object.keys(reading.profile)).not.toEqual([]);
  for (const time of [reading.profile.published, reading.claimedFrom, reading.observedAt?.at])
    if (time) expect(msOf(time)).not.toBeNaN();
}

function expectGolden(path: string, results: unknown): void {
  const text = JSON.stringify(results, null, 1) + '\n';
  if (process.env['PERDURE_UPDATE_GOLDEN'] === '1') return writeFileSync(path, text);
  if (!existsSync(path)) throw new Error(`${path} is missing: run with PERDURE_UPDATE_GOLDEN=1 and read what it wrote`);
  expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(path, 'utf8')));
}

// ── reading a package the way the pipeline does, without its machinery ──────────────────────────────────────────────

export async function readPackage(
  source: Source,
  members: readonly Member[],
  options?: Partial<ImportOptions>,
  chunk = 65_536,
): Promise<MemberResult[]> {
  const survey = await surveyOf(source, members, options);
  const results: MemberResult[] = [];
  for (const { member, format } of recordMembers(source, members, options)) {
    results.push(await readMember(source, member, format, survey, options, chunk));
  }
  return results.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function headOf(member: Member, members: readonly Member[]): MemberHead {
  const paths = members.map((other) => other.path).sort();
  return { path: member.path, size: member.bytes.length, head: member.bytes.subarray(0, HEAD_BYTES), paths };
}

function recordMembers(source: Source, members: readonly Member[], options?: Partial<ImportOptions>) {
  return members.flatMap((member) => {
    const found = source.recognise(headOf(member, members));
    if (!found) return [];
    const opened = found.role === 'sealed' && found.opensWith && options?.include?.includes(found.opensWith);
    return found.role === 'records' || found.role === 'refused' || opened ? [{ member, format: found.format }] : [];
  });
}

async function surveyOf(
  source: Source,
  members: readonly Member[],
  options?: Partial<ImportOptions>,
): Promise<Survey | undefined> {
  const bytes = new Map(members.map((member) => [member.path, member.bytes]));
  const listed: SurveyMember[] = members.flatMap((member) => {
    const found = source.recognise(headOf(member, members));
    return found ? [{ path: member.path, size: member.bytes.length, format: found.format, role: found.role }] : [];
  });
  const pack: PackageReader = {
    members: listed.sort((a, b) => (a.path < b.path ? -1 : 1)),
    options: { include: [], ...options },
    read: (path) => Promise.resolve(bytes.get(path)!),
    open: (path) => chunked(bytes.get(path)!, 65_536),
  };
  return source.survey?.(pack);
}

async function readMember(
  source: Source,
  member: Member,
  format: string,
  survey: Survey | undefined,
  options: Partial<ImportOptions> | undefined,
  chunk: number,
): Promise<MemberResult> {
  const ranges: RecordRange[] = [];
  let end = 0;
  for await (const range of source.split(chunked(member.bytes, chunk), format, member.path)) {
    expect(range.offset).toBeGreaterThanOrEqual(end);
    end = range.offset + range.length;
    expect(end).toBeLessThanOrEqual(member.bytes.length);
    ranges.push(range);
  }
  const capture = sha256(member.bytes);
  const items = ranges.map((range): readonly Item[] => {
    if (range.refused) return [{ refused: range.refused.reason, detail: range.refused.detail }];
    const { offset, length, name } = range;
    const context: CaptureContext = {
      path: member.path,
      format,
      capture,
      accession: capture,
      offset,
      length,
      ...(name !== undefined && { name }),
      survey,
      head: source.readsHead ? member.bytes.subarray(0, HEAD_BYTES) : new Uint8Array(0),
      options: { include: [], ...options },
    };
    try {
      return source.normalise(member.bytes.subarray(offset, offset + length), context);
    } catch (error) {
      if (error instanceof Rejection) return [{ refused: error.reason, detail: error.detail }];
      throw error;
    }
  });
  return { path: member.path, format, ranges, items };
}

async function tolerant(run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
  }
}

async function* chunked(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield await Promise.resolve(bytes.subarray(i, i + size));
}

/** A file as a package of one, or a folder as a package of its files. */
export function load(path: string): Member[] {
  if (!statSync(path).isDirectory()) return [{ path: path.split(sep).pop()!, bytes: readFileSync(path) }];
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.endsWith('.golden.json'))
    .sort()
    .map((file) => ({ path: relative(path, file).split(sep).join('/'), bytes: readFileSync(file) }));
}
