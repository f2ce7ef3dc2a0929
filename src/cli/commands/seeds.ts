import type { Command } from 'commander';
import { UsageError } from '../../core/errors.js';
import { harvests, keyOfSeed, seeds, type HarvestView, type SeedView } from '../../read/index.js';
import { setSeedState } from '../../store/seeds.js';
import { withReader } from '../context.js';
import { harvestLine } from '../harvest-now.js';
import { SHORT } from './harvests.js';
import { intervalText } from '../intervals.js';
import type { CliIo } from '../io.js';
import type { Style } from '../posts.js';
import { clean, count, jsonText, paintOf, plural, type Paint } from '../print.js';
import { seedsNamed } from '../seeds-named.js';
import { table } from '../table.js';
import { timeText } from '../times.js';
import { wholeNumber } from '../words.js';

interface SeedsFlags {
  collection?: string;
  state?: string;
  limit: string;
  cursor?: string;
  json?: boolean;
}

export function register(program: Command, io: CliIo): void {
  program
    .command('seeds')
    .description('what is followed, and how it goes; with a name, all about that one')
    .argument('[seed]', 'its name, address or id')
    .option('--collection <name>', 'only of this collection')
    .option('--state <state>', 'active, paused, or ended (unfollowed)')
    .option('--limit <n>', 'on one page, 1 to 200', '50')
    .option('--cursor <cursor>', 'the page that an earlier answer named')
    .option('--json', 'one JSON document on stdout')
    .action((name: string | undefined, flags: SeedsFlags) =>
      name === undefined ? list(io, flags) : one(io, name, flags),
    );
  change(program, io, 'unfollow', 'ended', 'follow no longer; what was archived stays', 'no longer followed');
  change(program, io, 'pause', 'paused', 'stop harvesting for a while', 'paused (perdure resume goes on)');
  change(
    program,
    io,
    'resume',
    'active',
    'go on harvesting what was paused',
    'goes on; harvested at once where `perdure up` runs',
  );
}

function change(
  program: Command,
  io: CliIo,
  verb: string,
  state: SeedView['state'],
  about: string,
  said: string,
): void {
  program
    .command(verb)
    .description(about)
    .argument('<seed...>', 'names, addresses or ids')
    .option('--collection <name>', 'those of this collection')
    .option('--json', 'one JSON document on stdout')
    .action((names: string[], flags: { collection?: string; json?: boolean }) =>
      withReader(io, async ({ pool }) => {
        const found = await seedsNamed(io, pool, names, flags.collection);
        for (const view of found) {
          const changed = await setSeedState(pool, keyOfSeed(view), state);
          io.err(`${clean(view.name)}: ${changed ? said : `it was ${view.state} already`}\n`);
        }
        if (flags.json)
          io.out(
            jsonText({
              seeds: await seedsNamed(
                io,
                pool,
                found.map(({ id }) => id),
              ),
            }),
          );
      }),
    );
}

const STATES: readonly SeedView['state'][] = ['active', 'paused', 'ended'];

function list(io: CliIo, { collection, state, limit, cursor, json }: SeedsFlags): Promise<void> {
  if (state !== undefined && !STATES.includes(state as SeedView['state']))
    throw new UsageError(`--state ${state}: must be ${STATES.join(', ')}`);
  const options = {
    limit: wholeNumber('--limit', limit, 1, 200),
    ...(collection !== undefined && { collection }),
    ...(state !== undefined && { state: state as SeedView['state'] }),
    ...(cursor !== undefined && { cursor }),
  };
  return withReader(io, async ({ pool }) => {
    const page = await seeds(pool, options);
    io.out(json ? jsonText(page) : seedsText(page.items, { width: io.width, paint: paintOf(io) }));
    if (!json && page.next !== null) io.err(`more: perdure seeds --cursor ${page.next}\n`);
  });
}

export function seedsText(items: readonly SeedView[], { width, paint }: Style): string {
  if (items.length === 0) return 'Nothing is followed yet: perdure follow @user@mastodon.example\n';
  return table(
    items,
    [
      { head: 'SEED', cell: ({ name }) => name, shrinks: true, least: 16 },
      { head: 'CONNECTOR', cell: ({ connector }) => connector, spare: true },
      { head: 'EVERY', cell: ({ interval }) => intervalText(interval) },
      { head: 'STATE', cell: stateWord, tint: (text, view) => tintOf(view, paint)(text) },
      { head: 'LAST', cell: ({ lastHarvest }) => (lastHarvest ? timeText(lastHarvest.at).slice(0, 16) : '–') },
      {
        head: 'NEXT',
        cell: ({ state, nextAt }) => (state === 'active' ? timeText(nextAt).slice(0, 16) : '–'),
        spare: true,
      },
      { head: 'GAPS', cell: ({ gaps }) => count(gaps), align: 'right', spare: true },
      { head: 'COLLECTION', cell: ({ collection }) => collection, spare: true },
    ],
    width,
    paint,
  );
}

function stateWord(view: SeedView): string {
  if (view.state === 'ended') return 'unfollowed';
  if (view.state === 'paused') return 'paused';
  if (view.running !== null) return view.waitsUntil === null ? 'harvesting' : 'harvesting, waits';
  if (waitsForBudget(view)) return 'waits (rate limit)';
  if (view.account !== null && !['active', 'renamed', 'moved'].includes(view.account.state)) return view.account.state;
  if (view.failures > 0) return `failed ${view.failures}×`;
  return view.lastHarvest === null ? 'new' : 'ok';
}

/** Until it has been asked again: that its time is over is no news of it. */
function waitsForBudget({ waitsUntil, lastHarvest }: SeedView): boolean {
  return waitsUntil !== null || lastHarvest?.state === 'waiting';
}

function tintOf(view: SeedView, paint: Paint): (text: string) => string {
  if (view.state !== 'active') return paint.dim;
  if (view.failures > 0 || waitsForBudget(view)) return paint.yellow;
  return paint.green;
}

const LATEST = 5;

function one(io: CliIo, name: string, { collection, json }: SeedsFlags): Promise<void> {
  return withReader(io, async ({ pool }) => {
    const [view] = (await seedsNamed(io, pool, [name], collection)) as [SeedView];
    const latest = (await harvests(pool, { seed: keyOfSeed(view), limit: LATEST })).items;
    if (json) return io.out(jsonText({ ...view, harvests: latest }));
    io.out(detailText(view, latest));
  });
}

function detailText(view: SeedView, latest: readonly HarvestView[]): string {
  const { account, waitsUntil, problem, watched, backTo } = view;
  const rows: [string, string][] = [
    ['id', view.id],
    ['address', view.uri],
    ['connector', `${view.connector}, into collection ${view.collection}`],
    ['state', stateWord(view)],
    [
      'every',
      `${intervalText(view.interval)}${view.adaptive ? ` (adapted; asked for ${intervalText(view.every)})` : ''}`,
    ],
    ['next', view.state === 'active' ? timeText(view.nextAt) : '–'],
  ];
  if (account && account.state !== 'active') rows.push(['account', `${account.state}: ${account.detail ?? ''}`]);
  if (problem !== null)
    rows.push(['problem', `${problem}${view.failures > 1 ? ` (${view.failures} times in a row)` : ''}`]);
  if (waitsUntil !== null) rows.push(['waits', `until ${timeText(waitsUntil)}: a rate budget is spent`]);
  else if (waitsForBudget(view)) rows.push(['waits', 'no longer: it is asked again at the next time, by `perdure up`']);
  if (view.postsToLookAt > 0)
    rows.push([
      'looks',
      `${plural(view.postsToLookAt, 'post')} to be looked at again, the next at ${view.nextLookAt === null ? '–' : timeText(view.nextLookAt)}`,
    ]);
  if (watched)
    rows.push([
      'watched',
      `${timeText(watched.from)} … ${timeText(watched.to)}; ${plural(view.gaps, 'gap')} (perdure coverage)`,
    ]);
  if (backTo)
    rows.push([
      'goes back to',
      `${backTo.published === undefined ? 'unknown' : timeText(backTo.published)}${backTo.beginning ? ', the beginning' : ''}`,
    ]);
  if (view.credential !== null) rows.push(['credential', view.credential]);
  if (view.authority !== null) rows.push(['authority', view.authority]);
  const width = Math.max(...rows.map(([head]) => head.length));
  const lines = rows.map(([head, text]) => `  ${head.padEnd(width)}  ${clean(text)}\n`).join('');
  const runs = latest
    .map((each) => `  ${each.id.slice(0, SHORT)}  ${timeText(each.startedAt).slice(0, 19)}  ${harvestLine(each)}\n`)
    .join('');
  const head = 'the latest harvests (perdure harvests ID shows every request)';
  return `${clean(view.name)}\n${lines}${runs === '' ? '' : `\n${head}\n${runs}`}`;
}
