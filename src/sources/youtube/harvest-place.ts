/** Where a harvest of a channel stands: the newest videos and comments that are known, and the feed's own mark. */
import type { Cursor } from '../harvest.js';
import { asArray, asObject, asString } from '../shared/json.js';

export interface Place {
  readonly videos: readonly string[];
  readonly comments: readonly string[];
  readonly etag: string | undefined;
  readonly digest: string | undefined;
}

/** A cursor has 4 KiB: 50 ids of 11 characters, 40 of 26, and a mark. Some dozens, so that a few may be deleted meanwhile. */
const MOST_VIDEOS = 50;
const MOST_COMMENTS = 40;
const LONGEST_ID = 40;
const LONGEST_ETAG = 200;

export function placeOf(cursor: Cursor | null): Place {
  const place = asObject(cursor);
  const list = (key: string): string[] => asArray(place?.[key]).filter((id): id is string => typeof id === 'string');
  return {
    videos: list('videos'),
    comments: list('comments'),
    etag: asString(place?.['etag']),
    digest: asString(place?.['digest']),
  };
}

export function cursorOf({ videos, comments, etag, digest }: Place): Cursor {
  return {
    videos: newest(videos, MOST_VIDEOS),
    comments: newest(comments, MOST_COMMENTS),
    ...(etag !== undefined && etag.length <= LONGEST_ETAG && { etag }),
    ...(digest !== undefined && { digest }),
  };
}

function newest(ids: readonly string[], most: number): string[] {
  return [...new Set(ids)].filter(({ length }) => length <= LONGEST_ID).slice(0, most);
}
