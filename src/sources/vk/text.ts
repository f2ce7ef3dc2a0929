/** Words that hold marks: `[id1|Nour]` names a person, `#tag@place` a hashtag of one community. */
import type { Tag } from '../../core/content.js';
import { personOf } from './uri.js';

const MARK = /\[(id|club|public|event)(\d{1,15})(?::bp-?\d+_\d+)?\|([^\]]{1,200})\]|#([\p{L}\p{N}_]{1,100})/gu;

/** The text itself stays as it is. */
export function tagsOf(text: string): Tag[] {
  if (!text.includes('#') && !text.includes('[')) return [];
  return [...text.matchAll(MARK)].map(([, kind, id, name, hashtag]): Tag => {
    if (hashtag !== undefined) return { type: 'Hashtag', name: hashtag };
    return {
      type: 'Mention',
      name: name!.replace(/^[@*]/, ''),
      href: personOf(kind === 'id' ? Number(id) : -Number(id)),
    };
  });
}
