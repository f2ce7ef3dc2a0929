/**
 * Which column of a Takeout table holds what. English headers are known by name. Google writes headers in the language
 * of the account and has moved columns (June 2024), so everything that has a form of its own is told by its cells.
 */
import { Rejection } from '../../core/errors.js';
import { headerOf, parseRow, type Dialect } from '../shared/csv.js';
import { RowScanner } from '../shared/csv-scanner.js';

export type Field =
  | 'comment'
  | 'chat'
  | 'post'
  | 'video'
  | 'channel'
  | 'time'
  | 'published'
  | 'price'
  | 'currency'
  | 'text'
  | 'title'
  | 'description'
  | 'privacy'
  | 'category'
  | 'state'
  | 'duration'
  | 'audio';

export type TableKind = 'comments' | 'chats' | 'posts' | 'videos';

export interface Layout {
  readonly kind: TableKind;
  readonly at: Readonly<Columns>;
  /** Columns that hold names of pictures, and keywords. */
  readonly images: readonly number[];
  readonly keywords: readonly number[];
  readonly columns: number;
  readonly dialect: Dialect;
  /** Files have been seen whose header was lost: where their first row lies. */
  readonly firstRow?: { readonly offset: number; readonly length: number };
}

const NAMES: Readonly<Record<string, Field>> = {
  'comment id': 'comment',
  'live chat id': 'chat',
  'post id': 'post',
  'video id': 'video',
  'channel id': 'channel',
  'comment create timestamp': 'time',
  'live chat create timestamp': 'time',
  'post create timestamp': 'time',
  'video create timestamp': 'time',
  'video publish timestamp': 'published',
  price: 'price',
  'currency code': 'currency',
  'comment text': 'text',
  'live chat text': 'text',
  'post text': 'text',
  'video title (original)': 'title',
  'video description (original)': 'description',
  privacy: 'privacy',
  'video category': 'category',
  'video state': 'state',
  'approx duration (ms)': 'duration',
  'video audio language': 'audio',
};
const LANGUAGE = /language|sprache|langue|idioma|lingua|taal|språk|dil|язык|мова|言語|语言|語言|언어|لغة|اللغة/i;
const TITLE = /title|titel|titre|título|titolo|tytuł|başlı|назва|タイトル|标题|標題|제목|عنوان/i;
const CHANNEL = /channel|kanal|chaîne|canal|チャンネル|频道|頻道|채널|القناة|канал/i;
const DESCRIPTION = /descri|beschreib|beschrijving|opis|açıklama|описан|опис|説明|说明|說明|설명|وصف/i;

const FORMS: Readonly<Record<string, (cell: string) => boolean>> = {
  comment: (cell) => /^(?:Ug[\w-]{18}AaABAg|z[0-9a-z]{2}[\w-]{10,40})(?:\.[\w-]+)?$/.test(cell),
  post: (cell) => /^Ug(?:k[\w-]{33}|[\w-]{18}AaABCQ)$/.test(cell),
  chat: (cell) => /^(?:Ug[\w-]{18}AaABD[\w-]+|C[gh][\w%=-]{20,})$/.test(cell),
  channel: (cell) => /^UC[\w-]{22}$/.test(cell),
  time: (cell) => /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(cell),
  text: (cell) => /^\{"(?:text|takeoutSegments)"/.test(cell),
  video: (cell) => /^[\w-]{11}$/.test(cell),
};

const layouts = new WeakMap<Uint8Array, Layout | null>();

/** The layout of the table that begins with `head`; undefined when it is no table of posts that is known. */
export function layoutOf(head: Uint8Array): Layout | undefined {
  let layout = layouts.get(head);
  if (layout === undefined) layouts.set(head, (layout = read(head)));
  return layout ?? undefined;
}

function read(head: Uint8Array): Layout | null {
  const { names, dialect, end } = headerOf(head);
  if (names.length < 3) return null;
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const headless = names.some((name) => FORMS['time']!(name)) && names.some((name) => FORMS['text']!(name));
  const rows = [...(headless ? [[...names]] : []), ...sampleRows(bytes, end, dialect, names.length)];
  const at: Columns = headless ? {} : byName(names);
  byForm(at, rows, names);
  const kind = kindOf(at);
  if (!kind) return null;
  const start = bytes[0] === 0xef ? 3 : 0;
  return {
    kind,
    at,
    images: columnsNamed(names, /image|bild|imag[eo]n|immagin|画像|图片|圖片|이미지|изображ|صورة/i),
    keywords: columnsNamed(names, /^(?:video )?tag \d+$/i),
    columns: names.length,
    dialect,
    ...(headless && { firstRow: { offset: start, length: rowLength(bytes, start, end) } }),
  };
}

function rowLength(bytes: Buffer, start: number, end: number): number {
  let last = end;
  while (last > start && (bytes[last - 1] === 0x0a || bytes[last - 1] === 0x0d)) last--;
  return last - start;
}

function columnsNamed(names: readonly string[], form: RegExp): number[] {
  return names.flatMap((name, index) => (form.test(name.trim()) ? [index] : []));
}

const SAMPLE = 50;

function sampleRows(bytes: Buffer, from: number, dialect: Dialect, columns: number): string[][] {
  const scanner = new RowScanner(dialect, bytes.length, from);
  scanner.push(bytes.subarray(from));
  if (bytes.length < 64 * 1024) scanner.end();
  const rows = scanner.take().filter((row) => !row.refused);
  return rows.slice(0, SAMPLE).flatMap((row) => {
    try {
      const cells = parseRow(bytes.subarray(row.offset, row.offset + row.length), dialect);
      return cells.length === columns ? [cells] : [];
    } catch (error) {
      if (error instanceof Rejection) return [];
      throw error;
    }
  });
}

type Columns = { [field in Field]?: number | undefined };

function byName(names: readonly string[]): Columns {
  const at: Columns = {};
  names.forEach((name, index) => {
    const field = NAMES[name.trim().toLowerCase()];
    if (field !== undefined) at[field] ??= index;
  });
  return at;
}

/** The first column of a form is the one: parents and thread roots stand behind the comment's own number. */
function byForm(at: Columns, rows: readonly (readonly string[])[], names: readonly string[]): void {
  const taken = new Set(Object.values(at));
  for (const [field, fits] of Object.entries(FORMS) as [Field, (cell: string) => boolean][]) {
    if (at[field] !== undefined) continue;
    const index = names.findIndex((_, column) => {
      const cells = rows.map((row) => row[column]!).filter((cell) => cell !== '');
      return !taken.has(column) && cells.length > 0 && cells.every(fits);
    });
    if (index < 0) continue;
    at[field] = index;
    taken.add(index);
  }
  if (at.video === undefined || at.text !== undefined) return;
  // A table of videos: words without a form of their own, told by what their column is called.
  at.title ??= indexOf(names, TITLE);
  at.description ??= indexOf(names, DESCRIPTION);
}

function indexOf(names: readonly string[], form: RegExp): number | undefined {
  const index = names.findIndex(
    (name) => form.test(name) && !LANGUAGE.test(name) && !CHANNEL.test(name) && !/playlist/i.test(name),
  );
  return index < 0 ? undefined : index;
}

function kindOf(at: Columns): TableKind | undefined {
  if (at.comment !== undefined && at.text !== undefined) return 'comments';
  if (at.chat !== undefined && at.text !== undefined) return 'chats';
  if (at.post !== undefined && at.text !== undefined) return 'posts';
  if (at.video !== undefined && at.title !== undefined && at.channel !== undefined) return 'videos';
  return undefined;
}
