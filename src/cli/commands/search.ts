import { Option, type Command } from 'commander';
import { VISIBILITIES } from '../../core/content.js';
import { UsageError } from '../../core/errors.js';
import {
  collections,
  search,
  type Included,
  type SearchItem,
  type SearchQuery,
  type SearchResult,
} from '../../read/index.js';
import { SOURCES } from '../../sources/index.js';
import { withReader, type ReaderArchive } from '../context.js';
import type { CliIo } from '../io.js';
import type { Style } from '../posts.js';
import { cleanLines, count, cut, isolate, jsonText, paintOf, plural, quote, wrap } from '../print.js';
import { checkTime, timeText } from '../times.js';
import { authorText, listOption, nearest, OUTCOME_WORDS, wholeNumber } from '../words.js';

interface SearchFlags {
  collection?: string;
  author?: string;
  since?: string;
  until?: string;
  lang?: string;
  source?: string;
  asOf?: string;
  include?: string;
  limit?: string;
  cursor?: string;
  order?: 'newest' | 'oldest';
  json?: boolean;
}

/** The first two are shown anyway. */
const INCLUDED: readonly Included[] = [...VISIBILITIES, 'likes', 'account'];
const MOST = 200;

export function register(program: Command, io: CliIo): void {
  program
    .command('search')
    .description('posts by their words, in all versions; Arabic with and without harakat, tatweel and hamza alike')
    .argument(
      '[query...]',
      'words (all of them), "phrases", this OR that, begin*; -without needs quotes around the query',
    )
    .option('--collection <name>', 'only of this collection')
    .option('--author <who>', 'handle, address or name')
    .option('--since <iso>', 'published then or later')
    .option('--until <iso>', 'published then or earlier')
    .option('--lang <code>', 'language, as the platform or the author states it: ar, en …')
    .addOption(
      new Option('--source <name>', 'only of this platform').choices(SOURCES.map((source) => source.manifest.id)),
    )
    .option('--as-of <iso>', 'only what had been seen by then')
    .option('--include <kinds>', `also what is not public: ${INCLUDED.slice(2).join(',')}`)
    .option('--limit <n>', `hits on one page, 1 to ${MOST}`, '50')
    .option('--cursor <cursor>', 'the page that an earlier answer named')
    .addOption(new Option('--order <order>', 'by time of publication').choices(['newest', 'oldest']))
    .option('--json', 'one JSON document on stdout')
    .action((words: string[], flags: SearchFlags) => run(io, words.join(' '), flags));
}

function run(io: CliIo, text: string, flags: SearchFlags): Promise<void> {
  const query = queryOf(text, flags);
  return withReader(io, async (archive) => {
    await checkCollection(archive, flags.collection);
    const found = await search(archive.pool, query);
    io.out(flags.json ? jsonText(found) : resultText(found, { width: io.width, paint: paintOf(io) }));
  });
}

export function queryOf(text: string, flags: SearchFlags): SearchQuery {
  const { collection, author, since, until, lang, source, asOf, include, limit, cursor, order } = flags;
  const query: SearchQuery = {
    ...(text.trim() !== '' && { text }),
    ...(collection !== undefined && { collection }),
    ...(author !== undefined && { author }),
    ...(since !== undefined && { since: checkTime('--since', since) }),
    ...(until !== undefined && { until: checkTime('--until', until) }),
    ...(lang !== undefined && { lang }),
    ...(source !== undefined && { source }),
    ...(asOf !== undefined && { asOf: checkTime('--as-of', asOf) }),
    ...(include !== undefined && { include: listOption('--include', include, INCLUDED) }),
  };
  if (Object.keys(query).length === 0) {
    throw new UsageError(
      'search: for what? Give words, or a filter such as --author or --since (perdure search --help)',
    );
  }
  return {
    ...query,
    ...(limit !== undefined && { limit: wholeNumber('--limit', limit, 1, MOST) }),
    ...(cursor !== undefined && { cursor }),
    ...(order !== undefined && { order }),
  };
}

/** "No hits" in a collection that does not exist would be a lie. */
async function checkCollection({ pool }: ReaderArchive, name: string | undefined): Promise<void> {
  if (name === undefined) return;
  const known = await collections(pool);
  if (known.some((collection) => collection.name === name || collection.id === name)) return;
  const names = known.map((collection) => collection.name);
  const meant = nearest(name, names);
  const hint =
    meant === undefined ? `there are: ${names.slice(0, 8).join(', ') || 'none yet'}` : `did you mean ${meant}?`;
  throw new UsageError(`--collection ${JSON.stringify(name)}: no such collection; ${hint}`);
}

/** Lines of a post's title and of its text that are shown. */
const [TITLE_LINES, LINES] = [2, 3];
const TITLE = 'title ';

export function resultText(found: SearchResult, style: Style): string {
  const { items, total, totalIsLowerBound, next, withheld } = found;
  const { paint } = style;
  const hits = items.map((item) => hitText(item, style));
  const footer = [
    paint.bold(
      items.length < total
        ? `${count(items.length)} of ${plural(total, 'post')}${totalIsLowerBound ? ' or more' : ''}`
        : `${plural(total, 'post')}${totalIsLowerBound ? ' or more' : ''}`,
    ),
  ];
  const kinds = Object.entries(withheld.by).filter(([, n]) => n > 0);
  if (withheld.count > 0) {
    const list = kinds.map(([kind, n]) => `${kind} ${count(n)}`).join(', ');
    const more = withheld.countIsLowerBound ? ' or more' : '';
    footer.push(
      paint.yellow(`${count(withheld.count)}${more} matching, not shown because they are not public: ${list}`) +
        `  (--include ${kinds.map(([kind]) => kind).join(',')} shows them)`,
    );
  }
  if (next !== null) footer.push(`more: the same command with --cursor ${next}`);
  return [...hits, footer.map((line) => line + '\n').join('')].join('\n');
}

function hitText(item: SearchItem, { width, paint }: Style): string {
  const when = item.publishedAt === null ? 'time unknown' : timeText(item.publishedAt, item.times, 'publishedAt');
  const word = item.state !== null && item.state !== 'present' ? OUTCOME_WORDS[item.state] : undefined;
  const marks = [
    word ? paint[word.tint](`${word.mark} ${word.text}`) : '',
    item.visibility === 'public' ? '' : paint.yellow(item.visibility),
  ];
  const head = [paint.dim(when), authorText(item.author), ...marks].filter((part) => part !== '').join('  ');
  const title = excerpt(item.name ?? '', width - TITLE.length, TITLE_LINES).map(paint.bold);
  const lines = [
    head,
    ...title.map((line, i) => `  ${i === 0 ? paint.dim(TITLE) : ' '.repeat(TITLE.length)}${line}`),
    ...excerpt(item.text ?? '', width, LINES).map((line) => `  ${line}`),
    paint.cyan(quote(item.uri)),
  ];
  return lines.map((line) => line + '\n').join('');
}

function excerpt(text: string, width: number, most: number): string[] {
  const room = Math.max(16, width - 2);
  const lines = cleanLines(text)
    .filter((line) => line.trim() !== '')
    .flatMap((line) => wrap(line, room));
  const shown = lines.slice(0, most);
  if (lines.length > most) shown[most - 1] = cut(`${shown[most - 1]!.trimEnd()} …`, room);
  return shown.map(isolate);
}
