/**
 * What a file is, by its first bytes; names and packages are not asked. Only these are shown in a browser: pictures,
 * video, sound, none of which can carry script. Everything else (HTML, SVG, PDF …) is for saving.
 */
export const HEAD_BYTES = 64;

interface Signature {
  readonly type: string;
  readonly fits: (head: Buffer) => boolean;
}

const at = (offset: number, text: string) => (head: Buffer) =>
  head.toString('latin1', offset, offset + text.length) === text;
const both =
  (...fits: readonly ((head: Buffer) => boolean)[]) =>
  (head: Buffer) =>
    fits.every((fit) => fit(head));
const brand = (pattern: RegExp) => (head: Buffer) =>
  at(4, 'ftyp')(head) && pattern.test(head.toString('latin1', 8, 12));

const SIGNATURES: readonly Signature[] = [
  { type: 'image/jpeg', fits: at(0, '\xff\xd8\xff') },
  { type: 'image/png', fits: at(0, '\x89PNG\r\n\x1a\n') },
  { type: 'image/gif', fits: (head) => at(0, 'GIF87a')(head) || at(0, 'GIF89a')(head) },
  { type: 'image/webp', fits: both(at(0, 'RIFF'), at(8, 'WEBP')) },
  { type: 'image/avif', fits: brand(/^avi[fs]$/) },
  { type: 'image/heic', fits: brand(/^(hei[cmsx]|hev[cmsx]|mif1|msf1)$/) },
  { type: 'audio/mp4', fits: brand(/^(M4A|M4B) $/) },
  { type: 'video/quicktime', fits: brand(/^qt {2}$/) },
  { type: 'video/mp4', fits: at(4, 'ftyp') },
  { type: 'video/webm', fits: both(at(0, '\x1a\x45\xdf\xa3'), (head) => head.includes('webm')) },
  { type: 'audio/ogg', fits: both(at(0, 'OggS'), (head) => head.includes('OpusHead') || head.includes('vorbis')) },
  { type: 'video/ogg', fits: at(0, 'OggS') },
  { type: 'audio/wav', fits: both(at(0, 'RIFF'), at(8, 'WAVE')) },
  { type: 'audio/mpeg', fits: (head) => at(0, 'ID3')(head) || (head[0] === 0xff && (head[1]! & 0xe6) === 0xe2) },
  { type: 'audio/flac', fits: at(0, 'fLaC') },
];

/** Undefined when it is none of those that a browser may show. */
export function shownType(head: Buffer): string | undefined {
  return SIGNATURES.find(({ fits }) => fits(head))?.type;
}
