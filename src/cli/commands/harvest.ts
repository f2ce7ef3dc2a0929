import { Option, type Command } from 'commander';
import { seeds, type HarvestView, type SeedView } from '../../read/index.js';
import { withArchive } from '../context.js';
import { harvestNow } from '../harvest-now.js';
import { CliExit, type CliIo } from '../io.js';
import { clean, jsonText } from '../print.js';
import { seedsNamed } from '../seeds-named.js';

export function register(program: Command, io: CliIo): void {
  program
    .command('harvest')
    .description('look now: at these seeds, or at all that are followed')
    .argument('[seed...]', 'names, addresses or ids')
    .addOption(new Option('--collection <name>', 'of this collection only'))
    .option('--json', 'one JSON document on stdout')
    .action((names: string[], flags: { collection?: string; json?: boolean }) => run(io, names, flags));
}

function run(io: CliIo, names: readonly string[], flags: { collection?: string; json?: boolean }): Promise<void> {
  return withArchive(io, 'harvest', async ({ archive, signal }) => {
    const { findCredential } = await import('../../app/credentials.js');
    const { openNetwork } = await import('../../app/network.js');
    const chosen =
      names.length > 0
        ? await seedsNamed(io, archive.pool, names, flags.collection)
        : await every(archive.pool, flags.collection);
    if (chosen.length === 0) io.err('nothing is followed yet: perdure follow @user@mastodon.example\n');
    const network = openNetwork(archive, findCredential(archive));
    const done: HarvestView[] = [];
    try {
      for (const [place, seed] of chosen.entries()) {
        if (chosen.length > 1) io.err(`${place + 1} of ${chosen.length}: ${clean(seed.name)}\n`);
        const ended = await harvestNow(io, archive, network, seed, signal);
        if (ended) done.push(ended);
      }
    } finally {
      await network.close();
    }
    if (flags.json) io.out(jsonText({ harvests: done }));
    // A rate limit is no failure: the rest comes by itself.
    if (done.length < chosen.length || done.some(({ state }) => state === 'failed')) throw new CliExit(1);
    if (done.some(({ rejected }) => rejected > 0)) throw new CliExit(3);
  });
}

async function every(pool: Parameters<typeof seeds>[0], collection: string | undefined): Promise<SeedView[]> {
  const all: SeedView[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await seeds(pool, {
      limit: 200,
      state: 'active',
      ...(collection !== undefined && { collection }),
      ...(cursor !== undefined && { cursor }),
    });
    all.push(...page.items);
    cursor = page.next;
  }
  return all;
}
