import type { Packing } from '../ports.js';
import { isTar } from './tar.js';
import { isZstdMagic } from './zstd-frames.js';

/** What a file is packed as, by its first bytes; its name is not asked. */
export function packingOf(head: Uint8Array): Packing {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (
    bytes.length >= 4 &&
    bytes.readUInt16BE(0) === 0x504b &&
    [0x0304, 0x0506, 0x0708].includes(bytes.readUInt16BE(2))
  ) {
    return 'zip';
  }
  // Whether a tar is inside shows only when it is unpacked.
  if (bytes.length >= 2 && bytes.readUInt16BE(0) === 0x1f8b) return 'gzip';
  if (bytes.length >= 4 && isZstdMagic(bytes.readUInt32LE(0))) return 'zstd';
  return isTar(bytes) ? 'tar' : 'file';
}
