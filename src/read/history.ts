/** A post's history: every version in order, every observation with its place in the bytes. */
import type { Pool } from 'pg';
import { showDigest, type Key } from '../core/digest.js';
import { POST_LAW, timeline, type Timeline } from '../core/timeline.js';
import { actorKey, perdureUri, type ActorUri } from '../core/uri.js';
import { findLabels } from '../store/readers/actors.js';
import { findAliases, namesOfCollections } from '../store/readers/posts.js';
import * as relations from '../store/readers/relations.js';
import { EVERYTHING, reading, scopeOf, type Queryable, type Scope } from '../store/readers/scope.js';
import { loadFamily, type Family } from './family.js';
import { locate, type Locator } from './locate.js';
import type { ActorLabel, LinkView, PostHistory, PostView, ReferenceView } from './types.js';
import { authorLabel, lastContent, observationView, postView, versionView } from './views.js';

/** What is listed of things that have no natural bound. */
const MAX_LISTED = 200;
const MAX_COUNTED = 10_000;

/** The history of the post that `text` names; of several the likeliest, the others in `alternatives`. Undefined when it is not known. */
export function history(
  pool: Pool,
  locators: readonly Locator[],
  text: string,
  scope: Scope = EVERYTHING,
): Promise<PostHistory | undefined> {
  return reading(pool, async (client) => {
    const [first, ...others] = await locate(client, locators, text);
    const found = first && (await readHistory(client, first.key, scope));
    if (!found) return undefined;
    const known = new Set([found.post.uri, ...found.post.aliases]);
    return { ...found, alternatives: others.map((post) => post.uri).filter((uri) => !known.has(uri)) };
  });
}

export function historyOfPost(pool: Pool, key: Key, scope: Scope = EVERYTHING): Promise<PostHistory | undefined> {
  return reading(pool, (client) => readHistory(client, key, scope));
}

async function readHistory(db: Queryable, key: Key, scope: Scope): Promise<PostHistory | undefined> {
  const family = await loadFamily(db, key, scope);
  if (!family) return undefined;
  const line = timeline(family.sightings, POST_LAW, family.chain);
  const names = await namesOfCollections(db, family.collections);
  const keys = family.members.map((member) => member.key);
  const [references, referrers, counts, links, media] = [
    await relations.findReferences(db, keys, MAX_LISTED),
    await relations.findReferrers(db, keys, scopeOf(scope), MAX_LISTED),
    await relations.countReferrers(db, keys, scopeOf(scope), MAX_COUNTED),
    await relations.findLinks(db, keys, MAX_LISTED),
    await relations.findMedia(db, keys, MAX_LISTED),
  ];
  return {
    post: await describePost(db, family, line, scope),
    versions: line.versions.map(versionView),
    observations: line.sightings.map(({ id }) => {
      const row = family.observations.get(id)!;
      return observationView(row, names.get(row.collection) ?? row.collection, family);
    }),
    references: references.map(referenceView),
    referencedBy: {
      counts,
      countsAreLowerBounds: Object.values(counts).reduce((sum, count) => sum + count, 0) >= MAX_COUNTED,
      posts: referrers.map(referenceView),
    },
    links: links.map(linkView),
    media: media.map(({ digest, ...file }) => ({
      ...file,
      digest: digest === null ? null : showDigest(digest),
      missing: digest === null,
    })),
    alternatives: [],
    ...(family.incomplete && { incomplete: true }),
  };
}

/** The post itself, with its author as they were last called. */
export async function describePost(
  db: Queryable,
  family: Family,
  line: Timeline,
  scope: Scope,
  asOf?: number,
): Promise<PostView> {
  const names = await namesOfCollections(db, family.collections);
  const known = await findAliases(
    db,
    family.members.map((member) => member.key),
  );
  const aliases = new Set([...family.members.slice(1).map((member) => member.uri), ...known]);
  return postView(family, line, await authorOf(db, line, scope, asOf), [...aliases], [...names.values()].sort());
}

async function authorOf(db: Queryable, line: Timeline, scope: Scope, asOf?: number): Promise<ActorLabel | null> {
  const content = lastContent(line);
  const key = content?.attributedTo === undefined ? undefined : actorKey(content.attributedTo satisfies ActorUri);
  if (key === undefined) return authorLabel(content, undefined, undefined);
  const moment = asOf === undefined ? null : new Date(asOf).toISOString();
  const labels = await findLabels(db, [key], scopeOf(scope), moment);
  return authorLabel(content, labels.get(key), key);
}

function referenceView({ kind, key, uri, captured, by }: relations.ReferenceRecord): ReferenceView {
  return { kind, uri, perdureUri: perdureUri(key), captured, ...(by !== null && { by }) };
}

function linkView({ kind, from, to, place, reason }: relations.LinkRecord): LinkView {
  return { kind, from, to, ...(place !== null && { place }), ...(reason !== null && { reason }) };
}
