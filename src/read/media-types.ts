/** What the readers of files hand out; types.ts has the conventions. */
import type { ExchangeView } from './seed-types.js';

export interface MissingMediaView {
  /** Canonical URI of the post that names it; null for pictures of profiles. */
  readonly post: string | null;
  /** Canonical URI of the actor whose profile names it; null for attachments. */
  readonly actor: string | null;
  /** The name in the package, or the address. */
  readonly file: string;
  readonly type: string;
  /** `notInPackage`: a package names it, did not bring it, and gives no address that was asked. */
  readonly state: 'waiting' | 'missing' | 'refused' | 'notInPackage';
  readonly tries: number;
  /** When it is asked for next; null: no more. */
  readonly nextAt: string | null;
  /** The last reason, for people. */
  readonly problem: string | null;
  /** The last HTTP status. */
  readonly status: number | null;
}

export interface MediaCount {
  readonly type: string;
  readonly state: 'waiting' | 'stored' | 'missing' | 'refused';
  readonly count: number;
  /** Of the distinct files among them that are stored. */
  readonly bytes: number;
}

/** One request for a file by its address, and its answer. */
export interface MediaExchangeView extends ExchangeView {
  /** The address that a post or profile names; `url` is the one that was asked, secrets taken out. */
  readonly file: string;
}

export interface FetchView {
  readonly url: string;
  readonly type: string;
  readonly state: 'waiting' | 'stored' | 'missing' | 'refused';
  readonly tries: number;
  readonly nextAt: string | null;
  readonly problem: string | null;
  readonly status: number | null;
  readonly digest: string | null;
  readonly bytes: number | null;
  /** By its first bytes. */
  readonly contentType: string | null;
  readonly width: number | null;
  readonly height: number | null;
  /** 64 bits, 16 hex characters: a help in finding look-alikes, no evidence. */
  readonly phash: string | null;
  readonly fetchedAt: string | null;
}

export interface PictureView {
  readonly digest: string;
  readonly bytes: number | null;
  readonly sealed: boolean;
  /** The first 100 of the actors whose profiles name it. */
  readonly actors: readonly { readonly uri: string; readonly url: string }[];
}
