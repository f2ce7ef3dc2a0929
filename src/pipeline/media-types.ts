/** What a file is, by its first bytes. Names and headers are not asked: servers send error pages as image/jpeg. */

export const HEAD_BYTES = 512;

interface Signature {
  readonly type: string;
  readonly fits: (head: Buffer) => boolean;
}

const at =
  (offset: number, text: string) =>
  (head: Buffer): boolean =>
    head.toString('latin1', offset, offset + text.length) === text;
const both =
  (...fits: readonly ((head: Buffer) => boolean)[]) =>
  (head: Buffer): boolean =>
    fits.every((fit) => fit(head));
/** ISO base media (ISO/IEC 14496-12): the box `ftyp` at 4, its major brand at 8. */
const brand =
  (pattern: RegExp) =>
  (head: Buffer): boolean =>
    at(4, 'ftyp')(head) && pattern.test(head.toString('latin1', 8, 12));

const MEDIA: readonly Signature[] = [
  { type: 'image/jpeg', fits: at(0, '\xff\xd8\xff') },
  { type: 'image/png', fits: at(0, '\x89PNG\r\n\x1a\n') },
  { type: 'image/gif', fits: (head) => at(0, 'GIF87a')(head) || at(0, 'GIF89a')(head) },
  { type: 'image/webp', fits: both(at(0, 'RIFF'), at(8, 'WEBP')) },
  { type: 'image/avif', fits: brand(/^avi[fs]$/) },
  { type: 'image/heic', fits: brand(/^(hei[cmsx]|hev[cmsx]|mif1|msf1)$/) },
  { type: 'image/jxl', fits: (head) => at(0, '\xff\x0a')(head) || at(4, 'JXL \r\n\x87\n')(head) },
  { type: 'audio/mp4', fits: brand(/^M4[AB] $/) },
  { type: 'video/quicktime', fits: brand(/^qt {2}$/) },
  { type: 'video/mp4', fits: at(4, 'ftyp') },
  { type: 'video/webm', fits: both(at(0, '\x1a\x45\xdf\xa3'), (head) => head.includes('webm')) },
  { type: 'video/x-matroska', fits: at(0, '\x1a\x45\xdf\xa3') },
  { type: 'audio/ogg', fits: both(at(0, 'OggS'), (head) => head.includes('OpusHead') || head.includes('vorbis')) },
  { type: 'video/ogg', fits: at(0, 'OggS') },
  { type: 'audio/wav', fits: both(at(0, 'RIFF'), at(8, 'WAVE')) },
  { type: 'audio/flac', fits: at(0, 'fLaC') },
  // MPEG audio and AAC frames begin with eleven or twelve set bits only: last, and never against the above.
  { type: 'audio/mpeg', fits: (head) => at(0, 'ID3')(head) || (head[0] === 0xff && (head[1]! & 0xe6) === 0xe2) },
  { type: 'audio/aac', fits: (head) => head[0] === 0xff && (head[1]! & 0xf6) === 0xf0 },
];

const DOCUMENTS: readonly Signature[] = [{ type: 'application/pdf', fits: at(0, '%PDF-') }];

/** The media type of a picture, video or sound; undefined when it is none that is known. */
export function mediaTypeOf(head: Buffer): string | undefined {
  return MEDIA.find(({ fits }) => fits(head))?.type;
}

export function documentTypeOf(head: Buffer): string | undefined {
  return mediaTypeOf(head) ?? DOCUMENTS.find(({ fits }) => fits(head))?.type;
}

/** For people: what stands where a picture should. */
export function describe(head: Buffer): string {
  if (head.length === 0) return 'an empty file';
  const text = head
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (/^(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*(<!doctype svg[^>]*>\s*)?<svg[\s>]/i.test(text)) return 'an SVG drawing';
  if (/^(<!--[\s\S]*?-->\s*)*<(!doctype html|html|head|body|script|title|meta)\b/i.test(text)) return 'an HTML page';
  if (/^<\?xml|^<[a-z!]/i.test(text)) return 'an XML or HTML document';
  if (/^[[{]/.test(text)) return 'a JSON text';
  if (documentTypeOf(head) === 'application/pdf') return 'a PDF document';
  // eslint-disable-next-line no-control-regex -- they tell bytes from text
  if (!/[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text.slice(0, -4))) return 'a plain text';
  return `something unknown (it begins with ${head.toString('hex', 0, 8)})`;
}
