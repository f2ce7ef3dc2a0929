/**
 * Readings become rows. Pure: no clock, no database, no file. "Compute, then write": store/ingest writes what this says.
 *
 * Two steps, because most of an archive is often there already. `place` (place.ts) gives each reading its keys; what the
 * archive knows is left out; `rowsOf` then does the dear part (canonical form, digest, words) for what is new only.
 */
import { canonicalise, storable, type Json } from '../core/canonical.js';
import type { Content, Profile } from '../core/content.js';
import { keyOf, sha256, type Digest, type Key } from '../core/digest.js';
import type { IdentityLink, Observed, Reading, ReferenceKind } from '../core/reading.js';
import { actorKey, postKey, type ActorUri, type PostUri } from '../core/uri.js';
import type { WantedMedia } from './media-ports.js';
import { wantedMedia } from './media-wants.js';
import { isOfProfile, type PlacedItem, type PlacedProfile, type PlacedReading, type Setting } from './place.js';
import { calendarTime, canonical, countsOf, doubtful, nonNul, searchable } from './row-values.js';
import type {
  ActorRow,
  Batch,
  LinkRow,
  MediaRow,
  ObservationRow,
  PostRow,
  ProfileObservationRow,
  ProfileRow,
  ReferenceRow,
  SnapshotRow,
} from './ports.js';

/** The rows that these readings add, without repeats, each table sorted by its key. */
export function rowsOf(readings: readonly PlacedItem[], setting: Setting, files: ReadonlyMap<string, Digest>): Batch {
  const rows = new Rows(setting, files);
  const posts: PlacedReading[] = [];
  for (const placed of readings)
    if (isOfProfile(placed)) rows.addAccount(placed);
    else posts.push(placed);
  // In the order of posts from the beginning: sorting the tables is then a matter of looking.
  for (const placed of posts.sort((a, b) => compare(a.post, b.post))) rows.add(placed);
  return rows.batch();
}

class Rows {
  private readonly actors = new Map<ActorUri, ActorRow>();
  private readonly profiles = new Map<Profile, ProfileRow>();
  private readonly profileObservations = new Map<string, ProfileObservationRow>();
  private readonly profilePlaces = new Map<string, PlacedReading>();
  /** Mostly the owner's, with every record: the profile that was added last, when it was seen, and where first. */
  private last: { readonly row: ProfileRow; readonly observed: Observed; readonly first: PlacedReading } | undefined;
  private readonly accounts: ProfileObservationRow[] = [];
  private readonly posts = new Map<Key, PostRow>();
  private readonly aliases: { post: Key; alias: string }[] = [];
  private readonly snapshots: SnapshotRow[] = [];
  private readonly observations: ObservationRow[] = [];
  private readonly references: ReferenceRow[] = [];
  private readonly links: LinkRow[] = [];
  private readonly media: MediaRow[] = [];
  private readonly wanted = new Map<string, WantedMedia>();

  constructor(
    private readonly setting: Setting,
    private readonly files: ReadonlyMap<string, Digest>,
  ) {}

  add(placed: PlacedReading): void {
    const { reading, post } = placed;
    const { content } = reading;
    this.addPost(post, reading);
    for (const link of reading.links ?? []) this.addLink(post, reading.post, link);
    for (const alias of reading.aliases ?? []) {
      if (alias === reading.post || this.setting.locatable(alias, reading.post)) continue;
      this.aliases.push({ post, alias: storable(alias).text });
    }
    for (const actor of reading.actors ?? []) this.addProfile(placed, actor.actor, actor.profile, actor.metrics);
    this.addReferences(post, reading);
    if (reading.files) this.addMedia(post, reading, reading.files);
    if (this.setting.wantsMedia)
      for (const each of wantedMedia(reading)) this.wanted.set(`${each.post ?? each.actor} ${each.url}`, each);
    const losses = [...(reading.losses ?? []), ...doubtful(reading, placed.observed)];
    const digest = content && this.addSnapshot(post, content, losses);
    const { collection, reader, capture } = this.setting;
    this.observations.push({
      collection,
      reader,
      capture,
      offset: placed.offset,
      length: placed.length,
      post,
      observation: placed.observation,
      observed: placed.observed,
      outcome: reading.outcome,
      hand: reading.hand,
      digest,
      item: placed.item,
      edition: reading.edition,
      claimedFrom: reading.claimedFrom?.at,
      metrics: countsOf(reading.metrics),
      losses: losses.length > 0 ? canonicalise(losses) : undefined,
    });
  }

  /** What states a profile and nothing else is an item of its own, as a post's reading is: each has its observation. */
  addAccount(placed: PlacedProfile): void {
    const { reading } = placed;
    const { losses } = reading;
    const row = this.profileRow(reading.actor, reading.profile);
    if (this.setting.wantsMedia)
      for (const each of wantedMedia(reading)) this.wanted.set(`${each.actor!} ${each.url}`, each);
    const { collection, reader, capture } = this.setting;
    this.accounts.push({
      collection,
      reader,
      capture,
      offset: placed.offset,
      length: placed.length,
      actor: row.actor,
      observation: placed.observation,
      observed: placed.observed,
      hand: reading.hand,
      digest: row.digest,
      metrics: countsOf(reading.metrics),
      edition: reading.edition,
      claimedFrom: reading.claimedFrom?.at,
      losses: losses && losses.length > 0 ? canonicalise(losses) : undefined,
    });
  }

  batch(): Batch {
    return {
      actors: distinct([...this.actors.values()], (row) => row.actor),
      profiles: distinct(
        [...this.profiles.values()],
        (row) => row.actor,
        (row) => row.digest,
      ),
      profileObservations: distinct(
        [...this.profileObservations.values()],
        (row) => row.actor,
        (row) => row.observation,
      ),
      accounts: distinct(
        this.accounts,
        (row) => row.actor,
        (row) => row.observation,
      ),
      posts: distinct([...this.posts.values()], (row) => row.post),
      aliases: distinct(
        this.aliases,
        (row) => row.post,
        (row) => row.alias,
      ),
      snapshots: distinct(
        this.snapshots,
        (row) => row.post,
        (row) => row.digest,
      ),
      observations: distinct(
        this.observations,
        (row) => row.post,
        (row) => row.observation,
      ),
      references: distinct(
        this.references,
        (row) => row.post,
        (row) => row.kind + row.target + (row.by ?? ''),
      ),
      links: distinct(
        this.links,
        (row) => row.post,
        (row) => row.kind + row.target,
      ),
      media: distinct(
        this.media,
        (row) => row.post,
        (row) => row.file + (row.digest ?? ''),
      ),
      wanted: [...this.wanted.values()],
    };
  }

  private addPost(post: Key, { post: uri, links }: Reading): void {
    const laterEdit = links?.some((link) => link.kind === 'editOf' && (link.order ?? 0) > 0) ?? false;
    const known = this.posts.get(post);
    if (!known || (laterEdit && !known.laterEdit))
      this.posts.set(post, { post, source: this.setting.source, uri, laterEdit, onlyNamed: false });
  }

  private addActor(uri: ActorUri): Key {
    let row = this.actors.get(uri);
    if (!row) this.actors.set(uri, (row = { actor: actorKey(uri), source: this.setting.source, uri }));
    return row.actor;
  }

  /**
   * A profile is observed once for each capture and time, however many of its records carry it: in an archive, every
   * one. The first of them is its place; the writer keeps the first of all ranges.
   */
  private addProfile(placed: PlacedReading, uri: ActorUri, profile: Profile, metrics?: Reading['metrics']): void {
    const { observed } = placed;
    const row = this.profileRow(uri, profile);
    const { last } = this;
    const isSame = last?.row === row && last.observed === observed;
    if (isSame && !isBefore(placed, last.first)) return;
    const { at, basis } = observed;
    const when = basis === 'receipt' ? '' : at.at;
    const seenAs = row.actor + row.digest + when;
    const first = this.profilePlaces.get(seenAs);
    const isFirst = first === undefined || isBefore(placed, first);
    this.last = { row, observed, first: isFirst ? placed : first };
    if (!isFirst) return;
    this.profilePlaces.set(seenAs, placed);
    const { collection, reader, capture } = this.setting;
    this.profileObservations.set(seenAs, {
      collection,
      reader,
      capture,
      offset: placed.offset,
      length: placed.length,
      actor: row.actor,
      observation: keyOf('profile', collection, row.actor, when, row.digest, capture),
      observed,
      hand: placed.reading.hand,
      digest: row.digest,
      metrics: countsOf(metrics),
      edition: undefined,
      claimedFrom: undefined,
      losses: undefined,
    });
  }

  /** By the object: an archive's normaliser hands out the same one with every record. */
  private profileRow(uri: ActorUri, profile: Profile): ProfileRow {
    const known = this.profiles.get(profile);
    if (known && this.actors.get(uri)?.actor === known.actor) return known;
    const { bytes: content } = canonical(profile as unknown as Json);
    const row: ProfileRow = {
      actor: this.addActor(uri),
      digest: sha256(content),
      handle: nonNul(profile.handle && storable(profile.handle).text),
      name: nonNul(profile.name && storable(profile.name).text),
      content,
    };
    this.profiles.set(profile, row);
    return row;
  }

  private addSnapshot(post: Key, content: Content, losses: string[]): Digest {
    const form = canonical(content as unknown as Json);
    if (form.lossy) losses.push('content: lone surrogates written as escapes');
    const digest = sha256(form.bytes);
    this.snapshots.push({
      post,
      digest,
      author: content.attributedTo === undefined ? undefined : this.addActor(content.attributedTo),
      publishedAt: content.published && calendarTime(content.published),
      visibility: content.visibility ?? 'unknown',
      language: nonNul(content.language),
      content: form.bytes,
      search: searchable(content),
    });
    return digest;
  }

  private addReferences(post: Key, { content, references }: Reading): void {
    for (const { kind, target, by } of references ?? []) this.addReference(post, kind, target, by);
    if (content?.inReplyTo !== undefined) this.addReference(post, 'reply', content.inReplyTo);
    if (content?.quotes !== undefined) this.addReference(post, 'quote', content.quotes);
    if (content?.announces !== undefined) this.addReference(post, 'repost', content.announces);
  }

  private addReference(post: Key, kind: ReferenceKind, target: PostUri, by?: ActorUri): void {
    this.references.push({
      post,
      kind,
      target: postKey(target),
      by: by === undefined ? undefined : this.addActor(by),
      targetUri: target,
    });
  }

  private addLink(post: Key, uri: PostUri, link: IdentityLink): void {
    const target = postKey(link.target);
    const { kind, order, reason } = link;
    this.links.push({ post, kind, target, targetUri: link.target, place: order, reason });
    // An edit chain is counted through its first post, so that has a row even while it was not captured itself.
    if (kind === 'editOf' && link.target !== uri && !this.posts.has(target)) {
      const { source } = this.setting;
      this.posts.set(target, { post: target, source, uri: link.target, laterEdit: false, onlyNamed: true });
    }
  }

  private addMedia(post: Key, reading: Reading, files: readonly (string | undefined)[]): void {
    files.forEach((file, index) => {
      const attachment = reading.content?.attachment?.[index];
      if (file === undefined || attachment === undefined) return;
      const digest = this.files.get(file);
      const { type, url } = attachment;
      this.media.push({ post, file: nonNul(storable(file).text)!, digest, type, url: nonNul(url) });
    });
  }
}

function isBefore(a: PlacedReading, b: PlacedReading): boolean {
  return (a.offset - b.offset || a.item - b.item) < 0;
}

/** The rows in the order of their keys, each key once: the first row that was added under it. */
function distinct<Row>(rows: Row[], key: (row: Row) => string, second?: (row: Row) => string): Row[] {
  const order = (a: Row, b: Row): number => compare(key(a), key(b)) || (second ? compare(second(a), second(b)) : 0);
  // Readings came in the order of posts, so most tables are in order already.
  if (rows.every((row, i) => i === 0 || order(rows[i - 1]!, row) < 0)) return rows;
  rows.sort(order);
  return rows.filter((row, i) => i === 0 || order(rows[i - 1]!, row) !== 0);
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
