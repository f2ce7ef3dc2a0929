import type { Json } from '../../core/canonical.js';
import { Rejection } from '../../core/errors.js';
import { HEAD_BYTES, type PackageReader, type Survey } from '../source.js';
import { peekAhead } from '../shared/ahead.js';
import { recordsOf } from '../shared/records.js';
import { repeatsIn, type Repeats } from '../shared/repeats.js';
import { splitCsv } from '../shared/csv.js';
import { cellsOf, type Cells, type MemberFacts } from './rows.js';
import { mediaIn } from './share.js';
import { dialectOf } from './tables.js';
import { urnIn } from './uri.js';
import { keyOf } from './words.js';

const UNNUMBERED = new Set(['linkedin-comments', 'linkedin-messages', 'linkedin-reposts']);

/** The account's name; which rows say the same as an earlier one; the media of shares that take several rows. */
export async function survey(pack: PackageReader): Promise<Survey> {
  const members: { [path: string]: MemberFacts } = {};
  let name: string | undefined;
  for (const { path, format, role } of pack.members) {
    if (role === 'survey') name ??= await nameIn(pack, path);
    if (role === 'refused' || role === 'survey') continue;
    const facts: MemberFacts | undefined = UNNUMBERED.has(format)
      ? await repeatsOf(pack, path, format)
      : format === 'linkedin-shares'
        ? await mediaOf(pack, path)
        : undefined;
    if (facts) members[path] = facts;
  }
  return { facts: { members, ...(name !== undefined && { name }) } as unknown as Json };
}

async function nameIn(pack: PackageReader, path: string): Promise<string | undefined> {
  for await (const cell of rowsOf(pack, path, 'linkedin-account')) {
    const name = [cell('First Name'), cell('Last Name')].filter((part) => part !== undefined).join(' ');
    if (name !== '') return name;
  }
  return undefined;
}

async function repeatsOf(pack: PackageReader, path: string, format: string): Promise<MemberFacts | undefined> {
  const { head, all } = await peekAhead(pack.open(path), HEAD_BYTES);
  try {
    const dialect = dialectOf(format);
    const repeats: Repeats = await repeatsIn(
      all,
      (member) => splitCsv(member, dialect),
      (record) => keyOf(cellsOf(record, head, format), format),
    );
    return Object.keys(repeats).length > 0 ? { repeats } : undefined;
  } catch (error) {
    // A table that cannot be split says so when it is split.
    if (error instanceof Rejection) return undefined;
    throw error;
  }
}

/** Only shares that take several rows are kept, so the list stays short. */
async function mediaOf(pack: PackageReader, path: string): Promise<MemberFacts | undefined> {
  const first = new Map<string, string | undefined>();
  const media: { [urn: string]: string[] } = {};
  for await (const cell of rowsOf(pack, path, 'linkedin-shares')) {
    const urn = urnIn(cell('ShareLink'));
    if (urn === undefined) continue;
    const url = mediaIn(cell)[0];
    if (!first.has(urn)) {
      first.set(urn, url);
      continue;
    }
    const earlier = first.get(urn);
    const list = (media[urn] ??= earlier === undefined ? [] : [earlier]);
    if (url !== undefined && !list.includes(url)) list.push(url);
  }
  return Object.keys(media).length > 0 ? { media } : undefined;
}

async function* rowsOf(pack: PackageReader, path: string, format: string): AsyncGenerator<Cells> {
  const { head, all } = await peekAhead(pack.open(path), HEAD_BYTES);
  try {
    for await (const { bytes } of recordsOf(all, (member) => splitCsv(member, dialectOf(format)))) {
      const cells = readable(bytes, head, format);
      if (cells) yield cells;
    }
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
  }
}

function readable(bytes: Buffer, head: Uint8Array, format: string): Cells | undefined {
  try {
    return cellsOf(bytes, head, format);
  } catch (error) {
    if (error instanceof Rejection) return undefined;
    throw error;
  }
}
