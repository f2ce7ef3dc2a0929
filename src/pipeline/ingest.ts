/**
 * One range: bytes → readings → rows → one transaction. What a worker does for a job of the queue `ingest`.
 */
import { canonicalise, type Json } from '../core/canonical.js';
import { VISIBILITIES, type Visibility } from '../core/content.js';
import { sha256, type Key } from '../core/digest.js';
import { Rejection, SourceError } from '../core/errors.js';
import { isRefused, type Basis, type Item, type Observed, type Outcome, type Reading } from '../core/reading.js';
import { msOf, parseIso, timeFromMs } from '../core/time.js';
import type { ActorUri, PostUri } from '../core/uri.js';
import { LOOK_FORMAT, readLook } from '../sources/look.js';
import type { CaptureContext, Source, Survey } from '../sources/source.js';
import type { ContextCache } from './context-cache.js';
import { rowsOf } from './batch.js';
import { isOfProfile, place, type PlacedItem, type PlacedReading, type Setting } from './place.js';
import { decodeLayout, encodeLayout } from './layout.js';
import type {
  Batch,
  BlobStore,
  IngestStore,
  Known,
  RangePlan,
  RangeRef,
  RangeTally,
  RangeTask,
  RejectedRow,
} from './ports.js';

export interface IngestDeps {
  readonly store: IngestStore;
  readonly blobs: BlobStore;
  readonly sourceById: (id: string) => Source | undefined;
  readonly contexts: ContextCache;
}

/**
 * Beyond this many tries something in the range fails its worker, or kills it. The range is then halved, and halved
 * again, until the record that does it stands alone and is rejected: never a thousand others with it.
 */
const SUSPECT_TRIES = 4;

/** What a range said of one post. */
export interface ReadPost {
  readonly post: Key;
  readonly uri: PostUri;
  readonly outcome: Outcome;
  readonly hand: Reading['hand'];
  /** The archive had no post of that URI. */
  readonly newPost: boolean;
  /** The archive did not have this observation. */
  readonly newObservation: boolean;
  /** Whose server alone has its files: the reading names them, and nothing in it says where they are. */
  readonly filesOf?: ActorUri;
}

/**
 * Reads and writes one range. Harmless to repeat: a range that is done is left alone.
 * @returns of a harvest, what it said; undefined for what was handed in, which is nobody's news, and when nothing was
 *   written (it is done already, or was halved)
 */
export async function ingestRange(deps: IngestDeps, ref: RangeRef): Promise<readonly ReadPost[] | undefined> {
  const task = await deps.store.begin(ref);
  if (!task) return undefined;
  const source = deps.sourceById(task.source);
  if (!source) throw new SourceError('configuration', `the source ${task.source} is not part of this build of Perdure`);
  if (task.tries > SUSPECT_TRIES && task.records > 1) {
    await deps.store.halve(ref, halvesOf(task));
    return undefined;
  }
  const { batch, tally, known, posts } = await prepare(deps, task, source);
  return (await deps.store.commit(ref, batch, tally, known)) ? posts : undefined;
}

interface Prepared {
  readonly batch: Batch;
  readonly tally: RangeTally;
  readonly known: Known;
  readonly posts: readonly ReadPost[] | undefined;
}

/**
 * Bytes → rows. By itself, so that nothing holds on to the readings while their rows are written: they are what a
 * worker's memory is full of, and the collector would copy them around meanwhile.
 */
async function prepare(deps: IngestDeps, task: RangeTask, source: Source): Promise<Prepared> {
  const survey = task.survey && (await deps.contexts.survey(task.survey));
  const head = source.readsHead ? await deps.contexts.head(task.capture) : NO_HEAD;
  const bytes = await deps.blobs.read(task.capture, task.offset, task.length);
  const setting = settingOf(task, source, survey);
  const { placed, rejected } = readRange(bytes, task, source, setting, { survey, head });

  const known = await deps.store.known(placed, setting.reader);
  const { observations } = known;
  const fresh = observations.size === 0 ? placed : placed.filter(({ observation }) => !observations.has(observation));
  const files = await deps.store.fileDigests(task.accession, filesOf(placed));
  return {
    batch: rowsOf(fresh, setting, files),
    tally: tallyOf(placed, rejected, files),
    known,
    posts: task.exchange?.live ? placed.filter(isOfPost).map((reading) => saidOf(reading, known)) : undefined,
  };
}

function saidOf({ reading, post, observation }: PlacedReading, known: Known): ReadPost {
  return {
    post,
    uri: reading.post,
    outcome: reading.outcome,
    hand: reading.hand,
    newPost: !known.posts.has(post),
    newObservation: !known.observations.has(observation),
    ...(namesFilesOnly(reading) && { filesOf: reading.content!.attributedTo! }),
  };
}

function namesFilesOnly({ content, fetchable, files }: Reading): boolean {
  if (content?.attributedTo === undefined || fetchable || files) return false;
  return content.attachment?.some(({ key, url }) => key !== undefined && url === undefined) ?? false;
}

function isOfPost(placed: PlacedItem): placed is PlacedReading {
  return !isOfProfile(placed);
}

function halvesOf(task: RangeTask): readonly RangePlan[] {
  const records = decodeLayout(task.layout);
  const middle = Math.ceil(records.length / 2);
  const { accession, member } = task;
  return [records.slice(0, middle), records.slice(middle)].map((half) => {
    const start = half[0]!.offset;
    const last = half[half.length - 1]!;
    return {
      accession,
      member,
      offset: task.offset + start,
      length: last.offset + last.length - start,
      records: half.length,
      layout: encodeLayout(half.map((record) => ({ ...record, offset: record.offset - start }))),
    };
  });
}

function settingOf(task: RangeTask, source: Source, survey: Survey | undefined): Setting {
  return {
    source: source.manifest.id,
    reader: source.manifest.reader,
    collection: task.collection,
    capture: task.capture,
    observed: observedOf(task, survey),
    ...(task.exchange?.live && { wantsMedia: true }),
    ...(task.options.mapping !== undefined && { mapping: sha256(canonicalise(task.options.mapping as Json)) }),
    locatable: (alias, post) => source.locate?.(alias) === post,
  };
}

/**
 * When it was seen: when a WARC's record was fetched; else by the package's own word, the giver's, the package's clock;
 * else when it came here.
 */
export function observedOf(
  task: Pick<RangeTask, 'options' | 'modified' | 'exchange' | 'firstReceived'>,
  survey?: Survey,
): Observed {
  const fetched = task.exchange?.at === undefined ? undefined : parseIso(task.exchange.at);
  if (fetched) return { at: fetched, basis: 'http' };
  if (survey?.observedAt) return survey.observedAt;
  const stated = task.options.observedAt === undefined ? undefined : parseIso(task.options.observedAt);
  if (stated) return { at: stated, basis: 'stated' };
  const entry = task.modified === undefined ? undefined : parseIso(task.modified);
  if (entry) return { at: entry, basis: 'zip-entry' };
  return { at: timeFromMs(Date.parse(task.firstReceived), 'ms'), basis: 'receipt' };
}

export interface RangeReadings {
  readonly placed: readonly PlacedItem[];
  readonly rejected: readonly RejectedRow[];
}

/** What is known of the package and the member, beyond the record itself. */
type Around = Pick<CaptureContext, 'survey' | 'head'>;
const NO_HEAD = new Uint8Array(0);

/** Normalises every record of a range. A record that cannot be read is rejected; the others go on. */
export function readRange(
  bytes: Uint8Array,
  task: RangeTask,
  source: Source,
  setting: Setting,
  around: Around,
): RangeReadings {
  const placed: PlacedItem[] = [];
  const rejected: RejectedRow[] = [];
  for (const record of decodeLayout(task.layout)) {
    const offset = task.offset + record.offset;
    const { length, name } = record;
    // One literal with every field: records are many, and objects that grow field by field come in as many shapes.
    const context: CaptureContext = {
      path: task.path,
      format: task.format,
      capture: task.capture,
      accession: task.accessionDigest,
      offset,
      length,
      name,
      survey: around.survey,
      head: around.head,
      address: task.exchange?.uri,
      about: task.exchange?.about,
      account: task.exchange?.account,
      options: task.options,
    };
    const items = readRecord(bytes.subarray(record.offset, record.offset + length), context, task, source);
    items.forEach((item, index) => {
      if (!isRefused(item)) placed.push(place(item, offset, length, index, setting));
      else rejected.push({ offset, length, item: index, reason: item.refused, detail: item.detail });
    });
  }
  return { placed, rejected };
}

function readRecord(record: Uint8Array, context: CaptureContext, task: RangeTask, source: Source): readonly Item[] {
  if (task.refusal) return [{ refused: task.refusal.reason, detail: task.refusal.detail }];
  if (task.tries > SUSPECT_TRIES) {
    const why = task.problem ?? 'its worker ended without a word';
    return [{ refused: 'poison', detail: `given up after ${task.tries - 1} tries: ${why}` }];
  }
  try {
    const items = readBy(source, task, record, context);
    return items.length > 0 ? items : [{ refused: 'not-a-post', detail: 'the record states no post' }];
  } catch (error) {
    if (error instanceof Rejection) return [{ refused: error.reason, detail: error.detail }];
    if (isOverflow(error)) return [{ refused: 'too-deep', detail: 'nested deeper than can be followed' }];
    const where = `${task.path}, bytes ${context.offset}–${context.offset + record.length}`;
    throw new Error(`${source.manifest.id} failed on ${where}: ${(error as Error).message}`, { cause: error });
  }
}

function readBy(source: Source, task: RangeTask, record: Uint8Array, context: CaptureContext): readonly Item[] {
  if (task.format === LOOK_FORMAT) return readLook(record);
  if (task.exchange?.account === undefined) return source.normalise(record, context);
  if (source.readAccount) return source.readAccount(record, context);
  throw new Error(`the source ${source.manifest.id} does not say how an account is read`);
}

/** Quotes in quotes in quotes: nobody's posts, and no reason to try again. */
function isOverflow(error: unknown): boolean {
  return (error as Error).name === 'RangeError' && (error as Error).message.startsWith('Maximum call stack');
}

function filesOf(placed: readonly PlacedItem[]): string[] {
  const files = new Set<string>();
  for (const each of placed) {
    if (isOfProfile(each)) continue;
    for (const file of each.reading.files ?? []) if (file !== undefined) files.add(file);
  }
  return [...files];
}

function tallyOf(
  placed: readonly PlacedItem[],
  rejected: readonly RejectedRow[],
  files: ReadonlyMap<string, unknown>,
): RangeTally {
  const visibility = Object.fromEntries(VISIBILITIES.map((key) => [key, 0])) as Record<Visibility, number>;
  let from = Infinity;
  let to = -Infinity;
  let basis: Basis | undefined;
  let last: Observed | undefined;
  for (const each of placed) {
    const { observed } = each;
    // Who may see it is a question to posts.
    if (!isOfProfile(each)) visibility[each.reading.content?.visibility ?? 'unknown']++;
    // Mostly one object for the whole package.
    if (observed === last) continue;
    last = observed;
    const ms = msOf(observed.at);
    if (ms < from) from = ms;
    if (ms > to) to = ms;
    basis ??= observed.basis;
  }
  const named = filesOf(placed);
  const stored = named.filter((file) => files.has(file)).length;
  return {
    read: placed.length + rejected.length,
    rejected,
    visibility,
    observedFrom: basis && new Date(from).toISOString(),
    observedTo: basis && new Date(to).toISOString(),
    observedBasis: basis,
    mediaStored: stored,
    mediaMissing: named.length - stored,
  };
}
