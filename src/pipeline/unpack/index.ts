/**
 * Packages into members. Each member is kept as a blob of its own under its path in the package; what cannot be kept
 * (encrypted, a bomb, a path that leads out) is listed with its reason and refused, and the package itself is whole in
 * the blob store all the same.
 */
import type { BlobStore, Packing, UnpackedMember } from '../ports.js';
import { gunzip, headAndAll, plainPath, unpackedHead } from './compressed.js';
import { guarded, type OnMember, type Package } from './guards.js';
import { isTar, unpackTar } from './tar.js';
import { isWarc } from './warc-records.js';
import { packingOf } from './packing.js';
import { unpackWarc } from './warc.js';
import { unpackZip } from './zip.js';
import { unzstd } from './zstd.js';

/** A WARC is never packing of an accession: what holds it keeps it as a member, which is then unpacked in its turn. */
export type AnyPacking = Packing | 'warc';

/** Throws a Rejection when the package as a whole cannot be read. Returns what its keepers should know. */
export async function unpack(
  blobs: BlobStore,
  pack: Package & { readonly packing: AnyPacking },
  onMember: OnMember,
): Promise<readonly string[]> {
  switch (pack.packing) {
    case 'file':
      await onMember({ path: pack.path, bytes: pack.bytes, digest: pack.digest });
      return [];
    case 'zip':
      await unpackZip(blobs, pack, onMember);
      return [];
    case 'tar':
      await unpackTar(blobs, blobs.open(pack.digest), pack, onMember);
      return [];
    case 'tar.gz':
    case 'gzip':
      await unpackCompressed(blobs, gunzip(blobs.open(pack.digest)), pack, onMember);
      return [];
    case 'zstd':
      await unpackCompressed(blobs, unzstd(blobs.open(pack.digest)), pack, onMember);
      return [];
    case 'warc':
      return unpackWarc(blobs, pack, onMember);
    case 'folder':
    case 'harvest':
      return []; // its members were kept as they came
  }
}

/**
 * What a member is packed as, where it is to be unpacked in its turn: WARCs, compressed files, WACZ. Other packages
 * inside a package stay closed: they may be attachments that somebody was sent.
 */
export async function packingInside(
  blobs: BlobStore,
  { path, bytes, digest }: UnpackedMember,
): Promise<AnyPacking | undefined> {
  if (digest === undefined || bytes < 4) return undefined;
  const head = await blobs.read(digest, 0, Math.min(bytes, 1_024));
  if (isWarc(head)) return 'warc';
  const packing = packingOf(head);
  if (packing === 'zip') return /\.wacz$/i.test(path) ? 'zip' : undefined;
  if (packing === 'zstd') return packing;
  if (packing !== 'gzip') return undefined;
  if (isWarc(unpackedHead(head))) return 'warc';
  return /\.gz$/i.test(path) ? 'gzip' : undefined;
}

/** A compressed tar, a compressed WARC, or one compressed file: what comes out decides. */
async function unpackCompressed(
  blobs: BlobStore,
  unpacked: AsyncIterable<Uint8Array>,
  pack: Package,
  onMember: OnMember,
): Promise<void> {
  const { head, all, close } = await headAndAll(guarded(unpacked, pack.bytes, pack.path), 512);
  if (isWarc(head)) {
    // It stays as it is: WARC tools read it so, and its records are found by their place in it.
    await close();
    return onMember({ path: pack.path, bytes: pack.bytes, digest: pack.digest });
  }
  if (isTar(head)) return unpackTar(blobs, all, pack, onMember);
  const kept = await blobs.put(all);
  await onMember({ path: plainPath(pack.path), ...kept });
}
