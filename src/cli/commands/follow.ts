import type { Command } from 'commander';
import { showKey } from '../../core/digest.js';
import { UsageError } from '../../core/errors.js';
import { withArchive, type Opened } from '../context.js';
import { harvestNow } from '../harvest-now.js';
import { CliExit, type CliIo } from '../io.js';
import { clean, jsonText } from '../print.js';
import { intervalOf, intervalText } from '../intervals.js';
import { wholeNumber } from '../words.js';
import type { Connector } from '../../sources/harvest.js';
import type { Followed } from '../../store/seeds.js';
import type { SeedView } from '../../read/index.js';

interface FollowFlags {
  collection: string;
  every?: string;
  credential?: string;
  connector?: string;
  backfill?: string;
  authority?: string;
  now: boolean;
  json?: boolean;
}

export function register(program: Command, io: CliIo): void {
  program
    .command('follow')
    .description('follow accounts, feeds and streams: what they post is harvested from now on')
    .argument(
      '<handle-or-url...>',
      'such as @user@mastodon.example, alice.bsky.social, a feed’s address, https://t.me/name',
    )
    .option('--collection <name>', 'the collection that it belongs to', 'default')
    .option(
      '--every <time>',
      'how often to look: 90s, 15m, 6h, 1d; unless said, from 15m on, adapted to how lively it is',
    )
    .option('--credential <name>', 'keys to ask with (perdure credentials)')
    .option('--connector <name>', 'how to follow it, where several could')
    .option('--backfill <posts>', 'how many posts the first harvest goes back at most', '1000')
    .option('--authority <text>', 'by what right it is followed; kept with every harvest')
    .option('--no-now', 'do not harvest at once: the workers of `perdure up` will')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      '\nExamples:\n  perdure follow @archivist@mastodon.example --every 15m\n  perdure follow alice.bsky.social --collection aleppo\n',
    )
    .action((texts: string[], flags: FollowFlags) => run(io, texts, flags));
}

async function run(io: CliIo, texts: readonly string[], flags: FollowFlags): Promise<void> {
  const every = flags.every === undefined ? undefined : intervalOf('--every', flags.every);
  const backfill = wholeNumber('--backfill', flags.backfill ?? '1000', 0, 1_000_000);
  const followed: SeedView[] = [];
  let failed = 0;
  await withArchive(io, 'follow', async (opened) => {
    for (const text of texts) {
      try {
        followed.push(await one(io, opened, text, flags, { backfill, ...(every !== undefined && { every }) }));
      } catch (error) {
        if (!(error instanceof UsageError) || texts.length === 1) throw error;
        io.err(`perdure: ${error.message}\n`);
        failed++;
      }
    }
  });
  if (flags.json) io.out(jsonText({ seeds: followed }));
  if (failed > 0) throw new CliExit(1);
}

async function one(
  io: CliIo,
  { archive, signal }: Opened,
  text: string,
  flags: FollowFlags,
  numbers: { readonly backfill: number; readonly every?: number },
): Promise<SeedView> {
  const { followText } = await import('../../app/following.js');
  const { findCredential } = await import('../../app/credentials.js');
  const { openNetwork } = await import('../../app/network.js');
  const { seed } = await import('../../read/index.js');
  const { collection, credential, connector, authority } = flags;
  const credentials = findCredential(archive);
  const network = openNetwork(archive, credentials);
  try {
    const request = {
      text,
      collection,
      ...numbers,
      ...(credential !== undefined && { credential }),
      ...(connector !== undefined && { connector }),
      ...(authority !== undefined && { authority }),
    };
    const warn = (warning: string): void => io.err(`  ${clean(warning)}\n`);
    const { id, added, deeper, found, as } = await followText(archive, network, credentials, request, { signal, warn });
    const view = (await seed(archive.pool, showKey(id)))!;
    const known = as === undefined ? '' : `, as ${clean(as)}`;
    const verb = added ? 'following' : `already followed${known}; what was said now holds:`;
    const pace = view.adaptive
      ? `every ${intervalText(view.every)}, adapted to it`
      : `every ${intervalText(view.every)}`;
    io.err(
      `${verb} ${clean(view.name)}  (${found.connector.id}, ${found.connector.streams ? 'one long connection' : pace}, collection ${clean(view.collection)})\n  ${clean(view.uri)}\n`,
    );
    if (deeper) io.err(`  ${deeperText(deeper, found.connector)}\n`);
    for (const ceiling of found.connector.ceilings) io.err(`  note: ${ceiling}\n`);
    if (flags.now && !found.connector.streams) await harvestNow(io, archive, network, view, signal);
    else io.err('  harvested by the workers of `perdure up`; `perdure harvests` shows how it goes\n');
    return (await seed(archive.pool, showKey(id)))!;
  } finally {
    await network.close();
  }
}

type Deeper = NonNullable<Followed['deeper']>;

/** What a larger --backfill than the last time comes to. */
function deeperText({ had, wanted, fromBeginning }: Deeper, connector: Connector): string {
  const { id, streams } = connector;
  if (streams) return `note: ${id} has nothing older than what it streams; --backfill ${wanted} has no effect`;
  if (fromBeginning) return 'it has been read back to its beginning already';
  const more = `the next harvest goes back for ${wanted} posts, not ${had}`;
  return 'deeper' in connector
    ? `${more}: on from where it ended`
    : `${more}: from the newest on once more, since ${id} has no place to go on from`;
}
