/** Files that were to be had by their address: what is here, what is missing, and why. */
import type { Pool } from 'pg';
import { parseDigest, sha256, showDigest, type Digest, type Key } from '../core/digest.js';
import { UsageError } from '../core/errors.js';
import {
  countFetches,
  findActorsOfFile,
  findFetches,
  isFileWanted,
  listMediaExchanges,
  listMissingOfActors,
  listMissingOfPosts,
  type FetchRecord,
  type MissingRecord,
  type WhichFile,
} from '../store/readers/media.js';
import { findCapture } from '../store/readers/relations.js';
import { EVERYTHING, reading, scopeOf, type Scope } from '../store/readers/scope.js';
import { collectionOf } from './accessions.js';
import { limitOf, NUMBER, pageOf, readCursor, UUID, writeCursor } from './cursor.js';
import type { FetchView, MediaCount, MediaExchangeView, MissingMediaView, PictureView } from './media-types.js';
import type { Page, PageOptions } from './list-types.js';
import { exchangeView } from './seeds.js';

const CURSOR = { owners: /^(posts|actors)$/, owner: UUID, file: /^[\s\S]{0,1100}$/ } as const;

/** A list of its own since posts have other keys (docs/adr/0012): a cursor from before would leave some out. */
const LIST = 'media';

/**
 * Files that posts name and that are not here, by post; then pictures of profiles, by actor. `collection`: name or id;
 * throws a UsageError when there is none of that name.
 */
export async function missingMedia(
  pool: Pool,
  options: PageOptions & { readonly collection?: string } = {},
  scope: Scope = EVERYTHING,
): Promise<Page<MissingMediaView>> {
  const limit = limitOf(options);
  const start = options.cursor === undefined ? undefined : readCursor(LIST, options.cursor, CURSOR);
  const collections = within(scopeOf(scope), await collectionOf(pool, options.collection));
  const rows: (MissingRecord & { readonly owners: 'posts' | 'actors' })[] = [];
  if (start?.owners !== 'actors') {
    const found = await listMissingOfPosts(pool, { collections, limit: limit + 1, after: start });
    rows.push(...found.map((row) => ({ ...row, owners: 'posts' as const })));
  }
  if (rows.length <= limit) {
    const after = start?.owners === 'actors' ? start : undefined;
    const found = await listMissingOfActors(pool, { collections, limit: limit + 1 - rows.length, after });
    rows.push(...found.map((row) => ({ ...row, owners: 'actors' as const })));
  }
  const { items, last } = pageOf(rows, limit);
  const next = last && writeCursor(LIST, { owners: last.owners, owner: last.owner, file: last.file });
  return { items: items.map(missingOf), next: next ?? null };
}

function within(scope: readonly string[] | null, collection: Key | undefined): readonly string[] | null {
  if (collection === undefined) return scope;
  return scope === null || scope.includes(collection) ? [collection] : [];
}

function missingOf({
  owners,
  uri,
  file,
  url,
  type,
  state,
  ...row
}: MissingRecord & { owners: string }): MissingMediaView {
  return {
    post: owners === 'posts' ? uri : null,
    actor: owners === 'actors' ? uri : null,
    file: owners === 'actors' || file.startsWith('media:') ? (url ?? file) : file,
    type,
    state: state === null ? 'notInPackage' : (state as MissingMediaView['state']),
    tries: row.tries ?? 0,
    nextAt: row.nextAt?.toISOString() ?? null,
    problem: row.problem,
    status: row.status,
  };
}

/** Of files by address; those of packages are counted with their accessions. */
export async function mediaCounts(
  pool: Pool,
  options: { readonly collection?: string } = {},
  scope: Scope = EVERYTHING,
): Promise<readonly MediaCount[]> {
  const collections = within(scopeOf(scope), await collectionOf(pool, options.collection));
  return (await countFetches(pool, collections)) as readonly MediaCount[];
}

/** What became of these addresses (a profile's picture, an attachment); those that nobody wanted are left out. */
export async function fetchedMedia(pool: Pool, urls: readonly string[]): Promise<ReadonlyMap<string, FetchView>> {
  const rows = await findFetches(pool, [...new Set(urls)].map(keyOfUrl));
  return new Map(rows.map((row) => [row.url, fetchOf(row)]));
}

/** As in pipeline/media-wants.ts. */
const keyOfUrl = (url: string): Key => sha256(url).slice(0, 32) as unknown as Key;

function fetchOf({ url, digest, nextAt, fetchedAt, phash, state, ...row }: FetchRecord): FetchView {
  return {
    url,
    ...row,
    state: state as FetchView['state'],
    digest: digest === null ? null : showDigest(digest),
    phash: phash === null ? null : BigInt(`0b${phash}`).toString(16).padStart(16, '0'),
    nextAt: nextAt?.toISOString() ?? null,
    fetchedAt: fetchedAt?.toISOString() ?? null,
  };
}

/**
 * What was asked for a file, and what came: by its address, or by a digest of what was found there. Undefined: nobody has
 * wanted it. Empty: it was not asked for yet, or before requests were kept.
 * @throws UsageError where it is neither an address nor a digest
 */
export async function mediaExchanges(
  pool: Pool,
  file: string,
  options: PageOptions = {},
): Promise<Page<MediaExchangeView> | undefined> {
  const limit = limitOf(options);
  const which = whichFile(file);
  const start =
    options.cursor === undefined
      ? undefined
      : readCursor('media-exchanges', options.cursor, { media: UUID, seq: NUMBER });
  const after = start && { media: start.media, seq: Number(start.seq) };
  const rows = await listMediaExchanges(pool, which, after, limit + 1);
  if (rows.length === 0 && !(await isFileWanted(pool, which))) return undefined;
  const { items, last } = pageOf(rows, limit);
  const next = last && writeCursor('media-exchanges', { media: last.media, seq: String(last.seq) });
  return {
    items: items.map(({ media: _media, file: address, ...row }) => ({
      file: address,
      ...exchangeView({ ...row, requestDigest: null }),
    })),
    next: next ?? null,
  };
}

function whichFile(file: string): WhichFile {
  if (/^(sha256:)?[0-9a-f]{64}$/.test(file)) return { digest: parseDigest(file) };
  if (/^https?:\/\//i.test(file)) return { media: keyOfUrl(file) };
  throw new UsageError(`${JSON.stringify(file)} is neither an address (https://…) nor a digest (sha256:…)`);
}

const MAX_ACTORS = 100;

/** A file by its digest, if it is a picture of a profile that the reader may see. `media` knows those of posts. */
export function picture(pool: Pool, digest: Digest, scope: Scope = EVERYTHING): Promise<PictureView | undefined> {
  return reading(pool, async (client) => {
    const actors = await findActorsOfFile(client, digest, scopeOf(scope), MAX_ACTORS);
    if (actors.length === 0) return undefined;
    const capture = await findCapture(client, digest);
    return {
      digest: showDigest(digest),
      bytes: capture?.bytes ?? null,
      sealed: capture?.sealed ?? false,
      actors: actors.map(({ uri, url }) => ({ uri, url })),
    };
  });
}
