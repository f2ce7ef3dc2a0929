/**
 * The archive that VK sends to a user who asks for their data (Settings → Privacy → data protection): a ZIP of HTML
 * pages in windows-1251. Its pages have no number for half of what they show and times in words of the user's language;
 * they are recognised so that nobody else reads them wrongly, kept, and not read.
 */
import type { MemberHead, Recognition } from '../source.js';

const FORMAT = 'vk-archive';

export const ARCHIVE_REFUSAL = {
  reason: 'not-supported',
  detail:
    'a page of VK’s data archive: it is kept, and not read; to archive the posts, hand in the answers of wall.get for this wall',
} as const;

/** Cyrillic is one byte a letter there; everything that is looked for is ASCII. */
export function recogniseArchive({ path, head }: MemberHead): Recognition | null {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  const isPage =
    /<meta[^>]+charset=["']?windows-1251/i.test(text.slice(0, 4_096)) &&
    /<title>(?:VK|\xc2\xca[^<]{0,40})<\/title>|https?:\/\/(?:vk\.com|vkontakte\.ru)\//.test(text) &&
    /class=["'](?:page_header|page_block_header|ui_crumb|wrap_page_content|item__main)/.test(text);
  if (!isPage) return null;
  const found = { format: FORMAT, confidence: 0.92, why: 'a page of VK’s data archive (windows-1251)' };
  const isWall = /(?:^|\/)wall\/[^/]*\.html?$/i.test(path) || /class=["'][^"']*\bpost\b/.test(text);
  if (/class=["']message["']/.test(text) || !isWall) return { ...found, role: 'sealed' };
  return { ...found, role: 'refused', refusal: ARCHIVE_REFUSAL };
}
