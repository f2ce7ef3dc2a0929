import type { Command } from 'commander';
import { UsageError } from '../../core/errors.js';
import { locatorsOf, raw, show, type ShowOptions, type Shown } from '../../read/index.js';
import { withReader } from '../context.js';
import { CliExit, type CliIo } from '../io.js';
import { contentText, headOfPost, pointersText, type Style } from '../posts.js';
import { clean, jsonText, paintOf, plural, quote } from '../print.js';
import { checkTime, spanText, timeText } from '../times.js';
import { OUTCOME_WORDS, unknown } from '../words.js';

interface ShowFlags {
  asOf?: string;
  claimedAt?: string;
  raw?: boolean;
  json?: boolean;
}

export function register(program: Command, io: CliIo): void {
  program
    .command('show')
    .description('one version of a post: the latest, or the one of a time')
    .argument('<post-url>', 'any address that the post is known by')
    .option('--as-of <iso>', 'what had been seen by then')
    .option('--claimed-at <iso>', 'what the platform says was there then')
    .option('--raw', 'the original bytes of the record, unchanged')
    .option('--json', 'one JSON document on stdout')
    .action((text: string, flags: ShowFlags) => run(io, text, flags));
}

function run(io: CliIo, text: string, flags: ShowFlags): Promise<void> {
  const options = optionsOf(flags);
  return withReader(io, async (archive) => {
    const { pool, blobs } = archive;
    const locators = locatorsOf(archive.sources);
    if (flags.raw) {
      const found = await raw(pool, blobs, locators, text, options);
      if (found) {
        io.out(found.bytes);
        if (io.isTty) io.err(`\n${found.capture}, ${plural(found.length, 'byte')} from byte ${found.offset}\n`);
        return;
      }
      const shown = await show(pool, locators, text, options);
      if (!shown) return unknown(io, archive, text, false);
      io.err(`perdure: no bytes to show: ${clean(shown.note ?? 'nothing of this post had been captured')}\n`);
      throw new CliExit(1);
    }
    const shown = await show(pool, locators, text, options);
    if (!shown) return unknown(io, archive, text, false);
    io.out(flags.json ? jsonText(shown) : shownText(shown, { width: io.width, paint: paintOf(io) }));
  });
}

function optionsOf({ asOf, claimedAt, raw: wantsRaw, json }: ShowFlags): ShowOptions {
  if (asOf !== undefined && claimedAt !== undefined) {
    throw new UsageError(
      '--as-of and --claimed-at are two questions (what had been seen; what the platform says): ask one',
    );
  }
  if (wantsRaw && json) throw new UsageError('--raw prints the original bytes and --json a document: ask for one');
  return {
    ...(asOf !== undefined && { asOf: checkTime('--as-of', asOf) }),
    ...(claimedAt !== undefined && { claimedAt: checkTime('--claimed-at', claimedAt) }),
  };
}

export function shownText(shown: Shown, style: Style): string {
  const { post, version, note } = shown;
  const { paint } = style;
  const parts = [headOfPost(post, { isNow: shown.asOf === undefined }, style)];
  if (note !== undefined) parts.push(paint.yellow(clean(note)) + '\n');
  if (!version) return parts.join('\n');
  const word = OUTCOME_WORDS[version.outcome];
  const seen = spanText(version.from, version.to, version.times, ['from', 'to']);
  const when =
    shown.asOf !== undefined
      ? `as of ${timeText(shown.asOf)}: `
      : shown.claimedAt !== undefined
        ? `claimed at ${timeText(shown.claimedAt)}: `
        : '';
  const published =
    version.publishedAt === null ? '' : `published ${timeText(version.publishedAt, version.times, 'publishedAt')}`;
  const updated = version.updatedAt === null ? '' : `edited ${timeText(version.updatedAt, version.times, 'updatedAt')}`;
  const facts = [
    `${when}${paint[word.tint](`${word.mark} ${word.text}`)}${seen === '' ? '' : `  seen ${seen}`}`,
    paint.dim([published, updated].filter((part) => part !== '').join(', ')),
    version.conflict ? paint.yellow('! conflict: other observations say otherwise; see perdure history') : '',
  ];
  parts.push(
    facts
      .filter((fact) => fact !== '')
      .map((fact) => fact + '\n')
      .join('') +
      contentText(version.content, version.text, '', style) +
      (version.content ? pointersText(version.content, style) : ''),
  );
  if (version.text === null && word.mark === '†') {
    parts.push(`What it said while it stood: perdure history ${quote(post.uri)}\n`);
  }
  if (shown.snapshot) {
    parts.push(
      paint.dim(`${plural(version.observations, 'witness', 'witnesses')}, snapshot ${shown.snapshot.digest}`) + '\n',
    );
  }
  return parts.join('\n');
}
