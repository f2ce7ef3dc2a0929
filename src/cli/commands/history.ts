import type { Command } from 'commander';
import type { Content, Profile } from '../../core/content.js';
import { POST_LAW, PROFILE_LAW } from '../../core/timeline.js';
import {
  actorHistory,
  history,
  locatorsOf,
  type ActorHistory,
  type MediaView,
  type PostHistory,
  type ProfileVersionView,
  type ReferenceView,
  type VersionView,
} from '../../read/index.js';
import { withReader } from '../context.js';
import { diffText } from '../diff.js';
import type { CliIo } from '../io.js';
import { contentText, countsText, headOfPost, type Style } from '../posts.js';
import { clean, jsonText, paintOf, plural, quote } from '../print.js';
import { spanText, timeText } from '../times.js';
import { OUTCOME_WORDS, unknown } from '../words.js';

export function register(program: Command, io: CliIo): void {
  program
    .command('history')
    .description('all versions of a post, or of an account’s profile, oldest first')
    .argument('<post-or-actor-url>', 'any address that it is known by; an account also by @handle')
    .option('--json', 'one JSON document on stdout')
    .action((text: string, flags: { json?: boolean }) => run(io, text, flags.json === true));
}

function run(io: CliIo, text: string, json: boolean): Promise<void> {
  return withReader(io, async (archive) => {
    const style = { width: io.width, paint: paintOf(io) };
    // An @handle is never a post.
    const post = text.startsWith('@') ? undefined : await history(archive.pool, locatorsOf(archive.sources), text);
    if (post && (post.versions.length > 0 || post.observations.length > 0)) {
      return io.out(json ? jsonText(post) : historyText(post, style));
    }
    const actor = await actorHistory(archive.pool, text);
    if (!actor) return unknown(io, archive, text, true);
    io.out(json ? jsonText(actor) : actorText(actor, style));
  });
}

const INDENT = '    ';

export function historyText(found: PostHistory, style: Style): string {
  const { post, versions, observations, referencedBy } = found;
  const { paint } = style;
  const parts = [
    headOfPost(post, { observations: observations.length }, style),
    incompleteText(found.incomplete, style),
    ...versions.map((version, i) => postVersionText(versions, i, style)),
    factsText(found, style),
  ];
  const referrers = countsText(referencedBy.counts);
  if (referrers !== '') {
    parts.push(`${paint.dim('pointed at by')} ${referrers}${referencedBy.countsAreLowerBounds ? ' or more' : ''}\n`);
  }
  parts.push(alternativesText(found.alternatives, style));
  return parts.filter((part) => part !== '').join('\n');
}

function postVersionText(versions: readonly VersionView[], index: number, style: Style): string {
  const version = versions[index]!;
  const earlier = versions.slice(0, index).findLast(({ name, text }) => name !== null || text !== null);
  return (
    versionHead(versions, index, style) +
    contentText(version.content, version.text, INDENT, style) +
    changeText(earlier, version, style)
  );
}

/** What it differs in from the last version that said anything. */
function changeText(before: VersionView | undefined, after: VersionView, { paint }: Style): string {
  if (!before || after.outcome !== 'present') return '';
  const words = WORDS.flatMap(([field, label]) => {
    const [was, is] = [before[field], after[field]];
    if (was === null || is === null || was === is) return [];
    return [{ field, line: `${INDENT}${paint.dim(label)} ${diffText(was, is, paint)}\n` }];
  });
  const told = words.map(({ field }): string => field);
  const others = changedFields(before.content, after.content).filter((field) => !told.includes(field));
  return (
    words.map(({ line }) => line).join('') +
    (others.length > 0 ? `${INDENT}${paint.dim('also changed:')} ${others.join(', ')}\n` : '')
  );
}

/** What is compared word by word. */
const WORDS = [
  ['name', 'title changed:'],
  ['text', 'changed:'],
] as const;

/** The platform's own times are said above; on X an edit has a time of publication of its own. */
const TIMES = ['published', 'updated'];

function changedFields(before: Content | undefined, after: Content | undefined): readonly string[] {
  return before && after ? POST_LAW.disagreements(before, after).filter((field) => !TIMES.includes(field)) : [];
}

type AnyVersion = VersionView | ProfileVersionView;

/** `2 ● present, edited   2024-06-09 16:20:07.951Z`, and what is known of how long it stood. */
function versionHead(versions: readonly AnyVersion[], index: number, { paint }: Style): string {
  const version = versions[index]!;
  const word = OUTCOME_WORDS[version.outcome];
  const seen = spanText(version.from, version.to, version.times, ['from', 'to']);
  const title = `${word.mark} ${word.text}${storyOf(versions, index)}`;
  const lines = [
    `${paint.bold(String(index + 1).padStart(2))}  ${paint[word.tint](title)}${seen === '' ? '' : `  seen ${seen}`}`,
  ];
  const add = (text: string): void => void lines.push(INDENT + text);

  const { claimedFrom, claimedTo, times, conflicting, disputedBy } = version;
  if (claimedFrom !== undefined || claimedTo !== undefined) {
    const from = claimedFrom === undefined ? '' : ` from ${timeText(claimedFrom, times, 'claimedFrom')}`;
    const to = claimedTo === undefined ? '' : ` until ${timeText(claimedTo, times, 'claimedTo')}`;
    add(paint.dim(`the platform says:${from}${to}`));
  }
  if (word.mark === '†') add(paint.red(windowText(versions, index)));
  if (version.conflict) {
    const fields = conflicting && conflicting.length > 0 ? `: ${conflicting.join(', ')}` : '';
    const disputes =
      disputedBy && disputedBy.length > 0 ? `, ${plural(disputedBy.length, 'observation')} against it` : '';
    add(paint.yellow(`! conflict${fields}${disputes}; nothing says which is right, both are kept`));
  }
  if (version.observations > 0)
    add(paint.dim(`${plural(version.observations, 'witness', 'witnesses')}${snapshotsText(version)}`));
  return lines.map((line) => line + '\n').join('');
}

function snapshotsText({ snapshot, snapshots }: AnyVersion): string {
  if (snapshot === null) return '';
  return snapshots.length > 1
    ? ` in ${plural(snapshots.length, 'rendering')}, the richest ${snapshot}`
    : ` ${snapshot}`;
}

/** How it follows on the version before. */
function storyOf(versions: readonly AnyVersion[], index: number): string {
  const { outcome } = versions[index]!;
  const before = versions[index - 1];
  if (outcome !== 'present' || !before) return '';
  return before.outcome === 'present' || before.outcome === 'notCaptured' ? ', changed' : ', again';
}

/** A removal has a window: it happened after the last look that saw it and before the first that did not. */
function windowText(versions: readonly AnyVersion[], index: number): string {
  const gone = versions[index]!;
  const last = versions.slice(0, index).findLast(({ outcome, to }) => outcome === 'present' && to !== null);
  const until = gone.from === null ? '' : `first found so ${timeText(gone.from, gone.times, 'from')}`;
  const since = last?.to ? `last seen standing ${timeText(last.to, last.times, 'to')}` : 'never seen standing';
  const confirmed =
    gone.observations > 1 && gone.to !== null && gone.to !== gone.from
      ? `found so again ${timeText(gone.to, gone.times, 'to')}`
      : gone.claimedFrom === undefined
        ? 'looked at once only: not confirmed'
        : '';
  return [since, until, confirmed].filter((part) => part !== '').join(', ');
}

function factsText({ references, media, links }: PostHistory, { paint }: Style): string {
  const lines = [
    ...references.map((reference) => referenceText(reference, paint.dim)),
    ...media.map((file) => mediaText(file, paint)),
    ...links
      .filter(({ kind }) => kind === 'probablySame')
      .map(
        ({ to, reason }) =>
          `${paint.dim('perhaps the same as')} ${quote(to)}${reason === undefined ? '' : ` (${clean(reason)})`}`,
      ),
  ];
  return lines.map((line) => line + '\n').join('');
}

const REFERENCE_WORDS: Readonly<Record<ReferenceView['kind'], string>> = {
  reply: 'replies to',
  quote: 'quotes',
  repost: 'reposts',
  like: 'likes',
  bookmark: 'bookmarks',
};

function referenceText({ kind, uri, captured }: ReferenceView, dim: (text: string) => string): string {
  return `${dim(REFERENCE_WORDS[kind])} ${quote(uri)}${captured ? '' : dim(' (never captured)')}`;
}

function mediaText({ file, digest, missing }: MediaView, paint: Style['paint']): string {
  if (missing) return `${paint.yellow('missing file')} ${quote(file)}`;
  return `${paint.dim('file')} ${quote(file)}${digest === null ? '' : paint.dim(` ${digest}`)}`;
}

function incompleteText(incomplete: boolean | undefined, { paint }: Style): string {
  return incomplete
    ? paint.yellow('! There are more observations than are read at once: versions may be missing.') + '\n'
    : '';
}

function alternativesText(alternatives: readonly string[], { paint }: Style): string {
  if (alternatives.length === 0) return '';
  return (
    [`${paint.dim('The same address may also mean:')}`, ...alternatives.map((uri) => `  ${quote(uri)}`)].join('\n') +
    '\n'
  );
}

// ── accounts ────────────────────────────────────────────────────────────────────────────────────────────────────────

export function actorText(found: ActorHistory, style: Style): string {
  const { actor, versions, observations } = found;
  const { paint } = style;
  const seen = spanText(actor.firstObservedAt, actor.lastObservedAt, actor.times, [
    'firstObservedAt',
    'lastObservedAt',
  ]);
  const posts = `${plural(actor.posts, 'post')}${actor.postsIsLowerBound ? ' or more' : ''}`;
  // One for each record that says the same in the same file.
  const looks = observations.reduce((sum, { records }) => sum + (records ?? 1), 0);
  const head =
    `${paint.bold(quote(actor.uri))}\n` +
    `${actor.source} · ${posts} · ${plural(looks, 'observation')}${seen === '' ? '' : `, seen ${seen}`}\n`;
  const parts = [
    head,
    incompleteText(found.incomplete, style),
    ...versions.map((version, i) => versionHead(versions, i, style) + profileText(version, versions[i - 1], style)),
    alternativesText(found.alternatives, style),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function profileText(version: ProfileVersionView, before: ProfileVersionView | undefined, { paint }: Style): string {
  const profile: Profile = version.content ?? {};
  const lines: string[] = [];
  const fact = (label: string, value: string | null | undefined): void => {
    if (value !== null && value !== undefined && value !== '')
      lines.push(`${INDENT}${paint.dim(label)} ${quote(value)}\n`);
  };
  fact('handle', version.handle && `@${version.handle.replace(/^@/, '')}`);
  fact('name', version.name);
  fact('about', profile.summary);
  fact('place', profile.location);
  fact('link', profile.url);
  if (profile.status !== 'active') fact('the platform says', profile.status);
  if (before?.content && version.content) {
    const fields = PROFILE_LAW.disagreements(before.content, version.content);
    if (fields.length > 0) lines.push(`${INDENT}${paint.dim('changed:')} ${fields.join(', ')}\n`);
    const [old, now] = [before.content.summary, version.content.summary];
    if (old !== undefined && now !== undefined && old !== now) lines.push(`${INDENT}  ${diffText(old, now, paint)}\n`);
  }
  return lines.join('');
}
