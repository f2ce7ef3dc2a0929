/** What fetching files by their address needs of the outside, as types. */
import type { Digest, Key } from '../core/digest.js';
import type { Credential, ExchangeRecord } from '../sources/harvest.js';

export type MediaKind = 'Image' | 'Video' | 'Audio' | 'Document' | 'Avatar';

/**
 * `missing`: the server no longer has it, or all tries failed. `refused`: what is there may not be asked for, is too
 * large, or is no such file; asking again would not change it.
 */
export type MediaState = 'waiting' | 'stored' | 'missing' | 'refused';

/** A file that a post or a profile names by its address. */
export interface WantedMedia {
  readonly url: string;
  readonly type: MediaKind;
  /** Whose attachment it is. */
  readonly post?: Key;
  /** Whose profile names it. */
  readonly actor?: Key;
}

/** A file that this worker, and no other, is to fetch now. */
export interface MediaTask {
  readonly key: Key;
  readonly url: string;
  readonly type: MediaKind;
  readonly state: MediaState;
  /** This one included. */
  readonly tries: number;
}

export interface StoredMedia {
  readonly status: number;
  readonly digest: Digest;
  readonly bytes: number;
  /** By its first bytes. */
  readonly contentType: string;
}

/** One request for a file, and its answer; redirects and parts of a file have one each. */
export type MediaExchange = Omit<ExchangeRecord, 'budget' | 'requestDigest'>;

/** What a picture looks like. Never evidence. */
export interface PictureFacts {
  /** As it is shown: turned as its EXIF says. */
  readonly width: number;
  readonly height: number;
  /** 64 bits as 16 hex characters; absent where no picture could be decoded. */
  readonly phash?: string;
}

export interface MediaEnd {
  readonly state: Exclude<MediaState, 'stored'>;
  readonly problem: string;
  readonly status?: number;
  /** Milliseconds until it is tried again; null: no more. */
  readonly againInMs: number | null;
}

export interface MediaStore {
  /** Those of them that are due; each counts a try, and is due again when the lease is over. */
  claim(keys: readonly Key[], leaseMs: number): Promise<readonly MediaTask[]>;
  /** The bytes are kept: every post that names the address has the file now. `asked`: what was asked for it, in order. */
  stored(key: Key, file: StoredMedia, asked: readonly MediaExchange[]): Promise<void>;
  looked(key: Key, facts: PictureFacts): Promise<void>;
  ended(key: Key, end: MediaEnd, asked: readonly MediaExchange[]): Promise<void>;
  /** It was not asked for after all: the try does not count. */
  postponed(key: Key, waitMs: number, problem: string, asked: readonly MediaExchange[]): Promise<void>;
}

/** Sent to this origin alone, and to nobody after a redirect to another one. */
export interface MediaCredential {
  readonly origin: string;
  readonly credential: Credential;
}

export interface DownloadRequest {
  readonly url: string;
  /** Where the bytes gather; what is there from an earlier broken try is gone on with where the server proves that it fits. */
  readonly partial: string;
  /** Content codings undone. */
  readonly maxBytes: number;
  /** Why these first bytes (512 at most, fewer only where the file is that short) are not wanted; undefined: they are. */
  readonly unwanted: (head: Buffer) => string | undefined;
  /** Told of every exchange when it is over, failed ones too; `body`: of a short answer that is not the file. */
  readonly record: (exchange: MediaExchange, body?: Buffer) => void;
  readonly credential?: MediaCredential | undefined;
  readonly signal: AbortSignal;
}

export type Downloaded =
  | { readonly kind: 'whole'; readonly status: number; readonly bytes: number; readonly head: Buffer }
  /** Asking again would not change it. */
  | { readonly kind: 'refused'; readonly problem: string; readonly status?: number }
  /** 404, 410. */
  | { readonly kind: 'gone'; readonly problem: string; readonly status: number }
  | {
      readonly kind: 'failed';
      readonly problem: string;
      readonly status?: number;
      /** The server's own word (Retry-After), milliseconds from now. */
      readonly retryInMs?: number;
    };

export type Download = (request: DownloadRequest) => Promise<Downloaded>;

/** Keeps a polite pace with each host; throws a RateLimited where that means waiting for long. */
export interface MediaPace {
  take(host: string, signal: AbortSignal): Promise<void>;
  /** The host said so. */
  block(host: string, waitMs: number): Promise<void>;
}
