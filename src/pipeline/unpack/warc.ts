/**
 * A WARC into members: the body of every answer that may hold posts (JSON, XML, HTML, tables), each with when and from
 * where it came. Pictures, scripts and style sheets stay in the WARC, which is itself a member and kept as it is.
 */
import { createHash, type Hash } from 'node:crypto';
import { Rejection } from '../../core/errors.js';
import type { Digest } from '../../core/digest.js';
import { withoutSecrets } from '../../core/secrets.js';
import type { BlobStore, Exchange } from '../ports.js';
import { ByteReader } from './byte-reader.js';
import { gunzip, headAndAll } from './compressed.js';
import { guarded, refused, type OnMember, type Package } from './guards.js';
import { readAnswer, typeOf, type HttpAnswer } from './http-message.js';
import { readFields, warcRecords, type WarcRecord } from './warc-records.js';

/** @returns what was left out, taken out, or does not match */
export async function unpackWarc(blobs: BlobStore, pack: Package, onMember: OnMember): Promise<readonly string[]> {
  const reading = new Reading(blobs, pack, onMember);
  const { head, all } = await headAndAll(blobs.open(pack.digest), 2);
  const packed = head.length >= 2 && head.readUInt16BE(0) === 0x1f8b;
  const reader = new ByteReader(packed ? guarded(gunzip(all), pack.bytes, pack.path) : all, pack.path);
  try {
    for await (const record of warcRecords(reader)) {
      if ('why' in record) await reading.damage(record.offset, record.bytes, record.reason, record.why);
      else await reading.take(record);
    }
  } catch (error) {
    // What was read before the damage stays.
    if (!(error instanceof Rejection)) throw error;
    await reading.damage(reader.at, 0, error.reason, error.detail);
  } finally {
    await reader.close();
  }
  return reading.notes();
}

interface Kept {
  readonly digest: Digest;
  readonly bytes: number;
}

/** Types that posts may come in. Scripts are looked at more closely: JSON is sometimes served as one. */
const MAY_HOLD_POSTS = /json|xml|html|csv|text\/plain|octet-stream|cbor|ipld|^$/;
const SCRIPT = /javascript|ecmascript/;
const CREDENTIALS = ['authorization', 'proxy-authorization', 'cookie', 'x-api-key', 'x-csrf-token', 'x-guest-token'];

class Reading {
  private records = 0;
  private members = 0;
  private left = 0;
  private unmatched = 0;
  private readonly wrongDigests: number[] = [];
  private readonly removed = new Map<string, number>();
  private readonly credentials = new Map<string, number>();
  /** Payloads that a later record may refer to. */
  private readonly payloads = new Map<string, Kept>();

  constructor(
    private readonly blobs: BlobStore,
    private readonly pack: Package,
    private readonly onMember: OnMember,
  ) {}

  async take(record: WarcRecord): Promise<void> {
    this.records++;
    switch (record.type) {
      case 'response':
      case 'resource':
      case 'conversion':
        return this.takeBody(record);
      case 'revisit':
        return this.takeRevisit(record);
      case 'request':
        return this.takeRequest(record);
      default: // warcinfo, metadata, continuation: about the harvest, kept in the WARC
    }
  }

  async damage(offset: number, bytes: number, reason: 'malformed' | Rejection['reason'], why: string): Promise<void> {
    await this.onMember(refused(`${this.pack.path}/from byte ${offset}`, bytes, reason, why));
  }

  private async takeBody(record: WarcRecord): Promise<void> {
    const check = digestCheck(record);
    const block = check ? hashed(record.block, check.hash) : record.block;
    const { exchange, path } = this.originOf(record);
    try {
      const isHttp = record.type === 'response' && /^https?:/i.test(record.uri ?? '');
      const answer = isHttp ? await readAnswer(block) : plainAnswer(record, block);
      if (!answer || !(answer.status < 300 || (answer.status >= 400 && answer.type.includes('json'))))
        return this.leave();
      if (!SCRIPT.test(answer.type) && !MAY_HOLD_POSTS.test(answer.type)) return this.leave();
      const { head, all } = await headAndAll(answer.body, 64);
      if (head.length === 0 || (SCRIPT.test(answer.type) && !/^\s*[[{]/.test(head.toString('latin1')))) {
        for await (const _ of all); // its decoder must have come to its end before the next record is read
        return this.leave();
      }
      const kept = await this.blobs.put(guarded(all, this.pack.bytes, path));
      const payload = record.fields.get('warc-payload-digest');
      if (payload !== undefined) this.payloads.set(payload, kept);
      // Bytes behind the last chunk belong to the block as well.
      for await (const _ of block);
      if (check && !check.matches()) this.wrongDigests.push(record.offset);
      await this.found(path, kept, { ...exchange, ...(isHttp && { status: answer.status }) });
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      await this.onMember(refused(path, record.bytes, error.reason, error.detail));
    }
  }

  /** The same answer once more: seen again at another time. */
  private async takeRevisit(record: WarcRecord): Promise<void> {
    const payload = this.payloads.get(record.fields.get('warc-payload-digest') ?? '');
    if (!payload) return void this.unmatched++;
    const { exchange, path } = this.originOf(record);
    await this.found(path, payload, exchange);
  }

  private async takeRequest(record: WarcRecord): Promise<void> {
    const reader = new ByteReader(record.block, 'the request');
    try {
      await reader.line(64 * 1024, 'the request line');
      const fields = await readFields(reader);
      for (const name of CREDENTIALS) if (fields.has(name)) count(this.credentials, name);
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      await this.damage(record.offset, record.bytes, error.reason, error.detail);
    }
  }

  private async found(path: string, kept: Kept, exchange: Exchange): Promise<void> {
    this.members++;
    await this.onMember({ path, ...kept, exchange });
  }

  private leave(): void {
    this.left++;
  }

  private originOf(record: WarcRecord): { exchange: Exchange; path: string } {
    const { url, removed } = withoutSecrets(record.uri ?? '');
    for (const name of removed) count(this.removed, name);
    const id = record.fields.get('warc-record-id')?.replace(/^<(.*)>$/, '$1');
    const exchange: Exchange = {
      offset: record.offset,
      ...(id !== undefined && { record: id }),
      ...(record.date !== undefined && { at: record.date }),
      ...(url !== '' && { uri: url }),
      ...(removed.length > 0 && { removed }),
    };
    return { exchange, path: `${this.pack.path}/${record.number}/${pathOf(url)}` };
  }

  notes(): readonly string[] {
    const { path } = this.pack;
    const notes = [`${path}: ${this.records} records, of which ${this.members} are answers that may hold posts`];
    if (this.left > 0)
      notes.push(`${path}: ${this.left} other answers (pictures, scripts, redirects, errors) stay in it`);
    if (this.unmatched > 0) {
      notes.push(
        `${path}: ${this.unmatched} records say "as before" of answers that are not in this file, or hold no posts`,
      );
    }
    if (this.wrongDigests.length > 0) {
      const places = this.wrongDigests.slice(0, 5).join(', ');
      notes.push(
        `${path}: ${this.wrongDigests.length} records do not match their own digest (at bytes ${places}): read all the same`,
      );
    }
    if (this.removed.size > 0)
      notes.push(`${path}: taken out of the addresses that are shown: ${listed(this.removed)}`);
    if (this.credentials.size > 0) {
      notes.push(
        `${path}: its requests carry credentials (${listed(this.credentials)}); they are not read, and the file itself is kept as it came: treat it as a secret`,
      );
    }
    return notes;
  }
}

function plainAnswer(record: WarcRecord, body: AsyncIterable<Uint8Array>): HttpAnswer {
  return { status: 200, type: typeOf(record.fields.get('content-type')), body };
}

/** A path for people: host and path of the address, without the query, safe as a file's name. */
function pathOf(url: string): string {
  const plain = url.replace(/^[a-z][a-z0-9+.-]*:\/*/i, '').replace(/[?#].*$/s, '');
  const parts = plain.split(/[/\\]+/).filter((part) => part !== '' && part !== '.' && part !== '..');
  return (
    parts
      .join('/')
      .replace(/\p{Cc}/gu, '_')
      .slice(0, 300) || 'record'
  );
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function listed(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([name, number]) => `${name} (${number})`).join(', ');
}

// ── digests ─────────────────────────────────────────────────────────────────────────────────────────────────────────

interface DigestCheck {
  readonly hash: Hash;
  matches(): boolean;
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** `sha1:` and `sha256:` in hexadecimal or Base32, as WARC-Block-Digest has them; others are not compared. */
function digestCheck(record: WarcRecord): DigestCheck | undefined {
  const [, algorithm, value] = /^(sha1|sha256|md5):(\w+)=*$/i.exec(record.fields.get('warc-block-digest') ?? '') ?? [];
  if (algorithm === undefined || value === undefined) return undefined;
  const hash = createHash(algorithm.toLowerCase());
  return {
    hash,
    matches: () => {
      const digest = hash.digest();
      return digest.toString('hex') === value.toLowerCase() || base32(digest) === value.toUpperCase();
    },
  };
}

function base32(bytes: Buffer): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32[(held >> bits) & 31];
    }
  }
  return bits > 0 ? text + BASE32[(held << (5 - bits)) & 31] : text;
}

async function* hashed(block: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const part of block) {
    hash.update(part);
    yield part;
  }
}
