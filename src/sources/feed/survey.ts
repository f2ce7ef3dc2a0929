/**
 * Items that have no name: which of them share an address, and which say the very same thing. Only they are listed, by
 * where they lie; a feed whose items have names is passed over without being read.
 */
import { asObject } from '../shared/json.js';
import { recordsOf } from '../shared/records.js';
import { sha256 } from '../../core/digest.js';
import { Rejection } from '../../core/errors.js';
import type { PackageReader, Survey, SurveyMember } from '../source.js';
import { addressKey, contentKey } from './keys.js';
import type { Draft } from './draft.js';
import type { Feed } from './feed.js';
import { splitFeed } from './split.js';
import { peekAhead } from '../shared/ahead.js';

/** Of a member: offset of a nameless item → how many before it say the same; −1 where only the address is shared. */
export type Shared = { readonly [offset: string]: number };
export type Facts = { readonly [path: string]: Shared };

/** More than these are no oversight, and keep their address. */
const MAX_NAMELESS = 20_000;
const NAMED = ['<guid', '<id>', '<id ', ':id>', 'rdf:about', '"id"'];

export interface Drafted {
  readonly draft: Draft;
  readonly feed: Feed;
}
export type ReadDraft = (record: Uint8Array, head: Uint8Array, format: string) => Drafted | undefined;

interface Nameless {
  readonly offset: number;
  readonly address: string | undefined;
  readonly content: string;
}

export async function surveyOf(pack: PackageReader, read: ReadDraft): Promise<Survey> {
  const facts: Record<string, Shared> = {};
  for (const member of pack.members) {
    if (member.role !== 'records') continue;
    const shared = await sharedIn(pack, member, read);
    if (Object.keys(shared).length > 0) facts[member.path] = shared;
  }
  return { facts };
}

async function sharedIn(pack: PackageReader, member: SurveyMember, read: ReadDraft): Promise<Shared> {
  const { head, all } = await peekAhead(pack.open(member.path));
  const nameless: Nameless[] = [];
  try {
    for await (const { offset, bytes } of recordsOf(all, (chunks) => splitFeed(chunks, member.format))) {
      if (nameless.length >= MAX_NAMELESS || NAMED.some((name) => bytes.includes(name))) continue;
      const found = attempt(() => read(bytes, head, member.format));
      if (!found || found.draft.id !== undefined) continue;
      const address = addressKey(found.draft, found.feed);
      nameless.push({ offset, address: address && short(address), content: short(contentKey(found.draft)) });
    }
  } catch (error) {
    // What cannot be split is told when it is split.
    if (!(error instanceof Rejection)) throw error;
  }
  return listed(nameless);
}

function listed(nameless: readonly Nameless[]): Shared {
  const addresses = counted(nameless.map(({ address }) => address ?? ''));
  const before = new Map<string, number>();
  const shared: Record<string, number> = {};
  for (const { offset, address, content } of nameless) {
    const ordinal = before.get(content) ?? 0;
    before.set(content, ordinal + 1);
    const isShared = address !== undefined && addresses.get(address)! > 1;
    if (ordinal > 0) shared[offset] = ordinal;
    else if (isShared) shared[offset] = -1;
  }
  return shared;
}

function counted(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function short(text: string): string {
  return sha256(text).slice(0, 24);
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof Rejection) return undefined;
    throw error;
  }
}

/** Whether the address of the item there is shared with another, and how many before it say the same. */
export function repeatOf(facts: Facts | undefined, path: string, offset: number): { shared: boolean; ordinal: number } {
  const value = asObject(facts?.[path])?.[String(offset)];
  return typeof value === 'number' ? { shared: true, ordinal: Math.max(0, value) } : { shared: false, ordinal: 0 };
}
