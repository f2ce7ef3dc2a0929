/** The archive's words, as the command says them; and what it says when it knows nothing. */
import { UsageError } from '../core/errors.js';
import type { Outcome } from '../core/reading.js';
import { locate, locatorsOf, type ActorLabel } from '../read/index.js';
import type { ReaderArchive } from './context.js';
import { CliExit, type CliIo } from './io.js';
import { quote, type Paint } from './print.js';

interface Word {
  readonly mark: string;
  readonly text: string;
  readonly tint: keyof Paint;
}

/** A mark that can be told without colours, and a word. */
export const OUTCOME_WORDS: Readonly<Record<Outcome, Word>> = {
  present: { mark: '●', text: 'present', tint: 'green' },
  deleted: { mark: '†', text: 'deleted', tint: 'red' },
  notFound: { mark: '†', text: 'not found', tint: 'red' },
  forbidden: { mark: '†', text: 'not shown (protected or withheld)', tint: 'red' },
  suspended: { mark: '†', text: 'account suspended', tint: 'red' },
  deactivated: { mark: '†', text: 'account deactivated', tint: 'red' },
  unreachable: { mark: '?', text: 'could not be reached', tint: 'yellow' },
  omitted: { mark: '?', text: 'left out of an answer', tint: 'yellow' },
  notCaptured: { mark: '○', text: 'claimed by the platform, never captured', tint: 'yellow' },
};

/** `Name @handle`, as much of it as is known. */
export function authorText(author: ActorLabel | null): string {
  if (!author) return 'author unknown';
  const handle = author.handle === null ? '' : quote(`@${author.handle.replace(/^@/, '')}`);
  const name = author.name === null ? '' : quote(author.name);
  return [name, handle].filter((part) => part !== '').join(' ') || quote(author.uri ?? 'author unknown');
}

/** The nearest of some words, when it is near enough to be meant. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3));
  const found = candidates
    .map((candidate) => ({ candidate, distance: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter((entry) => entry.distance <= limit)
    .sort((a, b) => a.distance - b.distance);
  return found[0]?.candidate;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}

/** Words separated by commas, each one of `allowed`. */
export function listOption<T extends string>(option: string, text: string, allowed: readonly T[]): T[] {
  return text.split(',').map((part) => {
    const word = part.trim();
    const found = allowed.find((candidate) => candidate === word);
    if (found !== undefined) return found;
    const meant = nearest(word, allowed);
    throw new UsageError(
      `${option} ${JSON.stringify(word)}: ${meant === undefined ? `must be one or more of ${allowed.join(',')}` : `did you mean ${meant}?`}`,
    );
  });
}

export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${option} ${JSON.stringify(text)}: must be a whole number from ${least} to ${most}`);
}

/**
 * Says that a post (or, with `actors`, an account) is not known, what was looked for, and what might help.
 * Always throws: exit code 1.
 */
export async function unknown(io: CliIo, archive: ReaderArchive, text: string, actors: boolean): Promise<never> {
  const locators = locatorsOf(archive.sources);
  const spellings = new Set([text, ...locators.flatMap((locator) => locator(text) ?? [])]);
  const [stub] = await locate(archive.pool, locators, text);
  const what = actors ? 'post or account' : 'post';
  io.err(
    stub
      ? `perdure: ${quote(stub.uri)} was never captured: other posts of the archive point at it\n`
      : `perdure: no ${what} is known as ${quote(text)}\n`,
  );
  if (spellings.size > 1) io.err(`  looked for: ${[...spellings].map(quote).join(', ')}\n`);
  if (!stub) io.err(`  ${hintFor(text, actors)}\n`);
  throw new CliExit(1);
}

function hintFor(text: string, actors: boolean): string {
  if (/^\d{5,20}$/.test(text)) return `An id alone names no platform: for X, try https://x.com/i/status/${text}`;
  if (/^@\w+/.test(text) && !actors)
    return 'That is an account; this command needs the address of a post. Try: perdure history or perdure search --author';
  if (/^[\w.-]+\.[a-z]{2,}\//i.test(text)) return `An address begins with https://; try https://${text}`;
  if (/\s/.test(text.trim())) return 'That looks like words; try: perdure search';
  return 'Its account or export may not be archived here. Try: perdure search, or perdure accessions for what was handed in';
}
