/** What changed from one version of a text to the next, word by word. */
import { clean, isolate, type Paint } from './print.js';

export interface Change {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** Beyond this many cells the table of the comparison costs more than it tells: the middle then counts as replaced. */
const MAX_CELLS = 4_000_000;

/** Words with the space behind them; everything that is no space belongs to a word. */
function wordsOf(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? [];
}

/** The longest common subsequence of words, after what both begin and end with. */
export function diffWords(before: string, after: string): Change[] {
  const [a, b] = [wordsOf(before), wordsOf(after)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const changes: Change[] = [
    { kind: 'same', text: a.slice(0, start).join('') },
    ...diffMiddle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    { kind: 'same', text: a.slice(a.length - end).join('') },
  ];
  return merged(changes);
}

function diffMiddle(a: readonly string[], b: readonly string[]): Change[] {
  if (a.length * b.length > MAX_CELLS) {
    return [
      { kind: 'removed', text: a.join('') },
      { kind: 'added', text: b.join('') },
    ];
  }
  // Words that differ only in the space behind them are the same word.
  const [x, y] = [a.map((word) => word.trimEnd()), b.map((word) => word.trimEnd())];
  const row = y.length + 1;
  const longest = new Uint32Array((x.length + 1) * row);
  for (let i = x.length - 1; i >= 0; i--) {
    for (let j = y.length - 1; j >= 0; j--) {
      longest[i * row + j] =
        x[i] === y[j]
          ? longest[(i + 1) * row + j + 1]! + 1
          : Math.max(longest[(i + 1) * row + j]!, longest[i * row + j + 1]!);
    }
  }
  const changes: Change[] = [];
  let [i, j] = [0, 0];
  while (i < x.length || j < y.length) {
    if (i < x.length && j < y.length && x[i] === y[j]) {
      changes.push({ kind: 'same', text: b[j]! });
      i++;
      j++;
    } else if (i < x.length && (j === y.length || longest[(i + 1) * row + j]! >= longest[i * row + j + 1]!)) {
      changes.push({ kind: 'removed', text: a[i++]! });
    } else changes.push({ kind: 'added', text: b[j++]! });
  }
  return changes;
}

/** Neighbours of one kind become one; within a change, what was removed comes before what was added. */
function merged(changes: readonly Change[]): Change[] {
  const out: Change[] = [];
  let [removed, added] = ['', ''];
  const flush = (): void => {
    if (removed !== '') out.push({ kind: 'removed', text: removed });
    if (added !== '') out.push({ kind: 'added', text: added });
    [removed, added] = ['', ''];
  };
  for (const { kind, text } of changes) {
    if (text === '') continue;
    if (kind === 'removed') removed += text;
    else if (kind === 'added') added += text;
    else {
      flush();
      const last = out.at(-1);
      if (last?.kind === 'same') out[out.length - 1] = { kind, text: last.text + text };
      else out.push({ kind, text });
    }
  }
  flush();
  return out;
}

/** Words kept before and after a change. */
const CONTEXT = 5;

/** One line: `… a [-b-] {+c+} d …`, as `git diff --word-diff` writes it; on a terminal with colours as well. */
export function diffText(before: string, after: string, paint: Paint): string {
  const changes = diffWords(before, after);
  return changes
    .map(({ kind, text }, i) => {
      const line = clean(kind === 'same' ? context(text, i > 0, i < changes.length - 1) : text.trimEnd());
      if (kind === 'same') return isolate(line.trim());
      return kind === 'removed' ? paint.red(`[-${isolate(line)}-]`) : paint.green(`{+${isolate(line)}+}`);
    })
    .filter((part) => part !== '')
    .join(' ');
}

function context(text: string, hasBefore: boolean, hasAfter: boolean): string {
  const words = wordsOf(text);
  const most = (hasBefore ? CONTEXT : 0) + (hasAfter ? CONTEXT : 0);
  if (words.length <= most + 1) return text;
  const head = hasBefore ? words.slice(0, CONTEXT).join('') : '';
  const tail = hasAfter ? words.slice(-CONTEXT).join('') : '';
  return [head.trimEnd(), tail].join(' … ');
}
