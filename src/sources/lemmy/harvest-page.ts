/** What a page of a list holds: views of posts, of comments, or both. */
import type { SeenPost } from '../harvest.js';
import { asArray, asNumber, asObject, asString, type JsonObject } from '../shared/json.js';
import { KINDS, type Kind, type Listed } from './harvest-place.js';
import { tryPostUri } from './uri.js';

/** Clocks are seldom further apart. */
const CLOCK_SKEW_MS = 300_000;

export interface Page {
  readonly seen: readonly SeenPost[];
  readonly listed: Readonly<Record<Kind, readonly Listed[]>>;
  /** How many there are by the account's own count, where the answer says so. */
  readonly total: Readonly<Partial<Record<Kind, number>>>;
}

/** Undefined for what is no such list. */
export function pageIn(answer: JsonObject | undefined, nowMs: number): Page | undefined {
  if (!answer || !(Array.isArray(answer['posts']) || Array.isArray(answer['comments']))) return undefined;
  const things = { post: thingsIn(answer, 'post'), comment: thingsIn(answer, 'comment') };
  const counts = asObject(asObject(answer['person_view'])?.['counts']);
  const [posts, comments] = [asNumber(counts?.['post_count']), asNumber(counts?.['comment_count'])];
  return {
    seen: KINDS.flatMap((kind) => things[kind].flatMap((thing) => seenIn(thing, kind))),
    listed: {
      post: things.post.flatMap((thing) => listedIn(thing, nowMs)),
      comment: things.comment.flatMap((thing) => listedIn(thing, nowMs)),
    },
    total: { ...(posts !== undefined && { post: posts }), ...(comments !== undefined && { comment: comments }) },
  };
}

function thingsIn(answer: JsonObject, kind: Kind): JsonObject[] {
  return asArray(answer[`${kind}s`]).flatMap((view): JsonObject[] => {
    const thing = asObject(asObject(view)?.[kind]);
    return thing ? [thing] : [];
  });
}

/** `ref` is the kind and the number on the asked server. */
function seenIn(thing: JsonObject, kind: Kind): SeenPost[] {
  const post = tryPostUri(thing['ap_id']);
  const id = thing['id'];
  if (post === undefined || !Number.isSafeInteger(id)) return [];
  const published = publishedIn(thing);
  return [{ post, ref: `${kind} ${String(id)}`, ...(published !== undefined && { published }) }];
}

function listedIn(thing: JsonObject, nowMs: number): Listed[] {
  const id = thing['id'];
  if (typeof id !== 'number' || !Number.isSafeInteger(id)) return [];
  const ms = Date.parse(publishedIn(thing) ?? '');
  const pinned = thing['featured_community'] === true || thing['featured_local'] === true || thing['stickied'] === true;
  return [{ id, made: ms > 0 && ms <= nowMs + CLOCK_SKEW_MS ? Math.floor(ms / 1_000) : 0, pinned }];
}

/** Before version 0.19 times were UTC without saying so. */
function publishedIn(thing: JsonObject): string | undefined {
  const time = asString(thing['published']) ?? asString(thing['published_at']);
  return time === undefined || /(?:Z|[+-]\d\d:?\d\d)$/i.test(time) ? time : `${time}Z`;
}
