/** Collections, and files. */
import type { Pool } from 'pg';
import { VISIBILITIES } from '../core/content.js';
import { showDigest, showKey, type Digest } from '../core/digest.js';
import { perdureUri } from '../core/uri.js';
import { listCollections } from '../store/readers/collections.js';
import { findCapture, findPostsOfFile } from '../store/readers/relations.js';
import { EVERYTHING, reading, scopeOf, type Scope } from '../store/readers/scope.js';
import type { CollectionView, MediaFileView } from './list-types.js';

/** By name. */
export async function collections(pool: Pool, scope: Scope = EVERYTHING): Promise<readonly CollectionView[]> {
  const rows = await listCollections(pool, scopeOf(scope));
  return rows.map(({ id, createdAt, firstObservedAt, lastObservedAt, ...row }) => ({
    id: showKey(id),
    ...row,
    createdAt: createdAt.toISOString(),
    firstObservedAt: printed(firstObservedAt),
    lastObservedAt: printed(lastObservedAt),
  }));
}

/** Over many observations no one precision holds: milliseconds that are zero were not known, nearly always. */
function printed(moment: Date | null): string | null {
  return moment?.toISOString().replace('.000Z', 'Z') ?? null;
}

const MAX_POSTS = 100;

/** A file by its digest, if it belongs to a post that the reader may see. Undefined when it does not. */
export function media(pool: Pool, digest: Digest, scope: Scope = EVERYTHING): Promise<MediaFileView | undefined> {
  return reading(pool, async (client) => {
    const posts = await findPostsOfFile(client, digest, scopeOf(scope), MAX_POSTS);
    if (posts.length === 0) return undefined;
    const capture = await findCapture(client, digest);
    const widest = Math.min(...posts.map(({ visibility }) => VISIBILITIES.indexOf(visibility)));
    return {
      digest: showDigest(digest),
      bytes: capture?.bytes ?? null,
      sealed: capture?.sealed ?? false,
      posts: posts.map(({ post, ...file }) => ({ ...file, perdureUri: perdureUri(post) })),
      visibility: VISIBILITIES[widest]!,
    };
  });
}
