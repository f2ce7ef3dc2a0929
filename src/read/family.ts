/**
 * A post as readers see it: all that is one post over `editOf` and `sameAs`, and what was seen of it, ready for the
 * timeline.
 */
import { VISIBILITIES, type Content, type Visibility } from '../core/content.js';
import { showKey, type Digest, type Key } from '../core/digest.js';
import { parseIso } from '../core/time.js';
import type { Chain, Sighting } from '../core/timeline.js';
import { perdureUri } from '../core/uri.js';
import * as reader from '../store/readers/posts.js';
import { scopeOf, type Queryable, type Scope } from '../store/readers/scope.js';
import { timeOf } from './times.js';

export interface Family {
  readonly key: Key;
  readonly uri: string;
  readonly perdureUri: string;
  readonly id: string;
  readonly source: string | null;
  /** All members with their URIs; the post itself (an edit chain's first) comes first. */
  readonly members: readonly reader.PostRecord[];
  readonly chain: Chain | undefined;
  readonly observations: ReadonlyMap<Key, reader.ObservationRecord>;
  readonly sightings: readonly Sighting[];
  readonly snapshots: ReadonlyMap<
    Digest,
    { readonly post: Key; readonly canonical: string; readonly content: Content }
  >;
  readonly visibility: Visibility;
  /** Ids of the collections in which it was observed. */
  readonly collections: readonly Key[];
  readonly incomplete: boolean;
}

/** A post that has been repeated this often: what came later, second-hand, is left out and that is said. */
const MAX_OBSERVATIONS = 20_000;

/** Undefined when the key is not known, or nothing of it was seen in the collections that the reader may see. */
export async function loadFamily(db: Queryable, key: Key, scope: Scope): Promise<Family | undefined> {
  const places = await reader.findFamilies(db, [key]);
  const keys = places.map((member) => member.post);
  const known = await reader.findPosts(db, keys);
  const head = known.get(headOf(places)) ?? known.get(key);
  if (!head) return undefined;
  const rows = await reader.findObservations(db, keys, scopeOf(scope), MAX_OBSERVATIONS);
  // What a reader may not see does not exist for them; a stub has nothing to hide but its name, which others told.
  if (rows.length === 0 && scope.collections !== undefined) return undefined;
  const snapshots = await loadSnapshots(db, rows);
  const placeOf = new Map(places.map(({ post, place }) => [post, place]));
  const chain = chainOf(places);
  return {
    key: head.key,
    uri: head.uri,
    perdureUri: perdureUri(head.key),
    id: showKey(head.key),
    source: head.source ?? keys.map((member) => known.get(member)?.source).find((source) => source != null) ?? null,
    members: [head, ...keys.flatMap((member) => (member === head.key ? [] : (known.get(member) ?? [])))],
    chain,
    observations: new Map(rows.map((row) => [row.id, row])),
    sightings: rows.map((row) =>
      sightingOf(row, chain ? placeOf.get(row.post) : row.edition, snapshots.get(row.digest!)?.content),
    ),
    snapshots,
    visibility: narrowest([...snapshots.values()].map(({ content }) => content.visibility ?? 'unknown')),
    collections: [...new Set(rows.map((row) => row.collection))],
    incomplete: rows.length >= MAX_OBSERVATIONS,
  };
}

/** The post that the family is known by: the first of the edit chain, else the one that was asked for. */
export function headOf(places: readonly reader.MemberOfFamily[]): Key {
  return (
    places.find((member) => member.place === 0) ??
    places.find((member) => member.post === member.of) ??
    places[0]!
  ).post;
}

/** In an edit chain places are the editions; a post that joins it by `sameAs` has none. */
export function chainOf(places: readonly reader.MemberOfFamily[]): Chain | undefined {
  const known = places.flatMap((member) => member.place ?? []);
  return known.length === 0 ? undefined : { length: Math.max(...known) + 1 };
}

export function sightingOf(
  row: reader.ObservationRecord,
  edition: number | null | undefined,
  content?: Content,
): Sighting {
  const claimed = row.claimedFrom === null ? undefined : parseIso(row.claimedFrom);
  return {
    id: row.id,
    post: row.post,
    observed: { at: timeOf(row.observedAt, row.precision, row.zone), basis: row.basis },
    recordedAt: row.recordedAt.toISOString(),
    outcome: row.outcome,
    hand: row.hand,
    ...(row.digest !== null && { snapshot: row.digest }),
    ...(content && { content }),
    ...(claimed && { claimedFrom: claimed }),
    ...(edition != null && { edition }),
  };
}

/** By digest: equal contents are equal, whichever member of the family shows them. */
async function loadSnapshots(db: Queryable, rows: readonly reader.ObservationRecord[]): Promise<Family['snapshots']> {
  const wanted = new Map<Digest, Key>();
  for (const { digest, post } of rows) if (digest !== null && !wanted.has(digest)) wanted.set(digest, post);
  if (wanted.size === 0) return new Map();
  const found = await reader.findSnapshots(db, [...wanted.values()], [...wanted.keys()]);
  return new Map(
    found.map(({ digest, post, content }) => [
      digest,
      { post, canonical: content, content: JSON.parse(content) as Content },
    ]),
  );
}

/** The narrowest that any of them states; `unknown` states nothing. */
export function narrowest(all: readonly Visibility[]): Visibility {
  const stated = all
    .filter((visibility) => visibility !== 'unknown')
    .map((visibility) => VISIBILITIES.indexOf(visibility));
  return stated.length === 0 ? 'unknown' : VISIBILITIES[Math.max(...stated)]!;
}
