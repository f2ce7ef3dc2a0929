/** Tables that fit the terminal: columns side by side, or, where it is too narrow for that, one row under the other. */
import { clean, cut, isolate, padding, widthOf, type Paint } from './print.js';

export interface Column<Row> {
  readonly head: string;
  /** A cell as data: cleaned, cut and isolated here. */
  cell(row: Row): string;
  readonly align?: 'left' | 'right';
  /** Shrinks when there is no room, down to `least` columns. The others keep their width. */
  readonly shrinks?: boolean;
  readonly least?: number;
  /** Left out where there is no room, the last such column first. */
  readonly spare?: boolean;
  /** Colours the finished cell. */
  tint?(text: string, row: Row): string;
}

const GAP = '  ';
const LEAST = 12;

/** @param note what is to be read whole, under its row */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width: number,
  paint: Paint,
  note: (row: Row) => string | undefined = () => undefined,
): string {
  const cells = rows.map((row) => columns.map((column) => clean(column.cell(row))));
  const widths = fit(columns, cells, width);
  if (!widths) {
    const spare = columns.findLastIndex((column) => column.spare);
    return spare < 0
      ? stacked(rows, columns, cells, width, paint, note)
      : table(rows, [...columns.slice(0, spare), ...columns.slice(spare + 1)], width, paint, note);
  }
  const heads = columns.map((column, i) => place(column.head, widths[i]!, column, i === columns.length - 1));
  const lines = cells.map((row, r) =>
    row.map((cell, i) => {
      const column = columns[i]!;
      return place(cell, widths[i]!, column, i === columns.length - 1, (text) => column.tint?.(text, rows[r]!) ?? text);
    }),
  );
  const text = (line: readonly string[]): string => line.join(GAP).trimEnd() + '\n';
  return text(heads.map(paint.bold)) + lines.map((line, r) => text(line) + noteText(note(rows[r]!))).join('');
}

function noteText(note: string | undefined): string {
  return note === undefined ? '' : `    ${isolate(clean(note))}\n`;
}

/** The width of each column; undefined when they do not fit side by side. */
function fit<Row>(
  columns: readonly Column<Row>[],
  cells: readonly (readonly string[])[],
  width: number,
): number[] | undefined {
  const natural = columns.map(({ head }, i) => Math.max(widthOf(head), ...cells.map((row) => widthOf(row[i]!))));
  const least = columns.map(({ head, shrinks, least }, i) =>
    shrinks ? Math.min(natural[i]!, Math.max(widthOf(head), least ?? LEAST)) : natural[i]!,
  );
  const room = width - GAP.length * (columns.length - 1);
  let excess = sum(natural) - room;
  if (excess <= 0) return natural;
  if (sum(least) > room) return undefined;
  const widths = [...natural];
  while (excess > 0) {
    // The widest gives way first, so that two long columns end up alike.
    const candidates = widths.map((_, i) => i).filter((i) => widths[i]! > least[i]!);
    const widest = candidates.reduce((a, b) => (widths[b]! > widths[a]! ? b : a));
    widths[widest]!--;
    excess--;
  }
  return widths;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}

function place<Row>(
  cell: string,
  width: number,
  { align }: Column<Row>,
  isLast: boolean,
  tint = (text: string) => text,
): string {
  const shown = cut(cell, width);
  const space = padding(shown, width);
  const text = tint(isolate(shown));
  return align === 'right' ? space + text : isLast ? text : text + space;
}

function stacked<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  cells: readonly (readonly string[])[],
  width: number,
  paint: Paint,
  note: (row: Row) => string | undefined,
): string {
  const label = Math.max(...columns.map(({ head }) => widthOf(head)));
  return rows
    .map((row, r) =>
      columns
        .map((column, i) => {
          const cell = cells[r]![i]!;
          if (cell === '') return '';
          const text = isolate(cut(cell, Math.max(8, width - label - GAP.length)));
          return (
            paint.bold(column.head) + padding(column.head, label) + GAP + (column.tint?.(text, row) ?? text) + '\n'
          );
        })
        .join('')
        .concat(noteText(note(row))),
    )
    .join('\n');
}
