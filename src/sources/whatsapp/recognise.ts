import type { MemberHead, Recognition } from '../source.js';
import { headOf } from './head.js';

const MEDIA_NAME =
  /(?:^|\/)(?:(?:IMG|VID|AUD|PTT|STK|DOC)-\d{8}-WA\d+|\d{8}-(?:PHOTO|VIDEO|AUDIO|STICKER|GIF|DOCUMENT)-[\d-]+)[^/]*\.\w{2,5}$/i;

/** Two lines with heads among the first, and no line before the first of them. */
export function recognise({ path, head, paths }: MemberHead): Recognition | null {
  if (
    MEDIA_NAME.test(path) ||
    (isBesideChat(path, paths) && /\.(?:jpe?g|png|webp|gif|mp4|3gp|mov|opus|ogg|m4a|mp3|pdf|vcf)$/i.test(path))
  ) {
    return {
      format: 'whatsapp-chat',
      confidence: 0.45,
      why: 'a file beside an exported chat, by its name',
      role: 'media',
    };
  }
  if (head.includes(0)) return null;
  const lines = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('utf8').split('\n', 200);
  if (!headOf(lines[0]!)) return null;
  const heads = lines.map(headOf).filter((found) => found !== undefined);
  const spoken = lines.filter((line) => {
    const found = headOf(line);
    return found && line.slice(found.end).includes(':');
  });
  if (spoken.length === 0 && heads.length < 2) return null;
  const sure = heads.length > 1 && spoken.length > 0;
  const why = `${heads.length === 200 ? 'many' : heads.length} lines that begin with date, time and a sender, as exported chats have them`;
  return { format: 'whatsapp-chat', confidence: sure ? 0.9 : 0.6, why, role: 'records' };
}

function isBesideChat(path: string, paths: readonly string[]): boolean {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  return paths.some(
    (other) => other === `${folder}_chat.txt` || (other.startsWith(folder) && /WhatsApp[^/]*\.txt$/i.test(other)),
  );
}
