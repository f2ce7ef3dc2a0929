import type { Command } from 'commander';
import { UsageError } from '../../core/errors.js';
import { collectionOf } from '../../read/accessions.js';
import { mediaCounts, mediaExchanges, missingMedia } from '../../read/media.js';
import type { MediaCount, MissingMediaView } from '../../read/media-types.js';
import type { Page } from '../../read/index.js';
import { askAgain } from '../../store/media.js';
import { withReader } from '../context.js';
import { CliExit, type CliIo } from '../io.js';
import type { Style } from '../posts.js';
import { bytesText, clean, count, isolate, jsonText, paintOf, plural, quote } from '../print.js';
import { table } from '../table.js';
import { exchangesText } from './harvests.js';
import { timeText } from '../times.js';
import { wholeNumber } from '../words.js';

interface MediaFlags {
  missing?: boolean;
  retry?: boolean;
  again?: string[];
  exchanges?: string;
  collection?: string;
  limit: string;
  cursor?: string;
  json?: boolean;
}

export function register(program: Command, io: CliIo): void {
  program
    .command('media')
    .description('pictures, videos and sounds that were to be had by their address: what is here, what is not, and why')
    .option('--missing', 'those that are not here, each with its reason')
    .option('--retry', 'asks once more for those that were given up')
    .option('--again <url...>', 'asks once more for these addresses, although their files are here')
    .option('--exchanges <file>', 'every request for this address, or for the file of this digest, and what came')
    .option('--collection <name>', 'only of this collection')
    .option('--limit <n>', 'on one page, 1 to 200', '50')
    .option('--cursor <cursor>', 'the page that an earlier answer named')
    .option('--json', 'one JSON document on stdout')
    .action((flags: MediaFlags) => run(io, flags));
}

function run(io: CliIo, flags: MediaFlags): Promise<void> {
  const { missing, retry, again, exchanges, collection, limit, cursor, json } = flags;
  if ([missing, retry, again, exchanges].filter((flag) => flag !== undefined).length > 1)
    throw new UsageError('--missing, --retry, --again and --exchanges do not go together: one at a time');
  const within = collection === undefined ? {} : { collection };
  const page = { ...within, limit: wholeNumber('--limit', limit, 1, 200), ...(cursor !== undefined && { cursor }) };
  return withReader(io, async ({ pool }) => {
    const style = { width: io.width, paint: paintOf(io) };
    if (retry || again) {
      const key = await collectionOf(pool, collection);
      const asked = await askAgain(pool, {
        states: again ? ['waiting', 'stored', 'missing', 'refused'] : ['missing', 'refused'],
        ...(key !== undefined && { collection: key }),
        ...(again && { urls: again }),
      });
      // Which of them are due stands in the database, where the workers look.
      return io.out(json ? jsonText({ asked }) : `${plural(asked, 'file')} will be asked for again by the workers.\n`);
    }
    if (exchanges !== undefined) {
      const found = await mediaExchanges(pool, exchanges, page);
      if (!found) {
        io.err(`perdure: no post or profile here names the file ${quote(exchanges)}\n`);
        throw new CliExit(1);
      }
      if (json) return io.out(jsonText(found));
      const more = found.next === null ? '' : `more: the same command with --cursor ${found.next}\n`;
      const none = 'It was not asked for yet, or before requests were kept.\n';
      return io.out(found.items.length === 0 ? none : exchangesText(found.items, style) + more);
    }
    if (missing) {
      const found = await missingMedia(pool, page);
      return io.out(json ? jsonText(found) : missingText(found, style));
    }
    const items = await mediaCounts(pool, within);
    io.out(json ? jsonText({ items, next: null }) : countsText(items, style));
  });
}

export function countsText(items: readonly MediaCount[], { width, paint }: Style): string {
  if (items.length === 0) return 'No post or profile here names a file by its address.\n';
  return table(
    items,
    [
      { head: 'KIND', cell: ({ type }) => type },
      {
        head: 'STATE',
        cell: ({ state }) => state,
        tint: (text, { state }) => (state === 'stored' ? text : paint.yellow(text)),
      },
      { head: 'FILES', cell: (row) => count(row.count), align: 'right' },
      { head: 'BYTES', cell: ({ bytes, state }) => (state === 'stored' ? bytesText(bytes) : ''), align: 'right' },
    ],
    width,
    paint,
  );
}

export function missingText({ items, next }: Page<MissingMediaView>, { paint }: Style): string {
  if (items.length === 0) return 'No file is missing.\n';
  const blocks = items.map((item) => {
    const owner = item.post ?? item.actor ?? '';
    const lines = [
      `${paint.yellow(item.state === 'notInPackage' ? 'not in the package' : item.state)}  ${quote(item.file)}`,
      `  ${item.type} of ${quote(owner)}`,
    ];
    const again = item.nextAt === null ? '' : `, next try ${timeText(item.nextAt)}`;
    if (item.problem !== null)
      lines.push(`  ${isolate(clean(item.problem))} (${plural(item.tries, 'try', 'tries')}${again})`);
    return lines.map((line) => line + '\n').join('');
  });
  const more = next === null ? '' : `more: the same command with --cursor ${next}\n`;
  return [...blocks, more].filter((part) => part !== '').join('\n');
}
