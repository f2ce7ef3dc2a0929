import type { Command } from 'commander';
import { coverage, type CoverageInterval, type CoverageView } from '../../read/index.js';
import { connectorsOf } from '../../pipeline/follow.js';
import { SOURCES } from '../../sources/index.js';
import { withReader } from '../context.js';
import type { CliIo } from '../io.js';
import { clean, jsonText, paintOf, type Paint } from '../print.js';
import { seedsNamed } from '../seeds-named.js';
import { checkTime, timeText } from '../times.js';

export function register(program: Command, io: CliIo): void {
  program
    .command('coverage')
    .description('were we looking? what was watched of a seed, and where posts may be missing, and why')
    .argument('<seed>', 'its name, address or id')
    .option('--collection <name>', 'the one of this collection')
    .option('--at <time>', 'answer for this time')
    .option('--json', 'one JSON document on stdout')
    .action((name: string, { at, collection, json }: { at?: string; collection?: string; json?: boolean }) =>
      withReader(io, async ({ pool }) => {
        const time = at === undefined ? undefined : checkTime('--at', at);
        const [seed] = await seedsNamed(io, pool, [name], collection);
        const view = await coverage(pool, seed!, time);
        const ceilings = ceilingsOf(view.seed.connector);
        io.out(json ? jsonText({ ...view, ceilings }) : coverageText(view, ceilings, paintOf(io)));
      }),
    );
}

function ceilingsOf(id: string): readonly string[] {
  return connectorsOf(SOURCES).find(({ connector }) => connector.id === id)?.connector.ceilings ?? [];
}

function coverageText({ seed, intervals, at }: CoverageView, ceilings: readonly string[], paint: Paint): string {
  const lines = [`${clean(seed.name)}  (${seed.connector})`];
  if (at) lines.push(`  at ${timeText(at.time)}: ${paint.bold(ANSWERS[at.watched])}: ${clean(at.why)}`, '');
  if (intervals.length === 0) lines.push('  It has not been harvested yet.');
  else
    lines.push(`  before ${timeText(intervals[0]!.from)}  nobody watched; what is older came from the platform's list`);
  for (const interval of intervals) lines.push(`  ${lineOf(interval, paint)}`);
  const { backTo } = seed;
  if (backTo)
    lines.push(
      `  the list went back to ${backTo.published === undefined ? 'an unknown time' : timeText(backTo.published)}${backTo.beginning ? ', its beginning' : ''}`,
    );
  for (const ceiling of ceilings) lines.push(`  note: ${ceiling}`);
  return `${lines.join('\n')}\n`;
}

const ANSWERS = { yes: 'watched', no: 'not watched', unknown: 'not known yet' } as const;

function lineOf({ kind, from, to, reason, detail }: CoverageInterval, paint: Paint): string {
  const span = `${timeText(from)} … ${timeText(to)}`;
  if (kind === 'watched') return `${paint.green('watched')}  ${span}  nothing that was listed is missing`;
  const why = [reason, detail]
    .filter((part) => part !== null)
    .map(clean)
    .join(': ');
  return kind === 'gap' ? `${paint.red('gap    ')}  ${span}  ${why}` : `${paint.yellow('open   ')}  ${span}  ${why}`;
}
