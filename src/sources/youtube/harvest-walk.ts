/** A list of the API, newest first, page by page, down to something that was known. */
import type { HarvestIo, HarvestStep, SeenPost } from '../harvest.js';
import { asArray, asString, isObject, type JsonObject } from '../shared/json.js';
import { API, askApi, type ApiAnswer } from './harvest-ask.js';

/** In one harvest; a page costs one unit of the ten thousand that a key has a day. */
const MOST_PAGES = 200;

export interface List {
  readonly name: 'playlistItems' | 'commentThreads';
  readonly query: Readonly<Record<string, string>>;
  readonly size: number;
  /** What identifies an item, and the post that it is; undefined for what is no post. */
  readonly seenIn: (item: JsonObject) => Seen | undefined;
  /** Asks for more about what a page lists. */
  readonly also?: (ids: readonly string[]) => AsyncIterable<HarvestStep>;
}

export interface Seen {
  readonly id: string;
  readonly post: SeenPost;
}

export interface Walked {
  readonly ids: readonly string[];
  /** The list ended; nothing is older. */
  readonly end: boolean;
  readonly oldest: string | undefined;
  /** It ended without any that was known: what was known is no landmark any more. */
  readonly broken: boolean;
}

/** @returns the answer where a page was refused: nothing is known of what was to come */
export async function* walk(
  io: HarvestIo,
  list: List,
  known: readonly string[],
  backfill: number,
): AsyncGenerator<HarvestStep, Walked | ApiAnswer> {
  const ids = new Set<string>();
  let oldest: string | undefined;
  let pageToken: string | undefined;
  const walked = (end: boolean): Walked => ({ ids: [...ids], end, oldest, broken: false });
  for (let page = 1; page <= MOST_PAGES; page++) {
    const answer = await askApi(io, list.name, {
      ...list.query,
      maxResults: String(list.size),
      ...(pageToken !== undefined && { pageToken }),
    });
    if (!answer.body) return answer;
    const items = asArray(answer.body['items']).filter(isObject);
    const found = items.flatMap((item) => list.seenIn(item) ?? []);
    if (found.length > 0)
      yield { kind: 'captured', exchange: answer.exchange, format: API, posts: found.map(({ post }) => post) };
    const fresh = found.filter(({ id }) => !ids.has(id));
    if (fresh.length > 0) yield* list.also?.(fresh.map(({ id }) => id)) ?? [];
    for (const { id, post } of fresh) {
      ids.add(id);
      oldest = post.published ?? oldest;
    }
    pageToken = asString(answer.body['nextPageToken']);
    if (found.some(({ id }) => known.includes(id))) return walked(false);
    if (pageToken === undefined) {
      // Told once: what is known afterwards is what the list holds now.
      if (known.length > 0)
        yield { kind: 'gap', reason: 'platform', detail: `${list.name}: the list ends before any that was known` };
      return { ...walked(true), broken: known.length > 0 };
    }
    if (fresh.length === 0) {
      yield { kind: 'gap', reason: 'platform', detail: `${list.name}: the pages do not go on` };
      return walked(false);
    }
    if (known.length === 0 && ids.size >= backfill) return walked(false);
  }
  const detail = `${list.name}: more than ${MOST_PAGES} pages are new; older ones were not asked for, to spare the quota`;
  if (known.length > 0) yield { kind: 'gap', reason: 'rate-limit', detail };
  else io.warn(detail);
  return walked(false);
}
