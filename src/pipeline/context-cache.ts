/** What a worker keeps of the packages that it is reading: surveys, and the heads of members. Small: the last few. */
import type { Digest } from '../core/digest.js';
import { HEAD_BYTES, type Survey } from '../sources/source.js';
import type { BlobPart, BlobStore } from './ports.js';

const KEPT = 8;

export class ContextCache {
  private readonly surveys = new Map<Digest, Promise<Survey>>();
  private readonly heads = new Map<Digest, Promise<Uint8Array>>();

  constructor(private readonly blobs: BlobStore) {}

  survey(digest: Digest): Promise<Survey> {
    return remember(this.surveys, digest, async () => JSON.parse((await this.all(digest)).toString('utf8')) as Survey);
  }

  /** The member's first bytes, up to HEAD_BYTES. */
  head(digest: Digest): Promise<Uint8Array> {
    return remember(this.heads, digest, () => this.all(digest, { start: 0, end: HEAD_BYTES - 1 }));
  }

  private async all(digest: Digest, part?: BlobPart): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.blobs.open(digest, part)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }
}

function remember<T>(kept: Map<Digest, Promise<T>>, digest: Digest, load: () => Promise<T>): Promise<T> {
  const cached = kept.get(digest);
  if (cached) return cached;
  if (kept.size >= KEPT) kept.delete(kept.keys().next().value!);
  const loading = load();
  kept.set(digest, loading);
  loading.catch(() => kept.delete(digest));
  return loading;
}
