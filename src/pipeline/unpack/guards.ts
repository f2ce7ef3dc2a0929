/** What no package may do to us. */
import { Rejection, type RejectReason } from '../../core/errors.js';
import type { AccessionRow, UnpackedMember } from '../ports.js';

/** What is unpacked: an accession, or a member that is a package itself. */
export type Package = Pick<AccessionRow, 'path' | 'digest' | 'bytes'>;

export type OnMember = (member: UnpackedMember) => Promise<void>;

/** A bomb unpacks to more than 100 MB and to more than 200 times its packed size; real exports reach about 30. */
export const BOMB_BYTES = 100_000_000;
export const BOMB_RATIO = 200;
export const MAX_MEMBERS = 1_000_000;

export async function* guarded(
  chunks: AsyncIterable<Uint8Array>,
  packed: number,
  path: string,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > BOMB_BYTES && bytes > packed * BOMB_RATIO) {
      throw new Rejection('bomb', `${path} unpacks to more than ${BOMB_RATIO} times its ${packed} bytes`);
    }
    yield chunk;
  }
}

/** Why a member's path must not be used; undefined when it may. */
export function unsafePath(path: string, seen: Set<string>): string | undefined {
  if (seen.has(path)) return 'a second member of this name; the first one is read';
  seen.add(path);
  if (path.length > 1_000) return 'a name of over 1,000 characters';
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path) || path.includes('\\')) return 'an absolute or foreign path';
  if (path.split('/').includes('..')) return 'a path that leads out of the package';
  if (path.includes('\u0000')) return 'a name with a zero byte';
  return undefined;
}

export function refused(path: string, bytes: number, reason: RejectReason, detail: string): UnpackedMember {
  return { path: path.slice(0, 1_000).replaceAll('\u0000', '\\u0000'), bytes, refusal: { reason, detail } };
}

/** Trouble with a disk, a bucket or the database is no fault of the package: it has a code, and none of a decoder's. */
export function isOfTheStore(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' && !code.startsWith('ZSTD_') && !code.startsWith('Z_');
}
