/**
 * What a small CAR shows of a repository: the records in it with their places, and whether its tree has a place at all.
 * `com.atproto.sync.getRecord` proves with it that a record is there or not, `getRepo?since=` what has changed.
 */
import { Rejection } from '../../core/errors.js';
import { sliceOf, type Slice } from './car.js';
import { isNamedBy, type Cid } from './cbor.js';
import type { Commit } from './commit.js';
import { nodeOf, type Node } from './mst.js';
import { rootCommit } from './split-car.js';

export interface Tree {
  readonly commit: Commit;
  readonly slice: Slice;
}

/** Undefined where the bytes are no CAR, or one without its commit. */
export function treeIn(bytes: Uint8Array): Tree | undefined {
  return attempt(() => {
    const slice = sliceOf(bytes);
    const root = slice.root && slice.blocks.get(slice.root.digest.toString('hex'));
    return root && { commit: rootCommit(root.cid, root.data), slice };
  });
}

/**
 * Whether the repository has a record of this key (`<collection>/<rkey>`), by its tree, node below node, each of them
 * named by the one above. Undefined: the CAR does not show it.
 */
export function has({ commit, slice }: Tree, key: string): boolean | undefined {
  let at: Cid | undefined = commit.data;
  for (let depth = 0; depth < MOST_DEPTH; depth++) {
    const node: Node | undefined = nodeAt(at, slice);
    if (!node) return undefined;
    // Subtrees stand between the keys that they lie between.
    const next = node.links.findIndex((link) => link.key !== undefined && link.key >= key);
    if (next >= 0 && node.links[next]!.key === key) return true;
    const before: Node['links'][number] | undefined = node.links.at(next < 0 ? -1 : next - 1);
    if (next === 0 || !before || before.key !== undefined) return false;
    at = before.cid;
  }
  return undefined;
}

export interface Entry {
  readonly key: string;
  /** Undefined where the CAR names the record and does not hold it. */
  readonly block: Buffer | undefined;
}

/** The tree's entries, as far as its nodes are in the CAR. */
export function entriesOf({ commit, slice }: Tree): readonly Entry[] {
  const entries: Entry[] = [];
  const waiting = [commit.data];
  const walked = new Set<string>();
  for (let cid = waiting.pop(); cid; cid = waiting.pop()) {
    const name = cid.digest.toString('hex');
    if (walked.has(name)) continue;
    walked.add(name);
    for (const link of nodeAt(cid, slice)?.links ?? [])
      if (link.key === undefined) waiting.push(link.cid);
      else entries.push({ key: link.key, block: blockAt(link.cid, slice) });
  }
  return entries;
}

/** A tree of as many records as there can be is not as deep. */
const MOST_DEPTH = 64;

function nodeAt(cid: Cid, slice: Slice): Node | undefined {
  const block = blockAt(cid, slice);
  return block && attempt(() => nodeOf(block));
}

function blockAt(cid: Cid, { blocks }: Slice): Buffer | undefined {
  const block = blocks.get(cid.digest.toString('hex'));
  return block && isNamedBy(block.cid, block.data) ? block.data : undefined;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Rejection) return undefined;
    throw error;
  }
}
