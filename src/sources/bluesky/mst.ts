/**
 * The tree that says which record has which key (Merkle search tree). A node is a block like others:
 *
 *   {l: CID of the subtree before all entries | null,
 *    e: [{p: how many bytes its key has in common with the last one, k: the rest of the key, v: CID of the record,
 *         t: CID of the subtree between this entry and the next | null}]}
 */
import { isObject, type JsonObject } from '../shared/json.js';
import { bytesOf, cidOfLink, decodeNext, type Cid } from './cbor.js';

export interface Node {
  /** Subtrees and records, in the order of keys. */
  readonly links: readonly { readonly cid: Cid; /** Absent for a subtree. */ readonly key?: string }[];
}

/** By the specification 1,024 bytes at most. */
const MAX_KEY = 4_096;

// A map of two, its first key `e` and a list: nothing with a `$type` begins so.
const FIRST = 0xa2;

export function looksLikeNode(data: Buffer): boolean {
  return data[0] === FIRST && data[1] === 0x61 && data[2] === 0x65 && (data[3]! & 0xe0) === 0x80;
}

/** Undefined where the bytes are no node. Throws a Rejection where they are no CBOR. */
export function nodeOf(data: Buffer): Node | undefined {
  const { value } = decodeNext(data, 'a node of the tree');
  if (!isObject(value) || !Array.isArray(value['e'])) return undefined;
  const links: { cid: Cid; key?: string }[] = [];
  addSubtree(links, value['l']);
  let last = Buffer.alloc(0);
  for (const entry of value['e'] as unknown[]) {
    const key = isObject(entry) ? keyOf(entry, last) : undefined;
    const cid = cidOfLink((entry as JsonObject | null)?.['v']);
    if (!key || !cid) return undefined;
    links.push({ cid, key: key.toString('latin1') });
    addSubtree(links, (entry as JsonObject)['t']);
    last = key;
  }
  return { links };
}

/** Keys are ASCII: what is not is no place that a record can have. */
function keyOf(entry: JsonObject, last: Buffer): Buffer<ArrayBuffer> | undefined {
  const [shared, rest] = [entry['p'], bytesOf(entry['k'])];
  if (typeof shared !== 'number' || !Number.isInteger(shared) || shared < 0 || shared > last.length || !rest) return;
  if (shared + rest.length > MAX_KEY) return;
  return Buffer.concat([last.subarray(0, shared), rest]);
}

function addSubtree(links: { cid: Cid; key?: string }[], link: unknown): void {
  const cid = link === null || link === undefined ? undefined : cidOfLink(link);
  if (cid) links.push({ cid });
}
