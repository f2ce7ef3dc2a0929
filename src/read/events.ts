/** Events: what following found out about posts, and how that is told from what was read. */
import type { Pool } from 'pg';
import { showKey, type Key } from '../core/digest.js';
import type { Outcome } from '../core/reading.js';
import { POST_LAW, timeline } from '../core/timeline.js';
import type { PostUri } from '../core/uri.js';
import * as reader from '../store/readers/events.js';
import { findFamilies } from '../store/readers/posts.js';
import { EVERYTHING, reading, scopeOf, type Queryable, type Scope } from '../store/readers/scope.js';
import type { EventKind, EventView } from './event-types.js';
import { loadFamily } from './family.js';
import { newsOf, NO_OBSERVATION, type News } from './news.js';

export interface EventOptions {
  readonly seed?: Key;
  readonly collection?: Key;
  /** The id of the last one that is known; `0` begins with the first. */
  readonly after: string;
  readonly limit: number;
}

/** In the order in which they were found out. */
export async function events(
  pool: Pool,
  options: EventOptions,
  scope: Scope = EVERYTHING,
): Promise<readonly EventView[]> {
  const rows = await reader.listEvents(pool, { ...options, collections: scopeOf(scope) });
  return rows.map(eventView);
}

export function eventView({ id, kind, post, uri, collection, seed, harvest, at }: reader.EventRecord): EventView {
  return {
    id,
    kind: kind as EventKind,
    uri,
    post: showKey(post),
    collection,
    seed: showKey(seed),
    harvest: showKey(harvest),
    at: at.toISOString(),
  };
}

/** The id of the latest event; `0` where there is none. */
export function latestEvent(pool: Pool): Promise<string> {
  return reader.latestEvent(pool);
}

// ── what is news ────────────────────────────────────────────────────────────────────────────────────────────────────

/** What a page of a harvest said of one post: what ingest hands out (ReadPost). */
export interface PostRead {
  readonly post: Key;
  readonly uri: PostUri;
  readonly outcome: Outcome;
  readonly hand: 'first' | 'second';
  readonly newPost: boolean;
  readonly newObservation: boolean;
}

export interface NewsOrigin {
  readonly seed: Key;
  readonly collection: Key;
  readonly harvest: Key;
}

/** Whose news the records of an accession are. Undefined: it was handed in, and is nobody's. */
export function newsOrigin(pool: Pool, accession: Key): Promise<NewsOrigin | undefined> {
  return reader.originOf(pool, accession);
}

/** News of a post, which goes by the first of its edit chain. */
export interface PostNews extends News {
  readonly post: Key;
  readonly uri: string;
}

/**
 * What these posts, read just now and committed, tell that had not been told. Timelines are made only of those that
 * another outcome or other content was found of, and of edit chains: of a page of known posts, hardly any.
 */
export async function newsOfPosts(
  pool: Pool,
  origin: NewsOrigin,
  posts: readonly PostRead[],
): Promise<readonly PostNews[]> {
  const uris = new Map(posts.filter(canBeNews).map(({ post, uri }) => [post, uri]));
  if (uris.size === 0) return [];
  return reading(pool, async (client) => {
    const since = await reader.newsSince(client, origin.seed, origin.harvest);
    if (!since) return [];
    const keys = [...uris.keys()];
    const related = new Set((await findFamilies(client, keys)).flatMap(({ of, post }) => (of === post ? [] : [of])));
    const looks = await reader.summariseLooks(client, origin.collection, keys, since);
    const byPost = new Map(looks.map((look) => [look.post, look]));
    const news: PostNews[] = [];
    const told = new Set<Key>();
    for (const [post, uri] of uris) {
      const look = byPost.get(post);
      if (!look) continue;
      if (!related.has(post) && !look.changed) {
        if (!look.fresh) continue;
        news.push({ post, uri, kind: 'new', observation: NO_OBSERVATION, at: look.firstSeen!.toISOString() });
      } else news.push(...(await newsOfFamily(client, origin, post, since, told)));
    }
    return news;
  });
}

function canBeNews({ hand, outcome, newPost, newObservation }: PostRead): boolean {
  return (
    hand === 'first' && (newPost || newObservation) && !['unreachable', 'omitted', 'notCaptured'].includes(outcome)
  );
}

/** @param told families that have been looked at, by their first post */
async function newsOfFamily(
  db: Queryable,
  { collection }: NewsOrigin,
  post: Key,
  since: Date,
  told: Set<Key>,
): Promise<readonly PostNews[]> {
  const family = await loadFamily(db, post, { collections: [collection] });
  if (!family || told.has(family.key)) return [];
  told.add(family.key);
  const line = timeline(family.sightings, POST_LAW, family.chain);
  return newsOf(line, since).map((each) => ({ ...each, post: family.key, uri: family.uri }));
}
