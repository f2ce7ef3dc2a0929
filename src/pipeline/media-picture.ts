/**
 * What a stored picture looks like: its size and a difference hash. A help in finding look-alikes, never evidence; the
 * bytes are kept before anybody looks at them, and whatever goes wrong here costs them nothing.
 */
import sharp from 'sharp';
import type { PictureFacts } from './media-ports.js';

/** As of the largest cameras; a decoded picture takes four bytes a pixel. */
const MAX_PIXELS = 120_000_000;
const MAX_SECONDS = 30;

/** Formats that are looked at. HEIC needs a decoder that the library does not come with; JPEG XL likewise. */
const DECODED = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif']);

export class NoPictureError extends Error {
  override readonly name = 'NoPictureError';
}

let harden: (() => void) | undefined = () => {
  // Off the heap, so unseen by its limits: no cache, one thread.
  sharp.cache(false);
  sharp.concurrency(1);
  // A file may be two formats at once: no other decoder is ever reached (SVG, PDF, TIFF, MagickWand …).
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: ['Jpeg', 'Png', 'Nsgif', 'Webp', 'Heif'].map((name) => `VipsForeignLoad${name}`) });
  harden = undefined;
};

let last: Promise<unknown> = Promise.resolve();

/**
 * One picture at a time in each process. Undefined: it is in no format that is looked at.
 * @throws NoPictureError where it cannot be decoded
 */
export function lookAtPicture(path: string, contentType: string): Promise<PictureFacts | undefined> {
  if (!DECODED.has(contentType)) return Promise.resolve(undefined);
  const turn = last.then(() => look(path));
  last = turn.catch(() => undefined);
  return turn;
}

async function look(path: string): Promise<PictureFacts> {
  harden?.();
  let size: { readonly width: number; readonly height: number } | undefined;
  try {
    // The first frame alone. A picture that ends early has a size, and no hash: half of it would look like another.
    const picture = sharp(path, { limitInputPixels: MAX_PIXELS, pages: 1, failOn: 'truncated', sequentialRead: true });
    const { autoOrient } = await picture.metadata();
    size = { width: autoOrient.width, height: autoOrient.height };
    const greys = await picture
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .greyscale()
      .resize(9, 8, { fit: 'fill', kernel: 'cubic' })
      .raw()
      .timeout({ seconds: MAX_SECONDS })
      .toBuffer();
    return { ...size, phash: differenceHash(greys) };
  } catch (error) {
    if (size) return size;
    throw new NoPictureError('it cannot be decoded', { cause: error });
  }
}

/** dHash: for each of eight rows of nine greys, whether each is brighter than the one to its left. */
export function differenceHash(greys: Uint8Array): string {
  let bits = 0n;
  for (let y = 0; y < 8; y++)
    for (let x = 0; x < 8; x++) bits = (bits << 1n) | (greys[y * 9 + x + 1]! > greys[y * 9 + x]! ? 1n : 0n);
  return bits.toString(16).padStart(16, '0');
}

/** In how many of 64 bits two hashes differ: under 10 or so, the pictures look alike. */
export function hashDistance(a: string, b: string): number {
  let difference = BigInt(`0x${a}`) ^ BigInt(`0x${b}`);
  let bits = 0;
  for (; difference > 0n; difference &= difference - 1n) bits++;
  return bits;
}
