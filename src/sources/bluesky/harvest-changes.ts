/**
 * What has changed in a repository since a revision: `com.atproto.sync.getRepo?since=`. It has new records and old ones
 * that were edited, however far back, in one signed answer; a list shows its newest records alone.
 */
import { NetworkError, type Exchange, type HarvestIo, type HarvestStep, type SeenPost } from '../harvest.js';
import { Rejection } from '../../core/errors.js';
import { asString } from '../shared/json.js';
import { decodeObject } from './cbor.js';
import { addressOf } from './harvest-ask.js';
import { entriesOf, treeIn, type Entry } from './harvest-tree.js';
import { POST, PROFILE, tryPostUri } from './uri.js';
import { REPOST } from './record.js';

/** What is looked at again: an edited profile is seen in what has changed. */
const SEEN = [POST, REPOST];
const WANTED = [...SEEN, PROFILE];
/** A repository that was moved or mended may come whole: then its lists are read instead. */
const MOST_BYTES = 16 * 1024 * 1024;

/** @returns the revision that it reaches; undefined where it could not be shown what has changed */
export async function* changesSince(
  pds: string,
  did: string,
  since: string,
  io: HarvestIo,
): AsyncGenerator<HarvestStep, string | undefined> {
  const exchange = await carAt(addressOf(pds, 'com.atproto.sync.getRepo', { did, since }), MOST_BYTES, io);
  const tree = exchange?.status === 200 ? treeIn(await exchange.body()) : undefined;
  const rev = tree?.commit.rev;
  if (!exchange || !tree || tree.commit.did !== did || rev === undefined || rev < since) return undefined;
  const entries = entriesOf(tree).filter(({ key }) => WANTED.includes(collectionOf(key)));
  // Made since, and not in the answer: a copy of an older record, byte for byte, is not sent once more.
  if (entries.some(({ key, block }) => !block && rkeyOf(key) >= since)) return undefined;
  const changed = entries.filter(({ block }) => block);
  if (changed.length > 0)
    yield {
      kind: 'captured',
      exchange,
      format: 'bluesky-car',
      posts: changed.filter(({ key }) => SEEN.includes(collectionOf(key))).flatMap((entry) => seenIn(did, entry)),
    };
  return rev;
}

/** Undefined where it is longer than that. */
export async function carAt(url: string, maxBytes: number, io: HarvestIo): Promise<Exchange | undefined> {
  try {
    return await io.request(url, { headers: { accept: 'application/vnd.ipld.car' }, maxBytes });
  } catch (error) {
    if (error instanceof NetworkError && error.problem === 'too-large') return undefined;
    throw error;
  }
}

function seenIn(did: string, { key, block }: Entry): SeenPost[] {
  const post = tryPostUri(`at://${did}/${key}`);
  if (post === undefined) return [];
  const published = block && createdIn(block);
  return [{ post, ref: key, ...(published !== undefined && { published }) }];
}

function createdIn(block: Buffer): string | undefined {
  try {
    return asString(decodeObject(block, 'the record')['createdAt'])?.slice(0, 64);
  } catch (error) {
    // Why it cannot be read is told when it is.
    if (error instanceof Rejection) return undefined;
    throw error;
  }
}

const collectionOf = (key: string): string => key.slice(0, key.indexOf('/'));
const rkeyOf = (key: string): string => key.slice(key.indexOf('/') + 1);
