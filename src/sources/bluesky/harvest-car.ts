/** Repositories as a server hands them out (`com.atproto.sync.getRepo`, `getRecord`): whole, what changed, one record’s place. */
import { Rejection } from '../../core/errors.js';
import type { Exchange, HarvestIo, SeenPost } from '../harvest.js';
import { NetworkError } from '../harvest.js';
import { asString } from '../shared/json.js';
import { sliceOf, type Slice } from './car.js';
import { bufferOf, cidAt, CID_LENGTH, decodeObject, isNamedBy, showCid, type Cid } from './cbor.js';
import { commitOf, isSignedBy, type Commit, type Key } from './commit.js';
import { addressOf } from './harvest-ask.js';
import { keyOf } from './harvest-place.js';
import { looksLikeNode, nodeOf } from './mst.js';
import { splitCar } from './split-car.js';
import { isTid } from './time.js';
import { placeOf, uriOf } from './uri.js';

/** Some hundred thousand records; larger ones are kept and read as a stream, and not looked into here. */
const READ_BYTES = 64 * 1024 * 1024;

export interface Listed {
  readonly collection: string;
  readonly rkey: string;
  /** See `keyOf`. */
  readonly key: string;
  seen(): SeenPost;
}

export interface Repository {
  readonly exchange: Exchange;
  /** Undefined where it is too large to be looked into. */
  readonly records: readonly Listed[] | undefined;
  /** It names records that were made since, and does not hold them. */
  readonly isPartial: boolean;
}

/**
 * @param since a revision: only what was written after it
 * @returns undefined where the server hands out none, or another account's; why, is warned of
 */
export async function getRepository(
  { did, pds }: { readonly did: string; readonly pds: string },
  key: Key | undefined,
  { since, maxBytes }: { readonly since?: string; readonly maxBytes: number },
  io: HarvestIo,
): Promise<Repository | undefined> {
  const query = { did, ...(since !== undefined && { since }) };
  const exchange = await requestCar(io, addressOf(pds, 'com.atproto.sync.getRepo', query), maxBytes);
  if (typeof exchange === 'string') {
    io.warn(`the repository was not handed out (${exchange}): its records are listed instead`);
    return undefined;
  }
  if (exchange.bytes > READ_BYTES) return { exchange, records: undefined, isPartial: false };
  const bytes = await exchange.body();
  const slice = attempt(() => sliceOf(bytes));
  const commit = slice && attempt(() => commitIn(slice));
  if (commit?.did !== did) {
    const whose = commit ? `it is that of ${commit.did.slice(0, 80)}` : 'it has no commit that can be read';
    io.warn(`the repository that was handed out is not taken: ${whose}`);
    return undefined;
  }
  // Keys are changed at times, so it is told, and no forgery.
  if (key && !isSignedBy(commit, key)) io.warn('the repository is not signed by the key in the DID document');
  const isPartial = since !== undefined && lacksNew(slice!, since, commit.rev ?? '');
  return { exchange, records: await recordsIn(bytes), isPartial };
}

async function requestCar(io: HarvestIo, url: string, maxBytes: number): Promise<Exchange | string> {
  try {
    const exchange = await io.request(url, { headers: { accept: 'application/vnd.ipld.car' }, maxBytes });
    return exchange.status === 200 ? exchange : `status ${exchange.status}`;
  } catch (error) {
    if (error instanceof NetworkError && error.problem === 'too-large') return error.problem;
    throw error;
  }
}

function commitIn({ root, blocks }: Slice): Commit | undefined {
  const block = root && blocks.get(root.digest.toString('hex'));
  return block && isNamedBy(root, block.data) ? commitOf(block.data) : undefined;
}

/**
 * Blocks are sent once: the copy of an older record, byte for byte, under a new key is named and not held. A post's key is
 * a time, as revisions are; one ahead of them is a client's wrong clock.
 */
function lacksNew({ blocks }: Slice, since: string, rev: string): boolean {
  const isNew = (key: string): boolean => {
    const rkey = key.slice(key.indexOf('/') + 1);
    return isTid(rkey) && rkey >= since && rkey <= rev;
  };
  const isHeld = (cid: Cid): boolean => blocks.has(cid.digest.toString('hex'));
  for (const { data } of blocks.values()) {
    const node = looksLikeNode(data) ? attempt(() => nodeOf(data)) : undefined;
    if (node?.links.some(({ cid, key }) => key !== undefined && isNew(key) && !isHeld(cid))) return true;
  }
  return false;
}

async function recordsIn(bytes: Buffer): Promise<Listed[]> {
  const records: Listed[] = [];
  try {
    for await (const { offset, length, name, refused } of splitCar(once(bytes))) {
      const block = bytes.subarray(offset, offset + length);
      const cid = refused ? undefined : cidAt(block);
      if (!cid || name === undefined) continue;
      for (const each of name.split(' ')) {
        const [did, collection, rkey] = each.split('/');
        const place = placeOf(did, collection, rkey);
        if (!place) continue;
        const seen = (): SeenPost => seenIn(place, block.subarray(CID_LENGTH));
        records.push({ ...place, key: keyOf(place.rkey, showCid(cid)), seen });
      }
    }
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
  }
  return records;
}

function seenIn(place: Parameters<typeof uriOf>[0], block: Uint8Array): SeenPost {
  const created = asString(attempt(() => decodeObject(block, 'the record'))?.['createdAt']);
  const ref = `${place.collection}/${place.rkey}`;
  return { post: uriOf(place), ref, ...(created !== undefined && { published: created.slice(0, 40) }) };
}

export function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Rejection) return undefined;
    throw error;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bufferOf(bytes));
}
