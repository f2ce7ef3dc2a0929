/** What the whole package says: which chat begins where, who exported it, what is missing, what is private. */
import type { PackageReader, Survey } from '../source.js';
import type { Json } from '../../core/canonical.js';
import { Rejection } from '../../core/errors.js';
import type { Carried, ChatFacts, Facts, PageFacts } from './facts.js';
import { ChatSurvey } from './survey-json.js';
import { carriedAt, channelsOf, titleOf, beginsJoined } from './survey-pages.js';
import { folderOf } from './files.js';

const HEAD = 64 * 1024;

export async function survey(pack: PackageReader): Promise<Survey> {
  const warnings: string[] = [];
  const chats: Record<string, readonly ChatFacts[]> = {};
  const pages: Record<string, PageFacts> = {};
  const channels: Record<string, string> = {};
  const exported: string[] = [];
  for (const { path, format, role } of pack.members) {
    if (role !== 'records') continue;
    if (format === 'telegram-json') {
      const found = await ChatSurvey.read(pack.open(path), path);
      chats[path] = found.chats;
      warnings.push(...found.warnings);
    } else if (format === 'telegram-html') {
      exported.push(path);
    } else {
      Object.assign(channels, channelsOf((await whole(pack, path))?.toString('latin1') ?? ''));
    }
  }
  await readPages(exported, pack, pages);
  const facts: Facts = { chats, pages, channels };
  return { ...(warnings.length > 0 && { warnings }), facts: facts as unknown as Json };
}

/** Pages of a chat follow each other: messages.html, messages2.html … messages10.html. */
async function readPages(paths: string[], pack: PackageReader, pages: Record<string, PageFacts>): Promise<void> {
  const number = (path: string): number => Number(/(\d*)\.html?$/i.exec(path)?.[1] || 1);
  paths.sort((a, b) => (folderOf(a) === folderOf(b) ? number(a) - number(b) : folderOf(a) < folderOf(b) ? -1 : 1));
  let carried: Carried | undefined;
  for (const [index, path] of paths.entries()) {
    const head = (await headOf(pack, path)).toString('utf8');
    const title = titleOf(head);
    const before = paths[index - 1];
    carried = undefined;
    // Today's Telegram Desktop begins each page with a full message; then nothing has to be read twice.
    if (before !== undefined && folderOf(before) === folderOf(path) && beginsJoined(head)) {
      const bytes = await whole(pack, before);
      carried = bytes && carriedAt(bytes.toString('utf8'), ownCarried(pages, before));
    }
    pages[path] = { ...(title !== undefined && { title }), ...(carried && { carried }) };
  }
}

function ownCarried(pages: Record<string, PageFacts>, path: string): Carried | undefined {
  return pages[path]?.carried;
}

async function headOf(pack: PackageReader, path: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of pack.open(path)) {
    parts.push(chunk);
    size += chunk.length;
    if (size >= HEAD) break;
  }
  return Buffer.concat(parts).subarray(0, HEAD);
}

/** A page as a whole; undefined where it is larger than a page of a thousand messages ever is. */
async function whole(pack: PackageReader, path: string): Promise<Buffer | undefined> {
  try {
    return await pack.read(path);
  } catch (error) {
    if (error instanceof Rejection) return undefined;
    throw error;
  }
}
