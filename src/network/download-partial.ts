/**
 * A file that is not whole yet: `<path>` holds its first bytes, `<path>.json` how many of them are on disk for certain
 * and by what the server can tell whether the rest still fits (RFC 9110, 13.1.5). Without the second file the first is
 * worth nothing: the process ended in the middle of a write.
 */
import { open, readFile, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';

export interface Held {
  readonly bytes: number;
  /** For If-Range: a strong ETag, or a date that is one. */
  readonly validator: string;
  /** Of the whole file, where the server said so. */
  readonly total?: number;
}

export async function heldOf(path: string): Promise<Held | undefined> {
  try {
    const held = JSON.parse(await readFile(`${path}.json`, 'utf8')) as Held;
    const { size } = await stat(path);
    return held.bytes > 0 && held.bytes <= size ? held : undefined;
  } catch {
    return undefined;
  }
}

/** Opens it for going on after the bytes that are held, or from the beginning. */
export async function openPartial(path: string, held: Held | undefined): Promise<FileHandle> {
  // What it says of the bytes holds no longer once they change.
  await rm(`${path}.json`, { force: true });
  if (!held) return open(path, 'w+', 0o640);
  const file = await open(path, 'r+');
  await file.truncate(held.bytes);
  return file;
}

export async function hold(path: string, file: FileHandle, held: Held): Promise<void> {
  await file.datasync();
  await writeFile(`${path}.json`, JSON.stringify(held), { mode: 0o640 });
}

export async function discard(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(`${path}.json`, { force: true });
}

/** What says for certain that two answers are the same bytes; undefined where nothing does. */
export function strongValidator(headers: Readonly<Record<string, string>>): string | undefined {
  const { etag, date } = headers;
  if (etag !== undefined && /^"[^"]*"$/.test(etag)) return etag;
  const modified = headers['last-modified'];
  // A second holds many changes: only a date that was a minute old by then is strong (RFC 9110, 8.8.2.2).
  if (modified === undefined || date === undefined) return undefined;
  return Date.parse(date) - Date.parse(modified) >= 60_000 ? modified : undefined;
}

/** `bytes 5-9/10`; undefined when it is nothing of that form. */
export function contentRangeOf(text: string | undefined): { start: number; end: number; total?: number } | undefined {
  const [, start, end, total] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(text ?? '') ?? [];
  if (start === undefined || end === undefined) return undefined;
  return { start: Number(start), end: Number(end), ...(total !== '*' && { total: Number(total) }) };
}
