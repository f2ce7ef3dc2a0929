import type { Command } from 'commander';
import { UsageError } from '../../core/errors.js';
import {
  exchanges,
  harvest,
  harvestNamed,
  harvests,
  keyOfSeed,
  type ExchangeView,
  type HarvestView,
} from '../../read/index.js';
import { withReader } from '../context.js';
import { harvestLine } from '../harvest-now.js';
import { CliExit, type CliIo } from '../io.js';
import type { Style } from '../posts.js';
import { bytesText, clean, count, jsonText, paintOf, quote, type Paint } from '../print.js';
import { seedsNamed } from '../seeds-named.js';
import { table } from '../table.js';
import { timeText } from '../times.js';
import { wholeNumber } from '../words.js';

interface HarvestsFlags {
  seed?: string;
  collection?: string;
  state?: string;
  limit: string;
  cursor?: string;
  json?: boolean;
}

const STATES: readonly HarvestView['state'][] = [
  'running',
  'complete',
  'partial',
  'failed',
  'waiting',
  'skipped',
  'interrupted',
];

export function register(program: Command, io: CliIo): void {
  program
    .command('harvests')
    .description('how harvests went, latest first; with an id, that one and every request it made')
    .argument('[harvest]', 'the id of one, or the beginning of it')
    .option('--seed <seed>', 'only of this seed: its name, address or id')
    .option('--collection <name>', 'only of this collection')
    .option('--state <state>', STATES.join(', '))
    .option('--limit <n>', 'on one page, 1 to 200', '50')
    .option('--cursor <cursor>', 'the page that an earlier answer named')
    .option('--json', 'one JSON document on stdout')
    .action((id: string | undefined, flags: HarvestsFlags) =>
      id === undefined ? list(io, flags) : one(io, id, flags),
    );
}

function list(io: CliIo, { seed, collection, state, limit, cursor, json }: HarvestsFlags): Promise<void> {
  if (state !== undefined && !STATES.includes(state as HarvestView['state']))
    throw new UsageError(`--state ${state}: must be one of ${STATES.join(', ')}`);
  const size = wholeNumber('--limit', limit, 1, 200);
  return withReader(io, async ({ pool }) => {
    const of = seed === undefined ? undefined : (await seedsNamed(io, pool, [seed], collection))[0];
    const page = await harvests(pool, {
      limit: size,
      ...(of && { seed: keyOfSeed(of) }),
      ...(collection !== undefined && { collection }),
      ...(state !== undefined && { state: state as HarvestView['state'] }),
      ...(cursor !== undefined && { cursor }),
    });
    io.out(json ? jsonText(page) : harvestsText(page.items, { width: io.width, paint: paintOf(io) }));
    if (!json && page.next !== null) io.err(`more: perdure harvests --cursor ${page.next}\n`);
  });
}

/** What the tables show of an id: enough to be told apart, and to be typed. From WIDE on the whole fits beside the rest. */
export const SHORT = 8;
const WIDE = 130;

export function harvestsText(items: readonly HarvestView[], { width, paint }: Style): string {
  if (items.length === 0) return 'No harvests yet: perdure follow … begins one.\n';
  return table(
    items,
    [
      { head: 'HARVEST', cell: ({ id }) => (width >= WIDE ? id : id.slice(0, SHORT)) },
      { head: 'BEGAN', cell: ({ startedAt }) => timeText(startedAt).slice(0, 19) },
      { head: 'SEED', cell: ({ name }) => name, shrinks: true, least: 14 },
      { head: 'KIND', cell: ({ kind }) => kind, spare: true },
      {
        head: 'STATE',
        cell: ({ state, waitsUntil }) => (waitsUntil === null ? state : `${state}, waits`),
        tint: (text, { state }) => tintOf(state, paint)(text),
      },
      { head: 'NEW', cell: ({ newPosts }) => count(newPosts), align: 'right' },
      { head: 'READ', cell: ({ read }) => count(read), align: 'right' },
      { head: 'LOOKS', cell: ({ looks }) => count(looks), align: 'right', spare: true },
    ],
    width,
    paint,
    ({ problem, warnings }) => problem ?? warnings[0],
  );
}

function tintOf(state: HarvestView['state'], paint: Paint): (text: string) => string {
  if (state === 'complete' || state === 'partial') return paint.green;
  return state === 'failed' ? paint.red : paint.yellow;
}

function one(io: CliIo, id: string, { json, limit, cursor }: HarvestsFlags): Promise<void> {
  if (!/^[0-9a-f-]{4,36}$/i.test(id))
    throw new UsageError(`${JSON.stringify(id)} is no harvest id; perdure harvests lists them`);
  return withReader(io, async ({ pool }) => {
    const key = await harvestNamed(pool, id);
    const view = key && (await harvest(pool, key));
    if (!view) {
      io.err(`perdure: no harvest is known as ${quote(id)}: perdure harvests lists them\n`);
      throw new CliExit(1);
    }
    const options = { limit: wholeNumber('--limit', limit, 1, 200), ...(cursor !== undefined && { cursor }) };
    const asked = (await exchanges(pool, key, options))!;
    if (json) return io.out(jsonText({ ...view, exchanges: asked }));
    const { robots, authority } = view;
    io.out(`${clean(view.name)}  ${timeText(view.startedAt)}  ${view.kind}\n  ${harvestLine(view)}\n`);
    if (robots)
      io.out(
        `  robots.txt: ${robots.allowed === null ? 'could not be learnt' : robots.allowed ? 'allows this' : 'disallows this'} (${clean(robots.url)}, ${robots.status})\n`,
      );
    if (authority !== null) io.out(`  authority: ${clean(authority)}\n`);
    io.out(`\n${exchangesText(asked.items, { width: io.width, paint: paintOf(io) })}`);
  });
}

export function exchangesText(items: readonly ExchangeView[], { width, paint }: Style): string {
  if (items.length === 0) return 'It made no request.\n';
  return table(
    items,
    [
      { head: 'BEGAN', cell: ({ startedAt }) => timeText(startedAt).slice(11) },
      {
        head: 'STATUS',
        cell: ({ status, problem }) => (status === null ? (problem ?? '–') : String(status)),
        shrinks: true,
      },
      { head: 'SIZE', cell: ({ bytes }) => bytesText(bytes), align: 'right' },
      { head: 'REQUEST', cell: ({ method, url }) => `${method} ${url}`, shrinks: true, least: 24 },
      { head: 'DIGEST', cell: ({ digest }) => (digest === null ? '–' : digest.slice(0, 19)), spare: true },
    ],
    width,
    paint,
  );
}
