/** A small AT Protocol, for tests: repositories with a tree, signed commits, CARs, firehose frames. Nobody real. */
import { createHash } from 'node:crypto';
import { CidLinkWrapper, encode, toBytes } from '@atcute/cbor';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';

export interface Block {
  readonly cid: Buffer;
  readonly data: Buffer;
}

export function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

export function block(value: unknown): Block {
  const data = Buffer.from(encode(value));
  return { data, cid: Buffer.concat([Buffer.from([1, 0x71, 0x12, 32]), sha256(data)]) };
}

export function link(of: Block): CidLinkWrapper {
  return new CidLinkWrapper(of.cid);
}

/** A picture that is nowhere: only its name. */
export function blob(words: string, mimeType = 'image/jpeg') {
  const cid = Buffer.concat([Buffer.from([1, 0x55, 0x12, 32]), sha256(Buffer.from(words))]);
  return { $type: 'blob', ref: new CidLinkWrapper(cid), mimeType, size: words.length };
}

const TID = '234567abcdefghijklmnopqrstuvwxyz';

/** The id that a server gives at that moment. */
export function tid(iso: string, clock = 7): string {
  let rest = ((BigInt(Date.parse(iso)) * 1000n) << 10n) | BigInt(clock);
  let text = '';
  for (let i = 0; i < 13; i++, rest >>= 5n) text = TID.charAt(Number(rest & 31n)) + text;
  return text;
}

// ── the tree ────────────────────────────────────────────────────────────────────────────────────────────────────────

type Leaf = readonly [key: string, value: Block];

/** How many pairs of zero bits the key's digest begins with: its level in the tree. */
function levelOf(key: string): number {
  let level = 0;
  for (const byte of sha256(Buffer.from(key))) {
    for (let shift = 6; shift >= 0; shift -= 2) {
      if (((byte >> shift) & 3) !== 0) return level;
      level++;
    }
  }
  return level;
}

/** The nodes of the tree over these records, its root the last of them. */
export function treeOf(records: ReadonlyMap<string, Block>): Block[] {
  const leaves = [...records].sort(([a], [b]) => (a < b ? -1 : 1));
  const nodes: Block[] = [];
  const top = Math.max(0, ...leaves.map(([key]) => levelOf(key)));
  build(leaves, top, nodes);
  return nodes;
}

function build(leaves: readonly Leaf[], level: number, nodes: Block[]): Block {
  const below = (part: readonly Leaf[]) => (part.length === 0 ? null : link(build(part, level - 1, nodes)));
  const own = leaves.flatMap(([key], i) => (levelOf(key) === level ? [i] : []));
  const l = below(leaves.slice(0, own[0] ?? leaves.length));
  let last = '';
  const e = own.map((at, i) => {
    const [key, value] = leaves[at]!;
    let p = 0;
    while (p < last.length && last[p] === key[p]) p++;
    last = key;
    const t = below(leaves.slice(at + 1, own[i + 1] ?? leaves.length));
    return { p, k: toBytes(Buffer.from(key.slice(p))), v: link(value), t };
  });
  const node = block({ l, e });
  nodes.push(node);
  return node;
}

// ── commits, CARs, frames ───────────────────────────────────────────────────────────────────────────────────────────

export interface Signer {
  readonly curve: 'p256' | 'k256';
  readonly secret: Buffer;
}

export function signer(words: string, curve: Signer['curve'] = 'k256'): Signer {
  return { curve, secret: sha256(Buffer.from(words)) };
}

export function commitBlock(did: string, rev: string, root: Block, { curve, secret }: Signer, version = 3): Block {
  const unsigned = { did, version, ...(version > 2 && { rev }), data: link(root), prev: null };
  const sig = (curve === 'p256' ? p256 : secp256k1).sign(encode(unsigned), secret, { lowS: true });
  return block({ ...unsigned, sig: toBytes(sig) });
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

export function carOf(root: Block, blocks: readonly Block[]): Buffer {
  const header = Buffer.from(encode({ roots: [link(root)], version: 1 }));
  const sections = blocks.map(({ cid, data }) => Buffer.concat([varint(36 + data.length), cid, data]));
  return Buffer.concat([varint(header.length), header, ...sections]);
}

export interface Repository {
  readonly commit: Block;
  readonly nodes: readonly Block[];
  readonly records: ReadonlyMap<string, Block>;
}

export function repository(
  did: string,
  rev: string,
  values: Readonly<Record<string, unknown>>,
  by: Signer,
  version?: number,
): Repository {
  const records = new Map(Object.entries(values).map(([key, value]) => [key, block(value)]));
  const nodes = treeOf(records);
  return { commit: commitBlock(did, rev, nodes.at(-1)!, by, version), nodes, records };
}

export function frameOf(header: object, body: object): Buffer {
  return Buffer.concat([encode(header), encode(body)]);
}

export interface Operation {
  readonly action: 'create' | 'update' | 'delete';
  readonly path: string;
  readonly record?: unknown;
}

/** A `#commit`: the operations, with a tree of what they wrote. */
export function commitFrame(did: string, time: string, operations: readonly Operation[], by: Signer): Buffer {
  const rev = tid(time);
  const written = operations.filter(({ record }) => record !== undefined);
  const repo = repository(did, rev, Object.fromEntries(written.map(({ path, record }) => [path, record])), by);
  const blocks = carOf(repo.commit, [repo.commit, ...repo.nodes, ...repo.records.values()]);
  const ops = operations.map(({ action, path }) => {
    const record = repo.records.get(path);
    return { action, path, cid: record ? link(record) : null };
  });
  const body = { seq: 7, rebase: false, tooBig: false, repo: did, commit: link(repo.commit), rev, since: null };
  return frameOf({ t: '#commit', op: 1 }, { ...body, blocks: toBytes(blocks), ops, blobs: [], time });
}

// ── DID documents ───────────────────────────────────────────────────────────────────────────────────────────────────

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

function base58(bytes: Uint8Array): string {
  let value = BigInt('0x' + Buffer.from(bytes).toString('hex'));
  let text = '';
  for (; value > 0n; value /= 58n) text = BASE58.charAt(Number(value % 58n)) + text;
  return text;
}

export function didDocument(did: string, handle: string, { curve, secret }: Signer) {
  const point = (curve === 'p256' ? p256 : secp256k1).getPublicKey(secret, true);
  const code = curve === 'p256' ? [0x80, 0x24] : [0xe7, 0x01];
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: did,
    alsoKnownAs: [`at://${handle}`],
    verificationMethod: [
      {
        id: `${did}#atproto`,
        type: 'Multikey',
        controller: did,
        publicKeyMultibase: 'z' + base58(Buffer.concat([Buffer.from(code), point])),
      },
    ],
    service: [],
  };
}
