/**
 * The firehose (`com.atproto.sync.subscribeRepos`): frames of two CBOR maps, what it is and what it says.
 *
 *   {op: 1, t: "#commit"}
 *   {repo: DID, rev, commit: CID, seq, time, since, ops: [{action, path, cid}], blocks: a CAR of what the commit changed}
 */
import { Rejection } from '../../core/errors.js';
import { parseIso } from '../../core/time.js';
import type { Observed } from '../../core/reading.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { guarded, refused, type Item } from '../shared/items.js';
import { sliceOf, type Slice } from './car.js';
import {
  assertUtf8,
  bufferOf,
  bytesOf,
  cidOfLink,
  decodeNext,
  decodeObject,
  isNamedBy,
  showCid,
  type Cid,
} from './cbor.js';
import { commitOf, isSignedBy, type Commit, type Key } from './commit.js';
import { readAccount, writtenAt } from './event.js';
import { nodeOf } from './mst.js';
import { readDeletion, readRecord, type Env } from './record.js';
import { timeOfTid } from './time.js';
import { placeOf, type Place } from './uri.js';

/** The keys that sign, by account: from the DID documents of the same package. */
export type Keys = { readonly [did: string]: Key };

export function readFrame(record: Uint8Array, keys: Keys, env: Env): readonly Item[] {
  const { value: header, rest } = decodeNext(record, 'the frame’s header');
  const { op, t } = asObject(header) ?? {};
  const { value: body } = decodeNext(rest, 'the frame’s body');
  if (!isObject(body)) throw new Rejection('malformed', 'a frame whose body is no CBOR map');
  assertUtf8(body, bufferOf(record), 'the frame');
  if (op === -1) {
    const [error, message] = [asString(body['error']) ?? 'an error', asString(body['message']) ?? ''];
    return [refused('error-body', `${error}: ${message}`.slice(0, 200))];
  }
  const at = parseIso(asString(body['time']) ?? '');
  const observedAt: Observed | undefined = at && { at, basis: 'record' };
  switch (t) {
    case '#commit':
      return readCommit(body, keys, env);
    case '#account':
      return [readAccount(body['did'], body, 'account', observedAt)];
    case '#identity':
    case '#handle':
      return [readAccount(body['did'], body, 'identity', observedAt)];
    case '#tombstone':
      return [readAccount(body['did'], { status: 'deleted' }, 'account', observedAt)];
    case '#sync':
    case '#info':
    case '#migrate':
      return [refused('service-message', `${t}: what servers tell each other, no record`)];
    default:
      return [
        refused(
          'not-supported',
          `a frame of the type ${JSON.stringify(t ?? null).slice(0, 60)}, which this reader does not know`,
        ),
      ];
  }
}

/** The body of a `#commit`, in CBOR or in JSON. */
export function readCommit(body: JsonObject, keys: Keys, env: Env): readonly Item[] {
  const at = parseIso(asString(body['time']) ?? '');
  const observedAt: Observed | undefined = at && { at, basis: 'record' };
  const ops = asArray(body['ops']).filter(isObject);
  if (body['tooBig'] === true && ops.length === 0) {
    return [
      refused('truncated', 'a commit that was too big for the firehose: what it holds is in the repository only'),
    ];
  }
  if (ops.length === 0) return [refused('service-message', 'a commit that changes no record')];
  const slice = sliceOf(bytesOf(body['blocks']) ?? new Uint8Array(0));
  const { named, losses } = proofOf(body, slice, keys);
  const rev = body['rev'];
  return ops.flatMap((op) =>
    guarded(() => {
      const [collection, rkey] = (asString(op['path']) ?? '').split('/');
      const place = placeOf(body['repo'], collection, rkey);
      if (!place) {
        const shown = JSON.stringify(op['path'] ?? null).slice(0, 120);
        throw new Rejection('no-identity', `${shown} of ${String(body['repo']).slice(0, 80)} names no record`);
      }
      if (op['action'] === 'delete') return [readDeletion(place, { observedAt, claimedFrom: timeOfTid(rev), losses })];
      const cid = cidOfLink(op['cid']);
      const record = blockOf(cid, slice, place, named);
      const around = { hand: 'first', cid: showCid(cid!), observedAt, losses, ...writtenAt(rev) } as const;
      return [readRecord(place, record, around, env)];
    }),
  );
}

/** The record that an operation wrote. Throws a Rejection where it is not there, altered, or not what the tree names. */
function blockOf(cid: Cid | undefined, slice: Slice, place: Place, named: ReadonlyMap<string, Cid>): JsonObject {
  const path = `${place.collection}/${place.rkey}`;
  const block = cid && slice.blocks.get(cid.digest.toString('hex'));
  if (!cid || !block) throw new Rejection('truncated', `the record ${path} is not in its frame`);
  if (!isNamedBy(cid, block.data))
    throw new Rejection(
      'malformed',
      `the record ${path} is not what its CID (${showCid(cid)}) names: altered, or damaged`,
    );
  const inTree = named.get(path);
  if (inTree && !inTree.bytes.equals(cid.bytes))
    throw new Rejection('spoofed-identity', `the commit’s tree names another record as ${path}`);
  return decodeObject(block.data, 'the record');
}

interface Proof {
  readonly named: ReadonlyMap<string, Cid>;
  readonly losses: readonly string[];
}

/**
 * What the commit’s own tree says about keys, as far as the frame holds it, and what is wrong with its signature.
 * Throws a Rejection where the commit is another account’s.
 */
function proofOf(body: JsonObject, slice: Slice, keys: Keys): Proof {
  const commit = commitIn(cidOfLink(body['commit']) ?? slice.root, slice);
  if (!commit) return { named: new Map(), losses: [] };
  const repo = asString(body['repo']) ?? '';
  if (commit.did !== repo) {
    throw new Rejection('spoofed-identity', `the frame says ${repo.slice(0, 80)}, its commit ${commit.did}`);
  }
  const key = Object.hasOwn(keys, repo) ? keys[repo] : undefined;
  return { named: namesIn(commit.data, slice), losses: key && !isSignedBy(commit, key) ? [NOT_SIGNED] : [] };
}

/** Keys are changed, when an account moves for one; so it is told, and not taken for a forgery. */
export const NOT_SIGNED =
  'sig: not by the key in the account’s DID document of this package: altered, by somebody else, or by an earlier key';

function commitIn(cid: Cid | undefined, slice: Slice): Commit | undefined {
  const block = cid && slice.blocks.get(cid.digest.toString('hex'));
  return block && isNamedBy(cid, block.data) ? commitOf(block.data) : undefined;
}

function namesIn(root: Cid, slice: Slice): Map<string, Cid> {
  const named = new Map<string, Cid>();
  const seen = new Set<string>();
  const waiting = [root];
  for (let cid = waiting.pop(); cid; cid = waiting.pop()) {
    const digest = cid.digest.toString('hex');
    const block = seen.has(digest) ? undefined : slice.blocks.get(digest);
    seen.add(digest);
    if (!block || !isNamedBy(cid, block.data)) continue;
    for (const { cid: target, key } of nodeOf(block.data)?.links ?? []) {
      if (key === undefined) waiting.push(target);
      else named.set(key, target);
    }
  }
  return named;
}
