/** Accessions: what was handed in, what came of it, how far it is, and what could not be read. */
import type { Pool } from 'pg';
import { VISIBILITIES, type Visibility } from '../core/content.js';
import { parseKey, showDigest, showKey, type Digest, type Key } from '../core/digest.js';
import { UsageError } from '../core/errors.js';
import type { Basis } from '../core/reading.js';
import * as reader from '../store/readers/accessions.js';
import { findCollection } from '../store/readers/collections.js';
import { EVERYTHING, reading, scopeOf, type Queryable, type Scope } from '../store/readers/scope.js';
import { limitOf, MOMENT, NUMBER, pageOf, readCursor, UUID, writeCursor } from './cursor.js';
import type {
  AccessionDetail,
  AccessionItem,
  AccessionProgress,
  AccessionState,
  AccessionSummary,
  Page,
  PageOptions,
  RejectView,
} from './list-types.js';
import type { BlobReader } from './types.js';

const MAX_MEMBERS = 1_000;
const MAX_FAILING = 20;

const ENDS: readonly AccessionState[] = ['complete', 'sealed', 'refused', 'failed'];

/** Whether nothing more happens to it. */
export function hasEnded(status: AccessionState): boolean {
  return ENDS.includes(status);
}

/** The object that `import --json` prints. Undefined when there is no such accession. */
export function accessionSummary(pool: Pool, id: Key): Promise<AccessionSummary | undefined> {
  return reading(pool, async (client) => {
    const found = await reader.findAccession(client, id);
    if (!found) return undefined;
    const visibility = await reader.sumVisibilities(client, id);
    const rejectReasons = await reader.countReasons(client, id);
    const sealed = await reader.listMembers(client, id, 'sealed', MAX_MEMBERS);
    const members = await reader.listMembers(client, id, null, MAX_MEMBERS);
    const memberCount = await reader.countMembers(client, id);
    return {
      ...itemOf(found),
      visibility: Object.fromEntries(VISIBILITIES.map((key) => [key, visibility[key] ?? 0])) as Record<
        Visibility,
        number
      >,
      sealed: sealed.map((member) => member.path),
      rejectReasons,
      members,
      memberCount,
    };
  });
}

function itemOf(record: reader.AccessionRecord): AccessionItem {
  const { id, path, digest, source, format, collection, warnings, problem, bytes } = record;
  return {
    id: showKey(id),
    path,
    digest: digest === null ? null : showDigest(digest as Digest),
    source,
    format,
    collection,
    status: record.status as AccessionState,
    records: record.records,
    read: record.read,
    new: record.new,
    duplicate: record.duplicate,
    rejected: record.rejected,
    newPosts: record.newPosts,
    newSnapshots: record.newSnapshots,
    newActors: record.newActors,
    warnings,
    media: { stored: record.mediaStored, missing: record.mediaMissing },
    observedFrom: boundary(record.observedFrom, record.observedBasis),
    observedTo: boundary(record.observedTo, record.observedBasis),
    observedAtBasis: record.observedBasis as Basis | null,
    seconds: Math.round(record.seconds * 1000) / 1000,
    bytes,
    receivedAt: record.receivedAt.toISOString(),
    finishedAt: record.finishedAt?.toISOString() ?? null,
    problem,
  };
}

/**
 * A range keeps the moment alone, not its precision: milliseconds that are zero were not known, nearly always. The
 * time of a ZIP's member is wall-clock time.
 */
function boundary(moment: Date | null, basis: string | null): string | null {
  if (moment === null) return null;
  const text = moment.toISOString().replace('.000Z', 'Z');
  return basis === 'zip-entry' ? text.slice(0, -1) : text;
}

/** How far it is. Undefined when there is no such accession. */
export async function accessionProgress(pool: Pool, id: Key): Promise<AccessionProgress | undefined> {
  const found = await reader.readProgress(pool, id);
  if (!found) return undefined;
  // Between records lie commas and line ends: at the end all is done all the same.
  const bytesDone = found.status === 'complete' ? found.bytesTotal : Math.min(found.bytesDone, found.bytesTotal);
  return {
    ...found,
    status: found.status as AccessionState,
    bytesDone,
    startedAt: found.startedAt?.toISOString() ?? null,
  };
}

export async function accession(pool: Pool, id: Key): Promise<AccessionDetail | undefined> {
  const summary = await accessionSummary(pool, id);
  const progress = summary && (await accessionProgress(pool, id));
  const record = progress && (await reader.findAccession(pool, id));
  if (!record) return undefined;
  const { options, custody, retries } = record;
  const failing = await reader.listFailing(pool, id, MAX_FAILING);
  return { ...summary, progress, failing, retries, options, custody };
}

const ACCESSION_CURSOR = { received: MOMENT, id: UUID } as const;

/** Latest first. `collection`: name or id; throws a UsageError when there is none of that name. */
export async function accessions(
  pool: Pool,
  options: PageOptions & { readonly collection?: string } = {},
  scope: Scope = EVERYTHING,
): Promise<Page<AccessionItem>> {
  const limit = limitOf(options);
  const after = options.cursor === undefined ? undefined : readCursor('accessions', options.cursor, ACCESSION_CURSOR);
  const collection = await collectionOf(pool, options.collection);
  const rows = await reader.listAccessions(pool, { collection, collections: scopeOf(scope), after, limit: limit + 1 });
  const { items, last } = pageOf(rows, limit);
  const next = last && writeCursor('accessions', { received: last.receivedExactly, id: last.id });
  return { items: items.map(itemOf), next: next ?? null };
}

/** Throws a UsageError that says what to do when there is no such collection. */
export async function collectionOf(db: Queryable, name: string | undefined): Promise<Key | undefined> {
  if (name === undefined) return undefined;
  const found = await findCollection(db, name, parseKey(name));
  if (found === undefined)
    throw new UsageError(`there is no collection ${JSON.stringify(name)}: \`perdure collections\` lists them`);
  return found;
}

const REJECT_CURSOR = { member: NUMBER, offset: NUMBER, item: NUMBER } as const;
const PREVIEW_BYTES = 200;

/** In the order of members and bytes, each with the beginning of its bytes. Undefined when there is no such accession. */
export async function rejects(
  pool: Pool,
  blobs: BlobReader,
  id: Key,
  options: PageOptions = {},
): Promise<Page<RejectView> | undefined> {
  const limit = limitOf(options);
  const after = options.cursor === undefined ? undefined : readCursor('rejects', options.cursor, REJECT_CURSOR);
  const rows = await reader.listRejects(pool, id, { after, limit: limit + 1 });
  if (rows.length === 0 && !(await reader.readProgress(pool, id))) return undefined;
  const { items, last } = pageOf(rows, limit);
  const next =
    last &&
    writeCursor('rejects', { member: String(last.member), offset: String(last.offset), item: String(last.item) });
  const views: RejectView[] = [];
  for (const { sealed, capture, ...row } of items) {
    const preview = sealed || capture === null ? null : await previewOf(blobs, capture as Digest, row);
    views.push({ ...row, capture: capture === null ? null : showDigest(capture as Digest), preview });
  }
  return { items: views, next: next ?? null };
}

async function previewOf(blobs: BlobReader, capture: Digest, { offset, length }: RejectPlace): Promise<string | null> {
  try {
    const bytes = await blobs.read(capture, offset, Math.min(length, PREVIEW_BYTES));
    return bytes.toString('utf8');
  } catch (error) {
    // The list is worth having without the bytes.
    if ((error as Error).name === 'MissingBlobError') return null;
    throw error;
  }
}

type RejectPlace = Pick<RejectView, 'offset' | 'length'>;
