/**
 * Which block is which record: what a pass over a CAR must remember, since blocks stand in any order and a record may
 * come long before the tree's node that names it.
 *
 * About 70 bytes for a record and its key, nothing of the records themselves: the 3 million of a CAR of 1 GB take some
 * 250 MB with their tree. Blocks are known by 16 bytes of their digest; that two share them is out of anyone's reach.
 */
import type { Cid } from './cbor.js';
import type { Node } from './mst.js';
import { Keys, Pages } from './pages.js';

const WORDS = 4;
const NO_NAME = 0xffffffff;

const SEEN = 1;
const NODE = 2;
const RECORD = 4;
const WALKED = 8;

export class BlockIndex {
  // Columns of one table, a row for each CID that is a block or is linked to.
  private readonly digests = new Pages(Uint32Array);
  private readonly flags = new Pages(Uint8Array);
  /** Where a record stands; for a node, its first link. */
  private readonly places = new Pages(Float64Array);
  /** How long a record is; for a node, how many links it has. */
  private readonly lengths = new Pages(Uint32Array);
  private readonly names = new Pages(Uint32Array);

  private readonly linkTargets = new Pages(Uint32Array);
  private readonly linkNames = new Pages(Uint32Array);
  private readonly keys = new Keys();
  /** Records in the order of the file. */
  private readonly order = new Pages(Uint32Array);
  /** Identical records under several keys are one block: the keys after the first. Few. */
  private readonly moreNames = new Map<number, number[]>();

  private slots = new Uint32Array(1 << 12);
  private missing = 0;

  /** False when a block of this CID was there before. */
  addRecord(cid: Cid, offset: number, length: number, looksLikeRecord: boolean): boolean {
    const row = this.rowOf(cid);
    if (this.has(row, SEEN)) return false;
    this.flag(row, SEEN | (looksLikeRecord ? RECORD : 0));
    this.places.set(row, offset);
    this.lengths.set(row, length);
    this.order.push(row);
    return true;
  }

  addNode(cid: Cid, node: Node): void {
    const row = this.rowOf(cid);
    if (this.has(row, SEEN)) return;
    this.flag(row, SEEN | NODE);
    this.places.set(row, this.linkTargets.length);
    this.lengths.set(row, node.links.length);
    for (const { cid: target, key } of node.links) {
      this.linkTargets.push(this.rowOf(target));
      this.linkNames.push(key === undefined ? NO_NAME : this.keys.add(key));
    }
  }

  /** Gives records their names, going through the tree from its root. Returns how many nodes are not in the file. */
  walk(root: Cid): number {
    const waiting = [this.rowOf(root)];
    for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
      if (this.has(row, WALKED)) continue;
      this.flag(row, WALKED);
      if (!this.has(row, NODE)) {
        this.missing++;
        continue;
      }
      const first = this.places.get(row);
      for (let link = first; link < first + this.lengths.get(row); link++) {
        const [target, name] = [this.linkTargets.get(link), this.linkNames.get(link)];
        if (name === NO_NAME) waiting.push(target);
        else this.addName(target, name);
      }
    }
    return this.missing;
  }

  /** The records with their keys, in the order of the file; without keys where the tree does not reach them. */
  *records(): Generator<{ offset: number; length: number; looksLikeRecord: boolean; keys: readonly string[] }> {
    for (let i = 0; i < this.order.length; i++) {
      const row = this.order.get(i);
      const name = this.names.get(row);
      const names = name === NO_NAME ? [] : [name, ...(this.moreNames.get(row) ?? [])];
      yield {
        offset: this.places.get(row),
        length: this.lengths.get(row),
        looksLikeRecord: this.has(row, RECORD),
        keys: names.map((each) => this.keys.get(each)),
      };
    }
  }

  private addName(row: number, name: number): void {
    if (this.names.get(row) === NO_NAME) this.names.set(row, name);
    else this.moreNames.set(row, [...(this.moreNames.get(row) ?? []), name]);
  }

  private has(row: number, flag: number): boolean {
    return (this.flags.get(row) & flag) !== 0;
  }

  private flag(row: number, flags: number): void {
    this.flags.set(row, this.flags.get(row) | flags);
  }

  /** The row of a CID, made if there is none: open addressing over the digests, which are random by themselves. */
  private rowOf({ digest }: Cid): number {
    if (this.flags.length * 3 > this.slots.length * 2) this.grow();
    const mask = this.slots.length - 1;
    const words = [digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8), digest.readUInt32LE(12)];
    let slot = words[0]! & mask;
    for (;;) {
      const taken = this.slots[slot]!;
      if (taken === 0) break;
      const at = (taken - 1) * WORDS;
      if (words.every((word, i) => this.digests.get(at + i) === word)) return taken - 1;
      slot = (slot + 1) & mask;
    }
    for (const word of words) this.digests.push(word);
    this.places.push(0);
    this.lengths.push(0);
    this.names.push(NO_NAME);
    const row = this.flags.push(0);
    this.slots[slot] = row + 1;
    return row;
  }

  private grow(): void {
    this.slots = new Uint32Array(this.slots.length * 2);
    const mask = this.slots.length - 1;
    for (let row = 0; row < this.flags.length; row++) {
      let slot = this.digests.get(row * WORDS) & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = row + 1;
    }
  }
}
