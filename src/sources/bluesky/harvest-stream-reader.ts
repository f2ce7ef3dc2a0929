/**
 * What of a stream is kept, and where it is. A message is not interpreted here: whose it is, whether it is a commit, and
 * its place, read off its bytes.
 */
import { Rejection } from '../../core/errors.js';
import type { GapReason, SocketMessage } from '../harvest.js';
import { asArray, asNumber, asObject, asString, isObject, parseJson, type JsonObject } from '../shared/json.js';
import { decodeNext } from './cbor.js';

export type StreamMode = 'jetstream' | 'firehose';

export interface StreamReader {
  readonly format: string;
  read(message: SocketMessage): Read;
}

export interface Read {
  /** To be kept; undefined where it is not wanted. */
  readonly bytes?: Buffer;
  /** No message that can be told from what stands beside it: kept for itself. */
  readonly odd?: true;
  /** Its number: microseconds since 1970, or the `seq` of a firehose. */
  readonly at?: number;
  /** When the server says that it happened, milliseconds since 1970. */
  readonly ms?: number;
  readonly did?: string;
  readonly notice?: Notice;
}

/** What the server says of the stream itself. */
export interface Notice {
  readonly detail: string;
  /** Something is missing. */
  readonly gap?: GapReason;
  /** The place is one that the server does not have. */
  readonly resets?: true;
}

/** @param followed DIDs; none: everybody */
export function readerOf(mode: StreamMode, followed: ReadonlySet<string>): StreamReader {
  return mode === 'jetstream' ? new JetstreamReader(followed) : new FirehoseReader(followed);
}

const LINE_FEED = Buffer.from('\n');
const NEW_LINE = 10;

class JetstreamReader implements StreamReader {
  readonly format = 'bluesky-jetstream';
  constructor(private readonly followed: ReadonlySet<string>) {}

  /** `{"did":"did:plc:…","time_us":1725911162329308,"kind":"commit",…}`: servers write these three first. */
  read({ data }: SocketMessage): Read {
    const head = data.toString('latin1', 0, Math.min(data.length, 300));
    const [, did, digits, kind] =
      /^\{"did":"(did:[^"\\]{1,200})","time_us":(\d{1,16}),"(?:kind|type)":"([a-z]{1,20})"/.exec(head) ?? [];
    const bytes = Buffer.concat([data, LINE_FEED]);
    if (did === undefined) return this.readWhole(data, bytes);
    return this.wanted(did, Number(digits), kind!, data.includes(NEW_LINE) ? { bytes, odd: true } : { bytes });
  }

  private readWhole(data: Buffer, bytes: Buffer): Read {
    const event = tryJson(data);
    const did = asString(event?.['did']);
    const at = event?.['time_us'];
    if (did === undefined || typeof at !== 'number') return { bytes, odd: true };
    const kind = asString(event?.['kind']) ?? asString(event?.['type']) ?? '';
    return this.wanted(did, at, kind, { bytes, ...(data.includes(NEW_LINE) && { odd: true }) });
  }

  private wanted(did: string, at: number, kind: string, kept: Read): Read {
    const known = { at, ms: Math.floor(at / 1_000), did };
    // Of everybody, the states of accounts are more than their posts, and nobody asked for them.
    const isWanted = this.followed.size > 0 ? this.followed.has(did) : !/^(?:acc|id)/.test(kind);
    return isWanted ? { ...kept, ...known } : known;
  }
}

function tryJson(data: Buffer): JsonObject | undefined {
  try {
    return asObject(parseJson(data));
  } catch (error) {
    if (error instanceof Rejection) return undefined;
    throw error;
  }
}

class FirehoseReader implements StreamReader {
  readonly format = 'bluesky-firehose';
  constructor(private readonly followed: ReadonlySet<string>) {}

  read({ data }: SocketMessage): Read {
    const frame = frameIn(data);
    if (!frame) return { bytes: data, odd: true };
    const { header, body } = frame;
    const type = asString(header['t']);
    const notice = noticeIn(header, body);
    if (notice) return { notice };
    const at = asNumber(body['seq']);
    const ms = Date.parse(asString(body['time']) ?? '');
    const did = asString(body['repo']) ?? asString(body['did']) ?? '';
    const known = { did, ...(at !== undefined && { at }), ...(!Number.isNaN(ms) && { ms }) };
    const isWanted =
      this.followed.size > 0 ? this.followed.has(did) : type === '#commit' && hasPosts(body['ops'], body['tooBig']);
    if (!isWanted) return known;
    return { ...known, bytes: data, ...(body['tooBig'] === true && { notice: TOO_BIG }) };
  }
}

/** Two maps, and nothing behind them: else the frames beside it could not be told apart. */
function frameIn(data: Buffer): { header: JsonObject; body: JsonObject } | undefined {
  try {
    const first = decodeNext(data, 'the frame’s header');
    const second = decodeNext(first.rest, 'the frame’s body');
    const [header, body] = [asObject(first.value), asObject(second.value)];
    return header && body && second.rest.length === 0 ? { header, body } : undefined;
  } catch (error) {
    if (error instanceof Rejection) return undefined;
    throw error;
  }
}

/** https://atproto.com/specs/event-stream: `#info`, and errors, which end the stream. */
function noticeIn({ op, t }: JsonObject, body: JsonObject): Notice | undefined {
  if (t === '#info') {
    const name = asString(body['name'])?.slice(0, 100) ?? 'something';
    if (name !== 'OutdatedCursor') return { detail: `the server says ${name}` };
    return { detail: 'the server no longer keeps the place where the stream was left', gap: 'cursor-reset' };
  }
  if (op !== -1) return undefined;
  const error = asString(body['error'])?.slice(0, 100) ?? 'an error';
  if (error === 'FutureCursor')
    return {
      detail: 'the server does not have the place where the stream was left',
      gap: 'cursor-reset',
      resets: true,
    };
  // We were too slow: what was not sent is sent from our place on.
  return { detail: `the server ended the stream: ${error}` };
}

const TOO_BIG: Notice = {
  detail: 'a commit was too big for the stream: what it did is in the repository only',
  gap: 'platform',
};

const WANTED = /^app\.bsky\.(?:feed\.(?:post|repost)|actor\.profile)\//;

/** What a commit that was too big did, it does not say. */
function hasPosts(ops: unknown, tooBig: unknown): boolean {
  return tooBig === true || asArray(ops).some((op) => isObject(op) && WANTED.test(asString(op['path']) ?? ''));
}
