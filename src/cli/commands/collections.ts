import type { Command } from 'commander';
import { collections, type CollectionView } from '../../read/index.js';
import { withReader } from '../context.js';
import type { CliIo } from '../io.js';
import type { Style } from '../posts.js';
import { count, jsonText, paintOf } from '../print.js';
import { table } from '../table.js';
import { timeText } from '../times.js';

export function register(program: Command, io: CliIo): void {
  program
    .command('collections')
    .description('the collections of this archive and what they hold')
    .option('--json', 'one JSON document on stdout')
    .action((flags: { json?: boolean }) =>
      withReader(io, async ({ pool }) => {
        const items = await collections(pool);
        io.out(
          flags.json
            ? jsonText({ items, next: null })
            : collectionsText(items, { width: io.width, paint: paintOf(io) }),
        );
      }),
    );
}

export function collectionsText(items: readonly CollectionView[], { width, paint }: Style): string {
  if (items.length === 0) return 'No collections yet: perdure import FILE makes one.\n';
  return table(
    items,
    [
      { head: 'COLLECTION', cell: ({ name }) => name, shrinks: true },
      { head: 'POSTS', cell: ({ posts }) => count(posts), align: 'right' },
      { head: 'OBSERVATIONS', cell: ({ observations }) => count(observations), align: 'right' },
      { head: 'ACCESSIONS', cell: ({ accessions }) => count(accessions), align: 'right' },
      { head: 'FIRST SEEN', cell: ({ firstObservedAt }) => day(firstObservedAt) },
      { head: 'LAST SEEN', cell: ({ lastObservedAt }) => day(lastObservedAt) },
    ],
    width,
    paint,
  );
}

function day(iso: string | null): string {
  return iso === null ? '–' : timeText(iso).slice(0, 10);
}
