import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Rejection } from '../../core/errors.js';
import type { RecordRange } from '../source.js';
import { headerOf, parseRow, requireWidth, rowReader, splitCsv, type CsvOptions, type Dialect } from './csv.js';

async function* chunked(bytes: Uint8Array, size = bytes.length || 1): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

async function ranges(text: string | Uint8Array, size?: number, dialect?: Partial<Dialect>, options?: CsvOptions) {
  const found: RecordRange[] = [];
  for await (const range of splitCsv(chunked(Buffer.from(text), size), dialect, options)) found.push(range);
  return found;
}

async function rows(text: string, size?: number, dialect?: Partial<Dialect>): Promise<string[][]> {
  const bytes = Buffer.from(text);
  const header = headerOf(bytes.subarray(0, 65_536), dialect);
  return (await ranges(text, size, dialect)).map(({ offset, length }) =>
    parseRow(bytes.subarray(offset, offset + length), header.dialect),
  );
}

function write(table: readonly (readonly string[])[], delimiter: string, newline: string): string {
  const cell = (value: string) =>
    /["\r\n]/.test(value) || value.includes(delimiter) ? `"${value.replaceAll('"', '""')}"` : value;
  return table.map((row) => row.map(cell).join(delimiter) + newline).join('');
}

describe('splitCsv and parseRow', () => {
  it('give back whatever a writer wrote, in any dialect and any chunking', async () => {
    const cell = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\t', '|', '\n', '\r', '\\', 'ش', '🌱', ' ', '\0') }),
      fc.string(),
    );
    // A row of one empty cell is a blank line, which states nothing; the header's names tell the delimiter.
    const table = fc.integer({ min: 2, max: 5 }).chain((width) =>
      fc.record({
        header: fc.uniqueArray(fc.stringMatching(/^[a-z]{3,8}$/), { minLength: width, maxLength: width }),
        body: fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 8 }),
      }),
    );
    const delimiter = fc.constantFrom(',', ';', '\t', '|');
    const newline = fc.constantFrom('\n', '\r\n');
    await fc.assert(
      fc.asyncProperty(table, delimiter, newline, fc.integer({ min: 1, max: 40 }), async (t, d, n, size) => {
        expect(await rows(write([t.header, ...t.body], d, n), size, { delimiter: d })).toEqual(t.body);
      }),
      { numRuns: 300 },
    );
  });

  it('finds the delimiter by itself', () => {
    expect(headerOf(Buffer.from('id;text\n1;"a, b, c"\n2;d\n'))).toMatchObject({ names: ['id', 'text'], end: 8 });
    expect(headerOf(Buffer.from('id\ttext\n1\ta, b, c\n')).dialect.delimiter).toBe('\t');
    expect(headerOf(Buffer.from('id|text\n1|a;b\n')).dialect.delimiter).toBe('|');
    expect(headerOf(Buffer.from('text\nhello; world, and all\n'))).toMatchObject({ names: ['text'] });
    expect(headerOf(Buffer.from('sep=;\r\na,b;c\r\n1;2\r\n'))).toMatchObject({ names: ['a,b', 'c'], end: 14 });
  });

  it('passes over a byte order mark, blank lines and a missing last line break', async () => {
    expect(await rows('\ufeffid,text\r\n\r\n1,a\r\n  \r\n\r\n2,b')).toEqual([
      ['1', 'a'],
      ['2', 'b'],
    ]);
    expect(headerOf(Buffer.from('\ufeff"id",text\n')).names).toEqual(['id', 'text']);
  });

  it('reads the line breaks of the old Macintosh, and leaves a lone carriage return in other files alone', async () => {
    expect(await rows('id,text\r1,a\r2,"b\rc"\r')).toEqual([
      ['1', 'a'],
      ['2', 'b\rc'],
    ]);
    expect(await rows('id,text\n1,a\rb\r\n')).toEqual([['1', 'a\rb']]);
  });

  it('takes a quote inside a field as text, and formulas and NULs as they are', async () => {
    expect(await rows('id,text\n1,say "hi"\n2,=SUM(A1)\n3,a\0b\n')).toEqual([
      ['1', 'say "hi"'],
      ['2', '=SUM(A1)'],
      ['3', 'a\0b'],
    ]);
  });

  it('reads quotes escaped by a backslash where the dialect says so', async () => {
    const dialect = { escape: 'backslash' } as const;
    for (const size of [1, 7, 1_000]) {
      expect(await rows('id,text\n1,"say \\"hi\\", ""you"" \\\\"\n2,"a\\nb"\n', size, dialect)).toEqual([
        ['1', 'say "hi", "you" \\'],
        ['2', 'a\\nb'],
      ]);
    }
  });

  it('reads bare quotes where the dialect is lazy, and says where they stand where it is not', async () => {
    const table = 'id,text\n1,"say "hi" to me"\n2,b\n';
    expect(await rows(table, 3, { lazyQuotes: true })).toEqual([
      ['1', 'say "hi" to me'],
      ['2', 'b'],
    ]);
    await expect(rows(table)).rejects.toThrow(
      'after the closing quote of field 2 stands "hi\\" to me\\"", no delimiter',
    );
  });

  it('refuses a quote that is never closed, and says where it stands and what it swallows', async () => {
    const table = 'id,text\n1,a\n2,"b\n3,c\n4,d\n';
    for (const size of [1, 5, 1_000]) {
      const [first, second, ...more] = await ranges(table, size);
      expect(first).toEqual({ offset: 8, length: 3 });
      expect(second).toMatchObject({ offset: 12, length: 13, refused: { reason: 'truncated' } });
      expect(second!.refused!.detail).toContain(
        'the quote at byte 14 of the file is never closed: it takes in all 3 line breaks',
      );
      expect(more).toEqual([]);
    }
  });

  it('refuses a row that is too long, and goes on', async () => {
    const found = await ranges(`id,text\n1,"${'x\n'.repeat(50)}"\n2,b\n`, 16, {}, { maxRow: 40 });
    expect(found.map((range) => range.refused?.reason)).toEqual(['too-large', undefined]);
  });

  it('refuses a line far above the limit without holding it', async () => {
    const block = Buffer.alloc(1024 * 1024, 'x","');
    async function* endless(): AsyncGenerator<Uint8Array> {
      await Promise.resolve();
      yield Buffer.from('id,text\n1,"');
      for (let i = 0; i < 200; i++) yield block;
      yield Buffer.from('"\n2,b\n');
    }
    let peak = 0;
    async function* watched(): AsyncGenerator<Uint8Array> {
      for await (const chunk of endless()) {
        peak = Math.max(peak, process.memoryUsage.rss());
        yield chunk;
      }
    }
    const before = process.memoryUsage.rss();
    const found: RecordRange[] = [];
    for await (const range of splitCsv(watched())) found.push(range);
    expect(found.map((range) => range.refused?.reason)).toEqual(['too-large', undefined]);
    expect(peak - before).toBeLessThan(60 * 1024 * 1024);
  }, 60_000);
});

describe('headerOf', () => {
  const refusal = (bytes: Uint8Array) => {
    try {
      headerOf(bytes);
    } catch (error) {
      return (error as Rejection).reason;
    }
    return undefined;
  };

  it('refuses what holds no header row', () => {
    expect(refusal(Buffer.from(''))).toBe('empty');
    expect(refusal(Buffer.from('\ufeff\r\n\n'))).toBe('empty');
    expect(refusal(Buffer.alloc(65_536, 'x'))).toBe('too-large');
    expect(refusal(Buffer.from('id,"text\n1,2\n'))).toBe('truncated');
  });

  it('refuses UTF-16 and bytes that are no UTF-8', () => {
    const wide = Buffer.from('id,text\n1,a\n', 'utf16le');
    expect(refusal(Buffer.concat([Buffer.from([0xff, 0xfe]), wide]))).toBe('invalid-encoding');
    expect(refusal(wide)).toBe('invalid-encoding');
    expect(refusal(Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(wide).swap16()]))).toBe('invalid-encoding');
    expect(refusal(Buffer.from('id,t\xe9xt\n', 'latin1'))).toBe('invalid-encoding');
  });
});

describe('rowReader', () => {
  it('reads by name; a name that stands twice keeps its first column', () => {
    const head = Buffer.from('id,text,text\n1,a,b\n');
    const read = rowReader(head);
    expect(rowReader(head)).toBe(read);
    expect({ ...read(Buffer.from('1,a,b')).of }).toEqual({ id: '1', text: 'a', 'text#2': 'b' });
  });

  it('leaves out what a short row does not have, and lets a reader insist on the width', () => {
    const read = rowReader(Buffer.from('id,text,__proto__\n'));
    const short = read(Buffer.from('1,a'));
    expect('__proto__' in short.of).toBe(false);
    expect(read(Buffer.from('1,a,b')).of['__proto__']).toBe('b');
    expect(() => requireWidth(short)).toThrow('the row has 2 fields, the header 3');
    expect(read(Buffer.from('1,a,b,c')).cells).toHaveLength(4);
  });
});
