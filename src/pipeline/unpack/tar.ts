/** tar, from a stream. */
import { Readable } from 'node:stream';
import tar from 'tar-stream';
import { Rejection } from '../../core/errors.js';
import type { BlobStore } from '../ports.js';
import { isOfTheStore, refused, unsafePath, type OnMember, type Package } from './guards.js';

/** Of its first 262 bytes. */
export function isTar(head: Buffer): boolean {
  return head.length >= 262 && head.toString('latin1', 257, 262) === 'ustar';
}

export async function unpackTar(
  blobs: BlobStore,
  chunks: AsyncIterable<Uint8Array>,
  pack: Package,
  onMember: OnMember,
): Promise<void> {
  const extract = tar.extract();
  const source = Readable.from(chunks);
  let ofTheSource: Error | undefined;
  source.on('error', (error) => {
    ofTheSource = error;
    extract.destroy(error);
  });
  source.pipe(extract);
  const seen = new Set<string>();
  try {
    for await (const entry of extract) {
      const { header } = entry;
      const path = header.name.replace(/^(\.\/)+/, '');
      if (header.type === 'directory' || path === '') {
        entry.resume();
        continue;
      }
      const unsafe =
        header.type !== 'file' && header.type !== 'contiguous-file'
          ? `a ${header.type} entry, not a file`
          : unsafePath(path, seen);
      if (unsafe !== undefined) {
        entry.resume();
        await onMember(refused(path, header.size ?? 0, 'unsafe-path', unsafe));
        continue;
      }
      const kept = await blobs.put(entry as AsyncIterable<Uint8Array>);
      const modified =
        header.mtime && header.mtime.getTime() > 0 ? header.mtime.toISOString().slice(0, 19) + 'Z' : undefined;
      await onMember({ path, ...kept, ...(modified !== undefined && { modified }) });
    }
  } catch (error) {
    // Whoever reads an entry only hears that its stream was destroyed.
    if (ofTheSource) throw ofTheSource;
    if (error instanceof Rejection || (isOfTheStore(error) && !isOfTheStream(error))) throw error;
    throw new Rejection('truncated', `${pack.path}: the tar is damaged or cut short: ${(error as Error).message}`);
  }
}

function isOfTheStream(error: unknown): boolean {
  return ['STREAM_DESTROYED', 'PREMATURE_CLOSE'].includes(String((error as NodeJS.ErrnoException).code));
}
