/** What came of an import, for people. */
import type { DryRun, DryRunPost } from '../pipeline/dry-run.js';
import type { AccessionSummary } from '../read/index.js';
import type { CliIo } from './io.js';
import { clean } from './print.js';

const count = (n: number): string => n.toLocaleString('en');

export function printSummary(io: CliIo, summary: AccessionSummary): void {
  const { status } = summary;
  const isDone = status === 'complete' && summary.rejected === 0;
  const mark = isDone ? '✓' : status === 'complete' || status === 'sealed' ? '!' : '✗';
  const what = summary.source === null ? 'not recognised' : `${summary.format ?? summary.source}`;
  io.out(
    `${mark} ${clean(summary.path)} (${what}) → collection ${clean(summary.collection)}, ${summary.seconds.toFixed(1)} s\n`,
  );
  if (status !== 'complete' && summary.problem !== null) io.out(`    ${clean(summary.problem)}\n`);
  if (summary.read > 0) {
    io.out(
      `    read ${count(summary.read)} = new ${count(summary.new)} + duplicate ${count(summary.duplicate)} + rejected ${count(summary.rejected)}\n`,
    );
    io.out(
      `    ${count(summary.newPosts)} new posts, ${count(summary.newSnapshots)} new snapshots, ${count(summary.newActors)} new actors\n`,
    );
    const seen = Object.entries(summary.visibility).filter(([, n]) => n > 0);
    if (seen.length > 0) io.out(`    visibility: ${seen.map(([key, n]) => `${key} ${count(n)}`).join(', ')}\n`);
    if (summary.observedFrom !== null) {
      const until =
        summary.observedTo !== null && summary.observedTo !== summary.observedFrom ? ` … ${summary.observedTo}` : '';
      io.out(`    seen at ${summary.observedFrom}${until} (basis: ${summary.observedAtBasis ?? 'unknown'})\n`);
    }
  }
  const { media, sealed, warnings } = summary;
  if (media.stored + media.missing > 0)
    io.out(`    media: ${count(media.stored)} kept, ${count(media.missing)} missing\n`);
  if (sealed.length > 0) io.out(`    sealed, not read: ${sealed.map(clean).join(', ')} (--include opens them)\n`);
  for (const warning of warnings) io.out(`    note: ${clean(warning)}\n`);
  if (summary.rejected > 0) {
    const reasons = Object.entries(summary.rejectReasons).map(([reason, n]) => `${reason} ${count(n)}`);
    io.out(`    rejected: ${reasons.join(', ')} — see: perdure rejects ${summary.id}\n`);
  }
}

export function printDryRun(io: CliIo, run: DryRun): void {
  io.out(`${clean(run.path)}: nothing was stored\n`);
  if (run.problem !== null) io.out(`    ${clean(run.problem)}\n`);
  for (const member of run.members) {
    const what =
      member.format === null
        ? 'not recognised'
        : `${member.format}, ${Math.round((member.confidence ?? 0) * 100)} % sure`;
    io.out(`  ${clean(member.path)}: ${member.role} (${what}${member.why === null ? '' : `: ${clean(member.why)}`})\n`);
    if (member.read === 0) continue;
    io.out(
      `      ${count(member.records)} records, would read ${count(member.read)} = new ${count(member.new)} + duplicate ${count(member.duplicate)} + rejected ${count(member.rejected)}\n`,
    );
    const reasons = Object.entries(member.rejectReasons).map(([reason, n]) => `${reason} ${count(n)}`);
    if (reasons.length > 0) io.out(`      rejected: ${reasons.join(', ')}\n`);
  }
  if (run.posts.length > 0) io.out(`  the first ${run.posts.length} as they would be:\n`);
  for (const post of run.posts) printDryPost(io, post);
  for (const warning of run.warnings) io.out(`    note: ${clean(warning)}\n`);
}

/** What is not public is not put on a screen that others may see. */
function printDryPost(io: CliIo, { post, outcome, observedAt, content, losses }: DryRunPost): void {
  const visibility = content?.visibility ?? 'unknown';
  const shown = visibility === 'public' || visibility === 'unlisted' || visibility === 'unknown';
  const words = [content?.name, content?.text].filter((part) => part !== undefined && part !== '').join(' — ');
  const text = shown ? clean(words.replaceAll(/\s+/g, ' ')).slice(0, 120) : 'not shown here';
  const author = content?.attributedTo ?? 'author unknown';
  const what = outcome === 'present' ? visibility : outcome;
  io.out(`      ${content?.published?.at ?? 'no time'}  ${clean(author)}  (${what}, seen ${observedAt})\n`);
  io.out(`          ${text === '' ? '(no words)' : text}\n          ${clean(post)}\n`);
  for (const loss of losses) io.out(`          lost: ${clean(loss)}\n`);
}
