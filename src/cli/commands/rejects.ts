import type { Command } from 'commander';
import { rejects, type Page, type RejectView } from '../../read/index.js';
import { withReader } from '../context.js';
import type { CliIo } from '../io.js';
import type { Style } from '../posts.js';
import { clean, count, cut, isolate, jsonText, paintOf, quote } from '../print.js';
import { wholeNumber } from '../words.js';
import { accessionKey, checkId, noAccession } from './accessions.js';

interface RejectsFlags {
  limit: string;
  cursor?: string;
  json?: boolean;
}

export function register(program: Command, io: CliIo): void {
  program
    .command('rejects')
    .description('the records of an accession that could not be read: where they are, and why')
    .argument('<accession>', 'its id, or the beginning of it; perdure accessions lists them')
    .option('--limit <n>', 'on one page, 1 to 200', '50')
    .option('--cursor <cursor>', 'the page that an earlier answer named')
    .option('--json', 'one JSON document on stdout')
    .action((id: string, flags: RejectsFlags) => run(io, id, flags));
}

function run(io: CliIo, id: string, { limit, cursor, json }: RejectsFlags): Promise<void> {
  checkId(id);
  const options = { limit: wholeNumber('--limit', limit, 1, 200), ...(cursor !== undefined && { cursor }) };
  return withReader(io, async ({ pool, blobs }) => {
    const page = await rejects(pool, blobs, await accessionKey(pool, id, io), options);
    if (!page) return noAccession(io, id);
    io.out(json ? jsonText(page) : rejectsText(page, { width: io.width, paint: paintOf(io) }));
  });
}

export function rejectsText({ items, next }: Page<RejectView>, { width, paint }: Style): string {
  if (items.length === 0) return 'No record of it was rejected.\n';
  const blocks = items.map(({ path, offset, length, item, reason, detail, preview }) => {
    const place = `${quote(path)}, ${count(length)} bytes from byte ${count(offset)}${item > 0 ? `, item ${item}` : ''}`;
    const lines = [`${paint.yellow(reason)}  ${place}`, `  ${isolate(clean(detail))}`];
    if (preview !== null && preview !== '')
      lines.push(`  ${paint.dim(isolate(cut(clean(preview), Math.max(16, width - 2))))}`);
    return lines.map((line) => line + '\n').join('');
  });
  const more = next === null ? '' : `more: the same command with --cursor ${next}\n`;
  return [...blocks, more].filter((part) => part !== '').join('\n');
}
