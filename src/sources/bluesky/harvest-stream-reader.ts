/**
 * What of a stream is kept, and where it is. A message is not interpreted here: whose it is, whether it is a commit, and
 * its place, read off its bytes.
 */
import { Rejection } from '../../core/errors.js';
import type { SocketMessage } from '../harvest.js';
import { asArray, asNumber, asObject, asString, isObject } from '../shared/json.js';
import { decodeNext } from './cbor.js';

export type StreamMode = 'jetstream' | 'firehose';

export interface StreamReader {
  readonly format: string;
  /** @param place messages before it have been seen */
  read(message: SocketMessage, place: number | undefined): Read;
  /** When that place was, milliseconds since 1970; undefined where it does not say so. */
  sinceMs(at: number): number | undefined;
}

export interface Read {
  /** To be kept; undefined where it is not wanted. */
  readonly bytes?: Buffer;
  readonly at?: number;
  /** The server itself says that something is missing. */
  readonly problem?: string;
}

/** @param followed DIDs; none: everybody */
export function readerOf(mode: StreamMode, followed: ReadonlySet<string>): StreamReader {
  return mode === 'jetstream' ? new JetstreamReader(followed) : new FirehoseReader(followed);
}

const LINE_FEED = Buffer.from('\n');

class JetstreamReader implements StreamReader {
  readonly format = 'bluesky-jetstream';
  constructor(private readonly followed: ReadonlySet<string>) {}

  /** `{"did":"did:plc:…","time_us":1725911162329308,"kind":"commit",…}`: the server writes these three first. */
  read({ data }: SocketMessage, place: number | undefined): Read {
    const head = data.toString('latin1', 0, Math.min(data.length, 400));
    const at = Number(/"time_us":(\d{15,17})/.exec(head)?.[1]);
    const did = /"did":"(did:[^"]{1,256})"/.exec(head)?.[1];
    if (!Number.isSafeInteger(at) || did === undefined) return {};
    if (place !== undefined && at < place) return {};
    const everybody = this.followed.size === 0;
    if (!everybody && !this.followed.has(did)) return { at };
    // Of everybody, the states of accounts are more than their posts, and nobody asked for them.
    if (everybody && !head.includes('"kind":"commit"')) return { at };
    return { at, bytes: Buffer.concat([data, LINE_FEED]) };
  }

  sinceMs(at: number): number {
    return at / 1_000;
  }
}

class FirehoseReader implements StreamReader {
  readonly format = 'bluesky-firehose';
  constructor(private readonly followed: ReadonlySet<string>) {}

  read({ data }: SocketMessage, place: number | undefined): Read {
    let header: unknown;
    let body: unknown;
    try {
      const first = decodeNext(data, 'the frame’s header');
      header = first.value;
      body = decodeNext(first.rest, 'the frame’s body').value;
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      return { bytes: data }; // kept: the normaliser says what is wrong with it
    }
    const { op, t } = asObject(header) ?? {};
    if (!isObject(body)) return { bytes: data };
    if (t === '#info' && body['name'] === 'OutdatedCursor')
      return { problem: 'the server no longer keeps the place where the stream was left' };
    if (op === -1) return { problem: `the server says ${asString(body['error']) ?? 'an error'}` };
    const at = asNumber(body['seq']);
    const seen = at === undefined ? {} : { at };
    if (at !== undefined && place !== undefined && at <= place) return {};
    const did = asString(body['repo']) ?? asString(body['did']) ?? '';
    if (this.followed.size > 0) return this.followed.has(did) ? { ...seen, bytes: data } : seen;
    return t === '#commit' && hasPosts(body['ops']) ? { ...seen, bytes: data } : seen;
  }

  sinceMs(): undefined {
    return undefined;
  }
}

const WANTED = /^app\.bsky\.(?:feed\.(?:post|repost)|actor\.profile)\//;

function hasPosts(ops: unknown): boolean {
  return asArray(ops).some((op) => isObject(op) && WANTED.test(asString(op['path']) ?? ''));
}
