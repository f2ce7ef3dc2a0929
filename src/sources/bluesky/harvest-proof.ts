/**
 * Whether a record is in its repository, by the account's signed commit and the way down its tree to where the record
 * would be (`com.atproto.sync.getRecord`). A server says RecordNotFound of what was deleted and of what it only
 * withholds; the tree tells them apart.
 */
import type { Exchange, HarvestIo } from '../harvest.js';
import { NetworkError } from '../harvest.js';
import { sliceOf, type Slice } from './car.js';
import { isNamedBy, type Cid } from './cbor.js';
import { commitOf, isSignedBy, type Key } from './commit.js';
import { addressOf } from './harvest-ask.js';
import { attempt } from './harvest-car.js';
import type { RepoSettings } from './harvest-identity.js';
import { nodeOf } from './mst.js';

const MOST_BYTES = 4 * 1024 * 1024;
/** A tree of all the posts of the world has some twenty. */
const MOST_LEVELS = 128;

export interface Proof {
  /** `unproven`: the server gives no such slice, or one that shows neither. */
  readonly record: 'there' | 'absent' | 'unproven';
  readonly rev?: string;
}

const UNPROVEN: Proof = { record: 'unproven' };

/** @param path `app.bsky.feed.post/3k…` */
export async function proofOf(
  { did, pds }: RepoSettings,
  path: string,
  key: Key | undefined,
  io: HarvestIo,
): Promise<Proof> {
  const [collection = '', rkey = ''] = path.split('/');
  const url = addressOf(pds, 'com.atproto.sync.getRecord', { did, collection, rkey });
  const exchange = await requestSlice(url, io);
  if (exchange?.status !== 200) return UNPROVEN;
  const bytes = await exchange.body();
  return attempt(() => readProof(bytes, did, path, key)) ?? UNPROVEN;
}

async function requestSlice(url: string, io: HarvestIo): Promise<Exchange | undefined> {
  try {
    return await io.request(url, { headers: { accept: 'application/vnd.ipld.car' }, maxBytes: MOST_BYTES });
  } catch (error) {
    // Servers that do not know this question say so with 501, among others.
    if (error instanceof NetworkError && ['too-large', 'server-error'].includes(error.problem)) return undefined;
    throw error;
  }
}

function readProof(bytes: Uint8Array, did: string, path: string, key: Key | undefined): Proof {
  const slice = sliceOf(bytes);
  const block = slice.root && blockOf(slice.root, slice);
  const commit = block && commitOf(block);
  if (commit?.did !== did || (key && !isSignedBy(commit, key))) return UNPROVEN;
  return { record: findIn(commit.data, slice, path), ...(commit.rev !== undefined && { rev: commit.rev }) };
}

function blockOf(cid: Cid, { blocks }: Slice): Buffer | undefined {
  const data = blocks.get(cid.digest.toString('hex'))?.data;
  return data && isNamedBy(cid, data) ? data : undefined;
}

/** Down the one way on which the key can be: between its neighbours of every level. */
function findIn(root: Cid, slice: Slice, path: string): Proof['record'] {
  let at: Cid | undefined = root;
  for (let level = 0; at && level < MOST_LEVELS; level++) {
    const block = blockOf(at, slice);
    const node = block && nodeOf(block);
    if (!node) return 'unproven';
    at = undefined;
    for (const { cid, key } of node.links) {
      if (key === path) return 'there';
      if (key !== undefined && key > path) break;
      // A subtree stands between the keys before and after it.
      at = key === undefined ? cid : undefined;
    }
  }
  return at ? 'unproven' : 'absent';
}
