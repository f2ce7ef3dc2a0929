/** What changed between two texts, word by word: a longest common subsequence over words and the gaps between them. */
export interface Piece {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** The table has one cell for every pair of words; beyond this many cells the texts are shown whole instead. */
const MAX_CELLS = 1_000_000;

/** Undefined when the texts are too long to be compared like this. */
export function differences(before: string, after: string): readonly Piece[] | undefined {
  const [a, b] = [tokens(before), tokens(after)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const middle = between(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  if (!middle) return undefined;
  return merge([...a.slice(0, head).map(same), ...middle, ...a.slice(a.length - tail).map(same)]);
}

const same = (text: string): Piece => ({ kind: 'same', text });

/** Words, and what stands between them, each a token of its own. */
function tokens(text: string): string[] {
  return text.match(/[\p{L}\p{M}\p{N}_]+|\s+|[^\p{L}\p{M}\p{N}_\s]/gu) ?? [];
}

function between(a: readonly string[], b: readonly string[]): Piece[] | undefined {
  const width = b.length + 1;
  if ((a.length + 1) * width > MAX_CELLS) return undefined;
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] =
        a[i] === b[j]
          ? common[(i + 1) * width + j + 1]! + 1
          : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
    }
  }
  const pieces: Piece[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      pieces.push(same(a[i]!));
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && common[(i + 1) * width + j]! >= common[i * width + j + 1]!)) {
      pieces.push({ kind: 'removed', text: a[i++]! });
    } else {
      pieces.push({ kind: 'added', text: b[j++]! });
    }
  }
  return pieces;
}

function merge(pieces: readonly Piece[]): Piece[] {
  const out: Piece[] = [];
  for (const piece of pieces) {
    const last = out[out.length - 1];
    if (last?.kind === piece.kind) out[out.length - 1] = { kind: last.kind, text: last.text + piece.text };
    else out.push(piece);
  }
  return out;
}
