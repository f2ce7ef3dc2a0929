import type { Command } from 'commander';
import type { Pool } from 'pg';
import { parseKey, type Key } from '../../core/digest.js';
import { UsageError } from '../../core/errors.js';
import {
  accession,
  accessions,
  type AccessionDetail,
  type AccessionItem,
  type AccessionState,
  type Page,
} from '../../read/index.js';
import type { RangeRef } from '../../pipeline/ports.js';
import { retryAccession } from '../../pipeline/retry.js';
import { reopenAccession } from '../../store/retries.js';
import { nextEpoch } from '../../store/unfinished.js';
import { withArchive, withReader } from '../context.js';
import { CliExit, type CliIo } from '../io.js';
import { operator } from '../operator.js';
import type { Style } from '../posts.js';
import { bytesText, count, jsonText, paintOf, plural, quote, type Paint } from '../print.js';
import { printSummary } from '../summary.js';
import { table } from '../table.js';
import { timeText } from '../times.js';
import { wholeNumber } from '../words.js';

interface AccessionsFlags {
  collection?: string;
  limit: string;
  cursor?: string;
  retry?: boolean;
  json?: boolean;
}

export function register(program: Command, io: CliIo): void {
  program
    .command('accessions')
    .description('what was handed in, latest first; with an id, all about that one')
    .argument('[accession]', 'the id of one, or the beginning of it')
    .option('--collection <name>', 'only of this collection')
    .option('--limit <n>', 'on one page, 1 to 200', '50')
    .option('--cursor <cursor>', 'the page that an earlier answer named')
    .option('--retry', 'with an id: has what failed of it tried again, at once')
    .option('--json', 'one JSON document on stdout')
    .action((id: string | undefined, flags: AccessionsFlags) => {
      if (flags.retry && id === undefined) throw new UsageError('--retry needs the id of an accession');
      return id === undefined ? list(io, flags) : flags.retry ? retry(io, id, flags) : one(io, id, flags);
    });
}

function list(io: CliIo, { collection, limit, cursor, json }: AccessionsFlags): Promise<void> {
  const options = {
    limit: wholeNumber('--limit', limit, 1, 200),
    ...(collection !== undefined && { collection }),
    ...(cursor !== undefined && { cursor }),
  };
  return withReader(io, async ({ pool }) => {
    const page = await accessions(pool, options);
    io.out(json ? jsonText(page) : accessionsText(page, { width: io.width, paint: paintOf(io) }));
  });
}

function one(io: CliIo, id: string, { json }: AccessionsFlags): Promise<void> {
  checkId(id);
  return withReader(io, async ({ pool }) => {
    const found = await accession(pool, await accessionKey(pool, id, io));
    if (!found) return noAccession(io, id);
    if (json) return io.out(jsonText(found));
    io.out(detailText(found, { width: io.width, paint: paintOf(io) }));
    printSummary(io, found);
  });
}

function retry(io: CliIo, id: string, { json }: AccessionsFlags): Promise<void> {
  checkId(id);
  return withArchive(io, 'retry', async ({ archive: { pool, dispatch } }) => {
    const key = await accessionKey(pool, id, io);
    const deps = {
      reopen: (each: Key, by: string) => reopenAccession(pool, each, by),
      nextEpoch: (refs: readonly RangeRef[]) => nextEpoch(pool, refs),
      dispatch,
      now: Date.now,
    };
    const retried = await retryAccession(deps, key, operator());
    if (!retried) return noAccession(io, id);
    if (retried.status === 'refused')
      throw new UsageError('it was refused, for what it is: import the file again, with --source or --include');
    const { unpack, ranges, records } = retried;
    if (json) return io.out(jsonText({ unpack, ranges: ranges.length, records: records.length }));
    const put = [
      ...(unpack ? ['unpacking it'] : []),
      ...(ranges.length > 0 ? [plural(ranges.length, 'range')] : []),
      ...(records.length > 0
        ? [plural(records.length, 'record that was rejected as poison', 'records that were rejected as poison')]
        : []),
    ];
    io.out(
      put.length === 0
        ? 'Nothing of it has failed; what is unfinished waits for `perdure up` or a worker.\n'
        : `Tried again where \`perdure up\` or a worker runs: ${put.join(', ')}.\n`,
    );
  });
}

/** What the tables show of an id: enough to tell a few thousand apart, and to be typed. */
const SHORT = 8;

export function checkId(id: string): void {
  if (/^[0-9a-f-]{4,36}$/i.test(id)) return;
  throw new UsageError(`${JSON.stringify(id)} is no accession id; perdure accessions lists them`);
}

/** The accession of an id, or of the beginning of one. */
export async function accessionKey(pool: Pool, id: string, io: CliIo): Promise<Key> {
  const key = parseKey(id);
  if (key !== undefined) return key;
  const found: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page: Page<AccessionItem> = await accessions(pool, { limit: 200, ...(cursor !== undefined && { cursor }) });
    found.push(...page.items.map((item) => item.id).filter((known) => known.startsWith(id.toLowerCase())));
    cursor = page.next;
  }
  if (found.length > 1)
    throw new UsageError(`${id} begins ${found.length} accessions: ${found.slice(0, 4).join(', ')}`);
  return parseKey(found[0] ?? '') ?? noAccession(io, id);
}

export function noAccession(io: CliIo, id: string): never {
  io.err(`perdure: there is no accession ${quote(id)}; perdure accessions lists them\n`);
  throw new CliExit(1);
}

/** From here on the whole id fits beside the rest. */
const WIDE = 130;

function failingText({ failing, retries, id }: AccessionDetail, paint: Paint): string {
  const { total, first } = failing;
  const lines = first.map(({ path, offset, length, tries, problem }) => {
    const place = `${quote(path)}, ${count(length)} bytes from byte ${count(offset)}`;
    const why = problem === null ? 'its worker ended without a word' : quote(problem);
    return `${paint.yellow('waits')}  ${place} (${plural(tries, 'try', 'tries')})\n  ${why}\n`;
  });
  const head = total > first.length ? `… ${plural(total - first.length, 'more range')} that failed and waits\n` : '';
  const hint = total > 0 ? `at once: perdure accessions ${id.slice(0, SHORT)} --retry\n` : '';
  const asked = retries.map(({ at, by }) => `${paint.dim('tried again')} ${timeText(at)}, asked for by ${quote(by)}\n`);
  return [...lines, head, hint, ...asked].join('');
}

const TINTS: Readonly<Record<AccessionState, keyof Paint>> = {
  receiving: 'cyan',
  received: 'cyan',
  splitting: 'cyan',
  ingesting: 'cyan',
  complete: 'green',
  sealed: 'yellow',
  refused: 'red',
  failed: 'red',
};

export function accessionsText({ items, next }: Page<AccessionItem>, { width, paint }: Style): string {
  if (items.length === 0) return 'Nothing was handed in yet: perdure import FILE.\n';
  const rows = table(
    items,
    [
      { head: 'ACCESSION', cell: ({ id }) => (width >= WIDE ? id : id.slice(0, SHORT)) },
      { head: 'RECEIVED', cell: ({ receivedAt }) => timeText(receivedAt).slice(0, 16) + 'Z' },
      { head: 'FILE', cell: ({ path }) => path, shrinks: true },
      { head: 'FORMAT', cell: ({ source, format }) => format ?? source ?? '–', spare: true },
      { head: 'COLLECTION', cell: ({ collection }) => collection, shrinks: true, least: 10, spare: true },
      { head: 'STATUS', cell: ({ status }) => status, tint: (text, { status }) => paint[TINTS[status]](text) },
      { head: 'NEW', cell: (item) => count(item.new), align: 'right' },
      { head: 'KNOWN', cell: ({ duplicate }) => count(duplicate), align: 'right' },
      {
        head: 'REJECTED',
        cell: ({ rejected }) => count(rejected),
        align: 'right',
        tint: (text, { rejected }) => (rejected > 0 ? paint.yellow(text) : text),
      },
    ],
    width,
    paint,
  );
  return next === null ? rows : `${rows}\nmore: the same command with --cursor ${next}\n`;
}

export function detailText(found: AccessionDetail, { width, paint }: Style): string {
  const custody = Object.entries((found.custody ?? {}) as Record<string, unknown>)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([key, value]) => `${paint.dim(key)} ${quote(String(value))}\n`);
  const members = table(
    found.members,
    [
      { head: 'MEMBER', cell: ({ path }) => path, shrinks: true },
      { head: 'SIZE', cell: ({ bytes }) => bytesText(bytes), align: 'right' },
      { head: 'ROLE', cell: ({ role }) => role ?? '–' },
      { head: 'WHY', cell: ({ why }) => why ?? '', shrinks: true },
    ],
    width,
    paint,
  );
  const more =
    found.memberCount > found.members.length
      ? `… ${plural(found.memberCount - found.members.length, 'more member')}\n`
      : '';
  return [
    `${paint.bold(found.id)}\n` +
      `received ${timeText(found.receivedAt)}, ${bytesText(found.bytes)}${found.digest === null ? '' : `\n${found.digest}`}\n` +
      custody.join(''),
    members + more,
    failingText(found, paint),
  ].join('\n');
}
