import { describe, expect, it } from '@jest/globals';
import { paintOf } from './print.js';
import { table, type Column } from './table.js';

interface Row {
  readonly name: string;
  readonly posts: number;
}

const COLUMNS: readonly Column<Row>[] = [
  { head: 'NAME', cell: ({ name }) => name, shrinks: true, least: 6 },
  { head: 'POSTS', cell: ({ posts }) => String(posts), align: 'right' },
];
const ROWS: readonly Row[] = [
  { name: 'witnesses of December', posts: 1200 },
  { name: 'شهود كانون', posts: 3 },
  { name: '\u001b[31mred\n', posts: 44 },
  { name: '明日', posts: 5 },
];
const plain = paintOf({ color: false });

describe('table', () => {
  it('aligns by columns, isolates and escapes', () => {
    expect(table(ROWS, COLUMNS, 80, plain)).toBe(
      'NAME                   POSTS\n' +
        'witnesses of December   1200\n' +
        '\u2068شهود كانون\u2069                 3\n' +
        '\\x1b[31mred ↵             44\n' +
        '明日                       5\n',
    );
  });

  it('shrinks what may shrink', () => {
    expect(table(ROWS, COLUMNS, 18, plain)).toBe(
      'NAME         POSTS\n' +
        'witnesses…    1200\n' +
        '\u2068شهود كانون\u2069       3\n' +
        '\\x1b[31mre…     44\n' +
        '明日             5\n',
    );
  });

  it('stacks where there is no room for columns', () => {
    expect(table(ROWS.slice(0, 2), COLUMNS, 10, plain)).toBe(
      'NAME   witness…\n' + 'POSTS  1200\n' + '\n' + 'NAME   \u2068شهود كا…\u2069\n' + 'POSTS  3\n',
    );
  });

  it('colours without disturbing the columns', () => {
    const columns: readonly Column<Row>[] = [{ ...COLUMNS[0]!, tint: (text) => `<${text}>` }, COLUMNS[1]!];
    expect(table(ROWS.slice(3), columns, 80, plain)).toBe('NAME  POSTS\n<明日>      5\n');
  });
});
