/**
 * Readings become rows. Pure: no clock, no database, no file. "Compute, then write": store/ingest writes what this says.
 *
 * Two steps, because most of an archive is often there already. `place` gives each reading its keys, which needs no
 * look at its content; what the archive knows is left out; `rowsOf` then does the dear part (canonical form, digest,
 * folding, word cutting) for what is new only.
 */
import { canonicalise, storable, type Json } from '../core/canonical.js';
import type { Content, Profile } from '../core/content.js';
import { keyOf, sha256, type Digest, type Key } from '../core/digest.js';
import { tsvectorOf } from '../core/fold.js';
import type { IdentityLink, Observed, Reading, Reference } from '../core/reading.js';
import { msOf, type Time } from '../core/time.js';
import { actorKey, postKey, type ActorUri, type PostUri } from '../core/uri.js';
import type {
  ActorRow,
  Batch,
  LinkRow,
  MediaRow,
  ObservationRow,
  Place,
  PostRow,
  ProfileObservationRow,
  ProfileRow,
  ReferenceRow,
  SnapshotRow,
} from './ports.js';

/** A reading with its keys. */
export interface PlacedReading {
  readonly reading: Reading;
  readonly post: Key;
  readonly observation: Key;
  readonly observed: Observed;
  readonly offset: number;
  readonly length: number;
  readonly item: number;
}

/** What all readings of a range have in common. */
export interface Setting {
  readonly source: string;
  readonly reader: number;
  readonly collection: Key;
  readonly capture: Digest;
  /** When it was seen, where the record itself does not say so. */
  readonly observed: Observed;
  /** True when the source can compute this URL's post itself, so that no alias need be stored. */
  readonly locatable: (alias: string, post: PostUri) => boolean;
}

/**
 * An observation's id is a hash of what it states. The time of seeing is part of it unless it is a fallback (the time
 * of receipt), so that handing the same file in again states nothing new.
 */
export function place(reading: Reading, offset: number, length: number, item: number, setting: Setting): PlacedReading {
  const observed = reading.observedAt ?? setting.observed;
  const post = postKey(reading.post);
  const observation = keyOf(
    'observation',
    setting.collection,
    post,
    observed.basis === 'receipt' ? '' : observed.at.at,
    reading.outcome,
    setting.capture,
    String(offset),
    String(item),
  );
  return { reading, post, observation, observed, offset, length, item };
}

/** The rows that these readings add, without repeats, each table sorted by its key. */
export function rowsOf(readings: readonly PlacedReading[], setting: Setting, files: ReadonlyMap<string, Digest>): Batch {
  const rows = new Rows(setting, files);
  for (const placed of readings) rows.add(placed);
  return rows.batch();
}

const NOBODY = '' as const;

class Rows {
  private readonly actors = new Map<string, ActorRow>();
  private readonly profiles = new Map<string, ProfileRow>();
  private readonly profileObservations = new Map<string, ProfileObservationRow>();
  private readonly posts = new Map<string, PostRow>();
  private readonly aliases = new Map<string, { post: Key; alias: string }>();
  private readonly snapshots = new Map<string, SnapshotRow>();
  private readonly observations = new Map<string, ObservationRow>();
  private readonly references = new Map<string, ReferenceRow>();
  private readonly links = new Map<string, LinkRow>();
  private readonly media = new Map<string, MediaRow>();
  private readonly actorKeys = new Map<ActorUri, Key>();

  constructor(
    private readonly setting: Setting,
    private readonly files: ReadonlyMap<string, Digest>,
  ) {}

  add(placed: PlacedReading): void {
    const { reading, post } = placed;
    const { content } = reading;
    const laterEdit = reading.links?.some((link) => link.kind === 'editOf' && (link.order ?? 0) > 0) ?? false;
    const known = this.posts.get(post);
    if (!known || (laterEdit && !known.laterEdit)) {
      this.posts.set(post, { post, source: this.setting.source, uri: reading.post, laterEdit });
    }
    for (const link of reading.links ?? []) this.addLink(post, reading.post, link);
    for (const alias of reading.aliases ?? []) {
      if (alias === reading.post || this.setting.locatable(alias, reading.post)) continue;
      this.aliases.set(post + alias, { post, alias: storable(alias).text });
    }
    if (content?.attributedTo !== undefined) this.addActor(content.attributedTo);
    for (const actor of reading.actors ?? []) this.addProfile(placed, actor.actor, actor.profile, actor.metrics);
    for (const reference of referencesOf(reading)) this.addReference(post, reference);
    this.addMedia(post, reading);
    const losses = [...(reading.losses ?? [])];
    const digest = content && this.addSnapshot(post, content, losses);
    this.observations.set(placed.observation, {
      ...this.placeOf(placed),
      post,
      observation: placed.observation,
      observed: placed.observed,
      outcome: reading.outcome,
      hand: reading.hand,
      digest,
      item: placed.item,
      edition: reading.edition,
      claimedFrom: reading.claimedFrom?.at,
      metrics: reading.metrics && Object.keys(reading.metrics).length > 0 ? canonicalise(reading.metrics) : undefined,
      losses: losses.length > 0 ? canonicalise(losses) : undefined,
    });
  }

  batch(): Batch {
    return {
      actors: sorted(this.actors),
      profiles: sorted(this.profiles),
      profileObservations: sorted(this.profileObservations),
      posts: sorted(this.posts),
      aliases: sorted(this.aliases),
      snapshots: sorted(this.snapshots),
      observations: [...this.observations.values()].sort(byPostAndObservation),
      references: sorted(this.references),
      links: sorted(this.links),
      media: sorted(this.media),
    };
  }

  private placeOf(placed: PlacedReading): Place {
    const { collection, reader, capture } = this.setting;
    return { collection, reader, capture, offset: placed.offset, length: placed.length };
  }

  private addActor(uri: ActorUri): Key {
    let key = this.actorKeys.get(uri);
    if (key === undefined) {
      key = actorKey(uri);
      this.actorKeys.set(uri, key);
      this.actors.set(key, { actor: key, source: this.setting.source, uri });
    }
    return key;
  }

  private addProfile(placed: PlacedReading, uri: ActorUri, profile: Profile, metrics?: Reading['metrics']): void {
    const actor = this.addActor(uri);
    const { text: content } = canonical(profile as unknown as Json);
    const digest = sha256(content);
    const handle = profile.handle && storable(profile.handle).text;
    const name = profile.name && storable(profile.name).text;
    this.profiles.set(actor + digest, { actor, digest, handle: nonNul(handle), name: nonNul(name), content });
    const { at, basis } = placed.observed;
    // Once for each record, however many of its items carry the same author.
    const observation = keyOf(
      'profile',
      this.setting.collection,
      actor,
      basis === 'receipt' ? '' : at.at,
      digest,
      this.setting.capture,
      String(placed.offset),
    );
    this.profileObservations.set(actor + observation, {
      ...this.placeOf(placed),
      actor,
      observation,
      observed: placed.observed,
      hand: placed.reading.hand,
      digest,
      metrics: metrics && Object.keys(metrics).length > 0 ? canonicalise(metrics) : undefined,
    });
  }

  private addSnapshot(post: Key, content: Content, losses: string[]): Digest {
    const form = canonical(content as unknown as Json);
    if (form.lossy) losses.push('content: lone surrogates written as escapes');
    const digest = sha256(form.text);
    const key = post + digest;
    if (!this.snapshots.has(key)) {
      this.snapshots.set(key, {
        post,
        digest,
        author: content.attributedTo === undefined ? undefined : this.addActor(content.attributedTo),
        publishedAt: content.published && calendarTime(content.published),
        visibility: content.visibility ?? 'unknown',
        language: nonNul(content.language),
        content: form.text,
        search: tsvectorOf(searchable(content)),
      });
    }
    return digest;
  }

  private addReference(post: Key, { kind, target, by }: Reference): void {
    const row: ReferenceRow = {
      post,
      kind,
      target: postKey(target),
      by: by === undefined ? undefined : this.addActor(by),
      targetUri: target,
    };
    this.references.set(post + kind + row.target + (row.by ?? NOBODY), row);
  }

  private addLink(post: Key, uri: PostUri, link: IdentityLink): void {
    const target = postKey(link.target);
    const { kind, order, reason } = link;
    this.links.set(post + kind + target, { post, kind, target, targetUri: link.target, place: order, reason });
    // An edit chain is counted through its first post, so that has a row even while it was not captured itself.
    if (kind === 'editOf' && link.target !== uri && !this.posts.has(target)) {
      this.posts.set(target, { post: target, source: this.setting.source, uri: link.target, laterEdit: false });
    }
  }

  private addMedia(post: Key, reading: Reading): void {
    reading.files?.forEach((file, index) => {
      const attachment = reading.content?.attachment?.[index];
      if (file === undefined || attachment === undefined) return;
      const row: MediaRow = {
        post,
        file: nonNul(storable(file).text)!,
        digest: this.files.get(file),
        type: attachment.type,
        url: nonNul(attachment.url),
      };
      this.media.set(post + row.file + (row.digest ?? ''), row);
    });
  }
}

/** The references that a reading states: its own pointers, and likes and bookmarks. */
function referencesOf(reading: Reading): Reference[] {
  const { content } = reading;
  const out: Reference[] = [...(reading.references ?? [])];
  if (content?.inReplyTo !== undefined) out.push({ kind: 'reply', target: content.inReplyTo });
  if (content?.quotes !== undefined) out.push({ kind: 'quote', target: content.quotes });
  if (content?.announces !== undefined) out.push({ kind: 'repost', target: content.announces });
  return out;
}

/** What a search looks through. */
function searchable(content: Content): string {
  let out = content.text ?? '';
  if (content.name !== undefined) out = content.name + '\n' + out;
  if (content.summary !== undefined) out = content.summary + '\n' + out;
  for (const attachment of content.attachment ?? []) if (attachment.name !== undefined) out += '\n' + attachment.name;
  for (const option of content.poll?.options ?? []) out += '\n' + option;
  return out;
}

/** The canonical form; strings that have none (lone surrogates) are written as visible escapes, and that is told. */
function canonical(value: Json): { text: string; lossy: boolean } {
  try {
    return { text: canonicalise(value), lossy: false };
  } catch {
    return { text: canonicalise(escaped(value)), lossy: true };
  }
}

function escaped(value: Json): Json {
  if (typeof value === 'string') return storable(value).text;
  if (Array.isArray(value)) return value.map((item) => escaped(item as Json));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[storable(key).text, escaped(item as Json)]])),
    );
  }
  return value;
}

/** Postgres' text holds no U+0000; the snapshot's content keeps it as an escape. */
function nonNul(text: string | undefined): string | undefined {
  return text?.includes('\u0000') ? text.replaceAll('\u0000', '\\u0000') : text;
}

/** For the columns that are searched by time: within what both JavaScript and Postgres can print alike. */
function calendarTime(time: Time): string | undefined {
  const ms = msOf(time);
  if (Number.isNaN(ms) || ms < -62_135_596_800_000 || ms > 253_402_300_799_999) return undefined;
  return new Date(ms).toISOString();
}

/** In the order of their keys, whose first part is the table's own key. */
function sorted<T>(rows: ReadonlyMap<string, T>): T[] {
  return [...rows.keys()].sort().map((key) => rows.get(key)!);
}

function byPostAndObservation(a: ObservationRow, b: ObservationRow): number {
  if (a.post !== b.post) return a.post < b.post ? -1 : 1;
  return a.observation < b.observation ? -1 : a.observation > b.observation ? 1 : 0;
}
