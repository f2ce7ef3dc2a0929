/** One version of a post, at a time if one is given, and the bytes that it was read from. */
import type { Pool } from 'pg';
import { parseDigest, showDigest, type Digest, type Key } from '../core/digest.js';
import { UsageError } from '../core/errors.js';
import { asOf, claimedAt, POST_LAW, timeline, type Timeline, type Version } from '../core/timeline.js';
import { isSealed, type ObservationRecord } from '../store/readers/posts.js';
import { EVERYTHING, reading, type Queryable, type Scope } from '../store/readers/scope.js';
import { SealedError } from './errors.js';
import { loadFamily, type Family } from './family.js';
import { describePost } from './history.js';
import { locate, type Locator } from './locate.js';
import { endOf } from './times.js';
import type { BlobReader, Raw, RawOptions, Shown, ShowOptions } from './types.js';
import { versionView } from './views.js';

/** What the post said, now or at a time. Undefined when no such post is known. */
export function show(
  pool: Pool,
  locators: readonly Locator[],
  text: string,
  options: ShowOptions = {},
  scope: Scope = EVERYTHING,
): Promise<Shown | undefined> {
  return reading(pool, async (client) => {
    const [first] = await locate(client, locators, text);
    return first && readShown(client, first.key, options, scope);
  });
}

export function showPost(
  pool: Pool,
  key: Key,
  options: ShowOptions = {},
  scope: Scope = EVERYTHING,
): Promise<Shown | undefined> {
  return reading(pool, (client) => readShown(client, key, options, scope));
}

async function readShown(db: Queryable, key: Key, options: ShowOptions, scope: Scope): Promise<Shown | undefined> {
  const family = await loadFamily(db, key, scope);
  if (!family) return undefined;
  const choice = choose(family, options);
  const { version } = choice;
  const moment = options.asOf === undefined ? undefined : endOf(options.asOf, 'as-of');
  return {
    post: await describePost(db, family, choice.line, scope, moment),
    ...(options.asOf !== undefined && { asOf: options.asOf }),
    ...(options.claimedAt !== undefined && { claimedAt: options.claimedAt }),
    seen: choice.seen,
    ...(choice.note !== undefined && { note: choice.note }),
    ...(choice.basis && { basis: choice.basis }),
    version: version ? versionView(version) : null,
    snapshot: storedSnapshot(family, version?.snapshot),
  };
}

interface Choice {
  readonly line: Timeline;
  readonly seen: boolean;
  readonly version: Version | undefined;
  readonly note?: string;
  readonly basis?: 'claimed' | 'observed';
}

/** Throws a UsageError for both times at once, or for one that is none. */
function choose(family: Family, { asOf: seenBy, claimedAt: claimed }: ShowOptions): Choice {
  if (seenBy !== undefined && claimed !== undefined) {
    throw new UsageError('as-of asks what had been seen, claimed-at what the platform says: give one of them');
  }
  const whole = timeline(family.sightings, POST_LAW, family.chain);
  if (claimed !== undefined) return claimedChoice(whole, claimed);
  if (seenBy === undefined) {
    const version = whole.versions.findLast((candidate) => candidate.outcome === whole.state) ?? whole.versions.at(-1);
    const seen = family.sightings.length > 0;
    return {
      line: whole,
      seen,
      version,
      ...(!seen && { note: 'Never captured: other posts point at it, nothing of it is here.' }),
    };
  }
  const ms = endOf(seenBy, 'as-of');
  const then = asOf(family.sightings, ms, POST_LAW, family.chain);
  if (then.version) return { line: then.timeline, seen: true, version: then.version };
  const claim = claimedAt(whole, ms);
  return claim.version && claim.basis === 'claimed'
    ? {
        line: whole,
        seen: false,
        version: claim.version,
        basis: 'claimed',
        note: notYetSeen(whole, seenBy, 'the platform claims that it stood like this'),
      }
    : {
        line: whole,
        seen: false,
        version: undefined,
        note: notYetSeen(whole, seenBy, 'nor does the platform claim that it was there'),
      };
}

function claimedChoice(whole: Timeline, at: string): Choice {
  const { version, basis, seen } = claimedAt(whole, endOf(at, 'claimed-at'));
  const note = version
    ? 'the platform claims that it stood like this'
    : 'nor does the platform claim that it was there';
  return { line: whole, seen, version, ...(basis && { basis }), ...(!seen && { note: notYetSeen(whole, at, note) }) };
}

function notYetSeen(whole: Timeline, at: string, claim: string): string {
  const first = whole.firstObservedAt ? ` (first seen ${whole.firstObservedAt.at})` : '';
  return `Not yet seen by ${at}${first}; ${claim}.`;
}

function storedSnapshot(family: Family, digest: Digest | undefined): Shown['snapshot'] {
  const stored = digest === undefined ? undefined : family.snapshots.get(digest);
  return stored ? { digest: showDigest(digest!), content: stored.content, canonical: stored.canonical } : null;
}

/** One stored snapshot of a post or of its edit chain, as it was digested; null when the reader may see none such. */
export async function snapshotOf(
  pool: Pool,
  key: Key,
  digest: Digest,
  scope: Scope = EVERYTHING,
): Promise<Shown['snapshot']> {
  const family = await reading(pool, (client) => loadFamily(client, key, scope));
  return family ? storedSnapshot(family, digest) : null;
}

// ── original bytes ──────────────────────────────────────────────────────────────────────────────────────────────────

/** A record is at most 16 MiB; an archive's page may be more. Nothing is read into memory beyond this. */
const MAX_RAW = 64 * 1024 * 1024;

/** The bytes of the record that the richest witness was read from. Throws SealedError for sealed ones, unless `sealed`. */
export async function raw(
  pool: Pool,
  blobs: BlobReader,
  locators: readonly Locator[],
  text: string,
  options: RawOptions = {},
  scope: Scope = EVERYTHING,
): Promise<Raw | undefined> {
  const [first] = await locate(pool, locators, text);
  return first && rawOfPost(pool, blobs, first.key, options, scope);
}

/** Undefined when the post is not known, was not seen by then, or has no such snapshot. */
export async function rawOfPost(
  pool: Pool,
  blobs: BlobReader,
  key: Key,
  options: RawOptions = {},
  scope: Scope = EVERYTHING,
): Promise<Raw | undefined> {
  const found = await reading(pool, async (client) => {
    const family = await loadFamily(client, key, scope);
    const witness = family && witnessOf(family, options);
    return witness && { witness, sealed: await isSealed(client, witness.capture) };
  });
  if (!found) return undefined;
  const { witness, sealed } = found;
  const { capture, offset, length, digest } = witness;
  if (sealed && options.sealed !== true) {
    throw new SealedError(
      'these bytes are sealed: they came as private matter; whoever may see them asks with --sealed',
    );
  }
  if (length > MAX_RAW)
    throw new UsageError(`the record has ${length} bytes, more than are shown at once (${MAX_RAW})`);
  const bytes = await blobs.read(capture, offset, length);
  return {
    capture: showDigest(capture),
    offset,
    length,
    sealed,
    snapshot: digest === null ? null : showDigest(digest),
    bytes,
  };
}

/** Of those who saw the snapshot (of a version without one: of its witnesses) the first in the timeline's order, first-hand before second. */
function witnessOf(family: Family, options: RawOptions): ObservationRecord | undefined {
  const { snapshot } = options;
  const { version, line } = choose(family, options);
  const digest = snapshot === undefined ? version?.snapshot : parseDigest(snapshot);
  const ids = snapshot === undefined ? (version?.observations ?? []) : line.sightings.map(({ id }) => id);
  const rows = ids
    .map((id) => family.observations.get(id)!)
    .filter((row) => digest === undefined || row.digest === digest);
  return rows.find((row) => row.hand === 'first') ?? rows[0];
}
