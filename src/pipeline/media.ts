/**
 * Fetches the files that posts and profiles name by their address. Each address is asked once, the same bytes are kept
 * once, and what could not be had is said with its reason. Harmless to repeat: what is not due is left alone.
 */
import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Key } from '../core/digest.js';
import { messageOf } from '../core/errors.js';
import { RateLimited } from '../sources/harvest.js';
import { lookAtPicture } from './media-picture.js';
import type {
  Download,
  Downloaded,
  MediaCredential,
  MediaEnd,
  MediaExchange,
  MediaKind,
  MediaPace,
  MediaState,
  MediaStore,
  MediaTask,
} from './media-ports.js';
import { describe, documentTypeOf, mediaTypeOf } from './media-types.js';
import type { BlobStore } from './ports.js';

export interface MediaLimits {
  /** Of pictures. */
  readonly imageBytes: number;
  /** Of everything else. */
  readonly bytes: number;
}

export const DEFAULT_LIMITS: MediaLimits = { imageBytes: 20 * 1024 * 1024, bytes: 100 * 1024 * 1024 };

export interface MediaDeps {
  readonly store: MediaStore;
  readonly blobs: Pick<BlobStore, 'put'>;
  readonly download: Download;
  /** With what the file may be asked for; absent: all are asked for as anybody would. */
  readonly credentialOf?: (task: MediaTask) => Promise<MediaCredential | undefined>;
  /** A folder of this machine for what is not whole yet. It outlives the process. */
  readonly partials: string;
  readonly limits?: MediaLimits;
  readonly pace?: MediaPace;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export type MediaTally = Readonly<Record<MediaState, number>>;

/** Longer than any download may take; a worker that dies gives its files back after that time. */
const LEASE_MS = 60 * 60_000;

/** Fetches those of them that are due, one after the other. */
export async function fetchMedia(deps: MediaDeps, keys: readonly Key[]): Promise<MediaTally> {
  const tally: Record<MediaState, number> = { waiting: 0, stored: 0, missing: 0, refused: 0 };
  await mkdir(deps.partials, { recursive: true });
  for (const key of keys) {
    deps.signal.throwIfAborted();
    // One at a time: the lease of the last would otherwise run while the first is fetched.
    const [task] = await deps.store.claim([key], LEASE_MS);
    if (task) tally[await fetchOne(deps, task)]++;
  }
  return tally;
}

async function fetchOne(deps: MediaDeps, task: MediaTask): Promise<MediaState> {
  const { key, url, type } = task;
  const { imageBytes, bytes } = deps.limits ?? DEFAULT_LIMITS;
  const partial = join(deps.partials, key);
  if (task.tries > MAX_TRIES) {
    const problem = 'whoever fetched it ended without a word, again and again';
    return end(deps, task, { state: 'missing', problem, againInMs: null }, [], partial);
  }
  const asked: Asked[] = [];
  try {
    await deps.pace?.take(new URL(url).host, deps.signal);
    const credential = await deps.credentialOf?.(task);
    const answer = await deps.download({
      url,
      partial,
      maxBytes: type === 'Image' || type === 'Avatar' ? imageBytes : bytes,
      unwanted: (head) =>
        typeOf(type, head) === undefined ? `${describe(head)} is there, no ${WANTED[type]}` : undefined,
      credential,
      record: (exchange, body) => void asked.push({ exchange, body }),
      signal: deps.signal,
    });
    const exchanges = await withBodies(deps, asked);
    if (answer.kind === 'whole') return await keep(deps, task, answer, exchanges, partial);
    if (answer.kind === 'failed' && (answer.retryInMs !== undefined || answer.status === TOO_MANY))
      await deps.pace?.block(new URL(url).host, answer.retryInMs ?? MINUTE);
    return await end(deps, task, endOf(task, answer), exchanges, partial);
  } catch (error) {
    if (error instanceof RateLimited) {
      await deps.store.postponed(key, Math.max(0, error.until - deps.now()), error.message, []);
      return 'waiting';
    }
    // Ours: the disk is full, the database is away, the process ends. The server is not to blame, so no try is counted.
    const exchanges = asked.map(({ exchange }) => exchange);
    await deps.store.postponed(key, OUR_TROUBLE_MS, messageOf(error), exchanges).catch(() => undefined);
    throw error;
  }
}

interface Asked {
  readonly exchange: MediaExchange;
  readonly body: Buffer | undefined;
}

/** What a server said instead of the file is kept like the file. */
async function withBodies(
  { blobs }: Pick<MediaDeps, 'blobs'>,
  asked: readonly Asked[],
): Promise<readonly MediaExchange[]> {
  const exchanges: MediaExchange[] = [];
  for (const { exchange, body } of asked) {
    if (body === undefined) exchanges.push(exchange);
    else exchanges.push({ ...exchange, digest: (await blobs.put(Readable.from([body]))).digest });
  }
  return exchanges;
}

const OUR_TROUBLE_MS = 60_000;
const TOO_MANY = 429;
const WHOLE = 200;

const WANTED: Readonly<Record<MediaKind, string>> = {
  Image: 'picture',
  Avatar: 'picture',
  Video: 'video',
  Audio: 'sound',
  Document: 'document',
};

/** A video where a picture was announced is kept as well: platforms make silent videos of animated pictures. */
function typeOf(kind: MediaKind, head: Buffer): string | undefined {
  return kind === 'Document' ? documentTypeOf(head) : mediaTypeOf(head);
}

async function keep(
  deps: MediaDeps,
  { key, type }: MediaTask,
  { status, head }: Extract<Downloaded, { kind: 'whole' }>,
  exchanges: readonly MediaExchange[],
  partial: string,
): Promise<MediaState> {
  const { digest, bytes } = await deps.blobs.put(createReadStream(partial, { highWaterMark: 256 * 1024 }));
  const contentType = typeOf(type, head)!;
  // Of a file that came in parts, no answer has the digest of the whole.
  const asked = exchanges.map((each, place) =>
    place === exchanges.length - 1 && status === WHOLE ? { ...each, digest } : each,
  );
  await deps.store.stored(key, { status, digest, bytes, contentType }, asked);
  try {
    // A hostile picture may end the process here: the file is kept already, and is not fetched again.
    const facts = await lookAtPicture(partial, contentType).catch(() => undefined);
    if (facts) await deps.store.looked(key, facts);
  } finally {
    await discard(partial);
  }
  return 'stored';
}

async function end(
  deps: MediaDeps,
  { key }: MediaTask,
  how: MediaEnd,
  exchanges: readonly MediaExchange[],
  partial: string,
): Promise<MediaState> {
  await deps.store.ended(key, how, exchanges);
  if (how.againInMs === null) await discard(partial);
  return how.state;
}

/** The part that was had, and what is known of it. */
async function discard(partial: string): Promise<void> {
  await rm(partial, { force: true });
  await rm(`${partial}.json`, { force: true });
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** The pauses after the first, second … try that failed. */
const PAUSES = [5 * MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY];
/** More are counted only where the fetching process dies of it. */
const MAX_TRIES = 2 * PAUSES.length + 2;
/** A server that wants longer than this is not waited for. */
const MAX_PAUSE = 7 * DAY;

/** What becomes of a file that did not come. Pure. */
export function endOf(
  { state, tries }: Pick<MediaTask, 'state' | 'tries'>,
  answer: Exclude<Downloaded, { kind: 'whole' }>,
): MediaEnd {
  const { problem } = answer;
  const said = { problem, ...(answer.status !== undefined && { status: answer.status }) };
  switch (answer.kind) {
    case 'refused':
      return { state: 'refused', ...said, againInMs: null };
    case 'gone':
      // Said once, it may be a fault of the server's; said again a day later, it is believed.
      return { state: 'missing', ...said, againInMs: state === 'waiting' ? DAY : null };
    case 'failed': {
      const pause = PAUSES[tries - 1];
      if (pause === undefined) return { state: 'missing', ...said, againInMs: null };
      const againInMs = Math.min(Math.max(pause, answer.retryInMs ?? 0), MAX_PAUSE);
      return { state: state === 'missing' ? 'missing' : 'waiting', ...said, againInMs };
    }
  }
}
