/**
 * Writes the repository of an invented Bluesky account as a CAR of about so many bytes: posts of 300 bytes, a tree over
 * them as a server builds it, a commit (its signature is zeros: splitting checks none). The same size gives the same
 * bytes. A CAR cannot be made longer by repeating it: it has one commit, and one tree that names every record.
 *
 * Run by itself, so that what it remembers is not counted as the splitter's: `node generate-car.js PATH BYTES`.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { CidLinkWrapper, encode, toBytes } from '@atcute/cbor';

const CID_BYTES = 36;
const CID_PREFIX = Buffer.from([1, 0x71, 0x12, 32]);
const BEGAN = Date.UTC(2024, 0, 1);
const TID = '234567abcdefghijklmnopqrstuvwxyz';
const WORDS = 'هل يسمعنا أحد؟ نحن هنا في آخر شارع the street is quiet tonight and we are waiting '.repeat(2);

/** @returns how many records there are */
export async function generateCar(path: string, bytes: number): Promise<number> {
  const out = createWriteStream(path, { highWaterMark: 1 << 20 });
  let written = 0;
  const write = async (data: Uint8Array): Promise<void> => {
    written += data.length;
    if (!out.write(data)) await once(out, 'drain');
  };
  const add = async (value: unknown): Promise<Buffer> => {
    const data = encode(value);
    const cid = cidOf(data);
    await write(Buffer.concat([varint(CID_BYTES + data.length), cid, data]));
    return cid;
  };
  // The header names the commit, which comes last: it is written again then, and is as long.
  await write(headerOf(Buffer.concat([CID_PREFIX, Buffer.alloc(32)])));
  const tree = new Tree();
  while (written < bytes) {
    const n = tree.size;
    const createdAt = new Date(BEGAN + n * 1000).toISOString();
    const text = `${n} ${WORDS.slice(n % 20)}`;
    tree.add(keyOf(n), await add({ $type: 'app.bsky.feed.post', text, createdAt, langs: ['ar', 'en'] }));
  }
  const data = new CidLinkWrapper(await tree.write(add));
  const sig = toBytes(Buffer.alloc(64));
  const commit = { did: 'did:plc:bench1nobody', version: 3, rev: tid(tree.size), data, prev: null, sig };
  const root = await add(commit);
  out.end();
  await once(out, 'close');
  const file = await open(path, 'r+');
  await file.write(headerOf(root), 0, undefined, 0);
  await file.close();
  return tree.size;
}

function headerOf(root: Buffer): Buffer {
  const header = encode({ roots: [new CidLinkWrapper(root)], version: 1 });
  return Buffer.concat([varint(header.length), header]);
}

function cidOf(data: Uint8Array): Buffer {
  return Buffer.concat([CID_PREFIX, createHash('sha256').update(data).digest()]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}

function tid(n: number): string {
  let rest = BigInt(BEGAN + n * 1000) * 1000n * 1024n;
  let text = '';
  for (let i = 0; i < 13; i++, rest >>= 5n) text = TID[Number(rest & 31n)]! + text;
  return text;
}

/** Later ones sort later. */
function keyOf(n: number): string {
  return `app.bsky.feed.post/${tid(n)}`;
}

/** A Merkle search tree over keys that come in order: a key's level is how many pairs of zero bits its digest begins with. */
class Tree {
  size = 0;
  private cids = Buffer.alloc(CID_BYTES << 12);
  private levels = new Uint8Array(1 << 12);

  add(key: string, cid: Buffer): void {
    if (this.size === this.levels.length) {
      this.cids = Buffer.concat([this.cids, Buffer.alloc(this.cids.length)]);
      const levels = new Uint8Array(2 * this.size);
      levels.set(this.levels);
      this.levels = levels;
    }
    cid.copy(this.cids, this.size * CID_BYTES);
    this.levels[this.size++] = levelOf(key);
  }

  /** Every node after those below it. @returns the root's CID */
  write(add: (node: object) => Promise<Buffer>): Promise<Buffer> {
    let top = 0;
    for (let i = 0; i < this.size; i++) top = Math.max(top, this.levels[i]!);
    return this.node(0, this.size, top, add);
  }

  private async node(from: number, to: number, level: number, add: (node: object) => Promise<Buffer>): Promise<Buffer> {
    const below = async (begin: number, end: number): Promise<CidLinkWrapper | null> =>
      begin === end ? null : new CidLinkWrapper(await this.node(begin, end, level - 1, add));
    const next = (begin: number): number => {
      let at = begin;
      while (at < to && this.levels[at] !== level) at++;
      return at;
    };
    let at = next(from);
    const l = await below(from, at);
    const e: object[] = [];
    let last = '';
    while (at < to) {
      const key = keyOf(at);
      let p = 0;
      while (p < last.length && last[p] === key[p]) p++;
      const v = new CidLinkWrapper(this.cids.subarray(at * CID_BYTES, (at + 1) * CID_BYTES));
      const after = next(at + 1);
      e.push({ p, k: toBytes(Buffer.from(key.slice(p))), v, t: await below(at + 1, after) });
      last = key;
      at = after;
    }
    return add({ l, e });
  }
}

function levelOf(key: string): number {
  let level = 0;
  for (const byte of createHash('sha256').update(key).digest()) {
    for (let shift = 6; shift >= 0; shift -= 2) {
      if (((byte >> shift) & 3) !== 0) return level;
      level++;
    }
  }
  return level;
}

const [script, path, bytes] = process.argv.slice(1);
if (script !== undefined && import.meta.url === pathToFileURL(script).href) {
  console.log(await generateCar(path!, Number(bytes)));
}
