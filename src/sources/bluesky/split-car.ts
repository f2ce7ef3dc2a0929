/** Which blocks of a repository's CAR are its records, and what each is called. One pass; block-index keeps the books. */
import { Rejection } from '../../core/errors.js';
import type { RecordRange } from '../source.js';
import { DAG_CBOR, isNamedBy, showCid, type Cid } from './cbor.js';
import { readHeader, sections } from './car.js';
import { Chunks } from './chunks.js';
import { commitOf, type Commit } from './commit.js';
import { BlockIndex } from './block-index.js';
import { looksLikeNode, nodeOf } from './mst.js';

type Refused = RecordRange & Required<Pick<RecordRange, 'refused'>>;

/**
 * A record's range holds its CID and its bytes. Its name is `<did>/<collection>/<rkey>`; a block that stands under
 * several keys has several names, with a space between. Nothing is yielded before the whole file was seen.
 */
export async function* splitCar(member: AsyncIterable<Uint8Array>): AsyncGenerator<RecordRange> {
  const chunks = new Chunks(member);
  const root = await readHeader(chunks);
  if (!root) throw new Rejection('malformed', 'the CAR names no root: which of its blocks is the commit is not known');
  const index = new BlockIndex();
  const refusals: Refused[] = [];
  let commit: Commit | undefined;
  for await (const section of sections(chunks)) {
    const { offset, length } = section;
    if (section.kind === 'refused') {
      refusals.push({ offset, length, refused: { reason: section.reason, detail: section.detail } });
      continue;
    }
    const { cid, data } = section;
    if (!commit && cid.bytes.equals(root.bytes)) commit = rootCommit(cid, data);
    else if (cid.codec === DAG_CBOR) {
      const refusal = addBlock(index, cid, data, offset, length);
      if (refusal) refusals.push(refusal);
    }
  }
  if (!commit)
    throw new Rejection(
      'truncated',
      `the commit (${showCid(root)}) is not in the file: whose records these are is not known`,
    );
  yield* inOrder(recordsOf(index, commit), refusals);
}

/** Throws a Rejection where the root is no commit, or was altered. */
export function rootCommit(cid: Cid, data: Buffer): Commit {
  if (!isNamedBy(cid, data))
    throw new Rejection(
      'malformed',
      `the commit’s bytes are not those that its CID (${showCid(cid)}) names: altered, or damaged`,
    );
  const commit = commitOf(data);
  if (!commit) throw new Rejection('not-supported', 'the CAR’s root is no commit of a repository of version 2 or 3');
  return commit;
}

function addBlock(index: BlockIndex, cid: Cid, data: Buffer, offset: number, length: number): Refused | undefined {
  if (!looksLikeNode(data)) {
    index.addRecord(cid, offset, length, looksLikeRecord(data));
    return undefined;
  }
  // Names hang on it, so it is checked here; a record is checked when it is read.
  if (!isNamedBy(cid, data)) {
    const detail = `a node of the tree whose bytes are not those that its CID (${showCid(cid)}) names: the records below it have no names`;
    return { offset, length, refused: { reason: 'malformed', detail } };
  }
  const node = tryNode(data);
  if (node) index.addNode(cid, node);
  return undefined;
}

function tryNode(data: Buffer): ReturnType<typeof nodeOf> {
  try {
    return nodeOf(data);
  } catch (error) {
    if (error instanceof Rejection) return undefined;
    throw error;
  }
}

const TYPE = Buffer.from('e$type');

/** Every record has a `$type`; commits and nodes have none. */
function looksLikeRecord(data: Buffer): boolean {
  return data.includes(TYPE);
}

function* recordsOf(index: BlockIndex, commit: Commit): Generator<RecordRange> {
  const missing = index.walk(commit.data);
  const lost = missing > 0 ? `; ${missing} of the tree’s nodes are not in the file` : '';
  const detail = `a record that the repository’s tree does not name: deleted or replaced before the export, or another’s${lost}`;
  for (const { offset, length, looksLikeRecord: isRecord, keys } of index.records()) {
    if (keys.length > 0)
      yield { offset, length, name: keys.map((key) => `${commit.did}/${key.replaceAll(' ', '%20')}`).join(' ') };
    else if (isRecord) yield { offset, length, refused: { reason: 'no-identity', detail } };
  }
}

function* inOrder(records: Iterable<RecordRange>, refusals: readonly RecordRange[]): Generator<RecordRange> {
  let next = 0;
  for (const record of records) {
    while (next < refusals.length && refusals[next]!.offset < record.offset) yield refusals[next++]!;
    yield record;
  }
  yield* refusals.slice(next);
}
