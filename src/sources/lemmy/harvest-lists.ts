/**
 * What is new of a person or a community: lists of posts and of comments, newest first, page by page, until a page holds
 * something that was known. A list that lacks what was known says nothing about it.
 */
import type { Bookmark, Cursor, Exchange, HarvestIo, HarvestStep, SeedView, SeenPost } from '../harvest.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { settingsOf, type LemmyPlace } from './harvest-resolve.js';
import { hostOf, tryPostUri } from './uri.js';

const FORMAT = 'lemmy-api';
const LIMIT = 50;
const MOST_PAGES = 40;
/** Of each list so many are remembered: some may be gone the next time. */
const KNOWN = 30;

interface ListOf {
  readonly id: string;
  path(page: number): string;
}

/** What has been seen of each list, newest first: URIs. */
type Known = Readonly<Record<string, readonly string[]>>;

export async function* harvestLists(seed: SeedView, since: Cursor | null, io: HarvestIo): AsyncGenerator<HarvestStep> {
  const place = settingsOf(seed.settings);
  if (!place) return;
  const before = knownOf(since);
  const after: Record<string, readonly string[]> = { ...before };
  let backTo: Bookmark['backTo'];
  for (const list of listsOf(place)) {
    const walk = yield* walkDown(list, place, seed, before[list.id], io);
    // Not even the first page was one: the place stays, and the next harvest asks again.
    if (!walk) return;
    if (walk.seen.length > 0) after[list.id] = [...new Set([...walk.seen, ...(before[list.id] ?? [])])].slice(0, KNOWN);
    else after[list.id] ??= [];
    if (since === null) backTo = { beginning: (backTo?.beginning ?? true) && walk.reachedEnd };
  }
  yield { kind: 'bookmark', cursor: after, reach: 'whole', ...(backTo && { backTo }) };
}

function listsOf({ kind, name }: LemmyPlace): readonly ListOf[] {
  const named = encodeURIComponent(name);
  const rest = (page: number): string => `sort=New&limit=${LIMIT}&page=${page}`;
  // A person's details hold both lists in one answer.
  if (kind === 'person') return [{ id: 'person', path: (page) => `user?username=${named}&${rest(page)}` }];
  return [
    { id: 'posts', path: (page) => `post/list?community_name=${named}&type_=All&${rest(page)}` },
    { id: 'comments', path: (page) => `comment/list?community_name=${named}&type_=All&${rest(page)}` },
  ];
}

interface Walk {
  readonly seen: readonly string[];
  readonly reachedEnd: boolean;
}

async function* walkDown(
  list: ListOf,
  place: LemmyPlace,
  { backfill }: SeedView,
  known: readonly string[] | undefined,
  io: HarvestIo,
): AsyncGenerator<HarvestStep, Walk | undefined> {
  const seen = new Set<string>();
  const anchors = new Set(known);
  for (let page = 1; page <= MOST_PAGES; page++) {
    const exchange = await ask(place, list.path(page), io);
    const posts = exchange.status === 200 ? postsIn(await exchange.json(), place) : undefined;
    if (!posts) {
      if (page > 1)
        return yield* stopped(exchange, `page ${page} of the list was no list: status ${exchange.status}`, seen);
      yield await accountNote(exchange);
      return undefined;
    }
    const fresh = posts.filter(({ post }) => !seen.has(post));
    if (posts.length > 0) yield { kind: 'captured', exchange, format: FORMAT, posts: fresh };
    const met = posts.some(({ post }) => anchors.has(post));
    for (const { post } of posts) seen.add(post);
    if (met || posts.length === 0) {
      // The list has ended without anything that was known.
      if (!met && anchors.size > 0) yield gap('nothing that was known is in the list any more');
      return { seen: [...seen], reachedEnd: posts.length === 0 };
    }
    if (fresh.length === 0) return yield* stopped(exchange, 'the list does not go on: the same page came twice', seen);
    if (known === undefined && seen.size >= backfill) return { seen: [...seen], reachedEnd: false };
  }
  if (anchors.size > 0) yield gap(`nothing that was known stood on ${MOST_PAGES} pages`);
  return { seen: [...seen], reachedEnd: false };
}

async function* stopped(_: Exchange, detail: string, seen: ReadonlySet<string>): AsyncGenerator<HarvestStep, Walk> {
  yield await Promise.resolve(gap(detail));
  return { seen: [...seen], reachedEnd: false };
}

const gap = (detail: string): HarvestStep => ({ kind: 'gap', reason: 'platform', detail });

export function ask({ origin }: LemmyPlace, path: string, io: HarvestIo): Promise<Exchange> {
  const bearer = io.credential?.kind === 'bearer';
  return io.request(`${origin}/api/v3/${path}`, {
    headers: { accept: 'application/json' },
    ...(bearer && { authorised: true }),
  });
}

/** `couldnt_find_person`: never there, or purged; the server does not say which. */
async function accountNote(exchange: Exchange): Promise<HarvestStep> {
  const { status } = exchange;
  const said = status >= 400 ? asString(asObject(await exchange.json().catch(() => undefined))?.['error']) : undefined;
  const detail = `status ${status}${said === undefined ? '' : `: ${said.slice(0, 120)}`}`;
  const state = status === 401 || status === 403 || said === 'not_logged_in' ? 'forbidden' : 'notFound';
  return { kind: 'account', exchange, state, detail };
}

/** Undefined for what is no such list. `ref` is the kind and the number on the asked server. */
function postsIn(body: unknown, place: LemmyPlace): SeenPost[] | undefined {
  const answer = asObject(body);
  if (!answer || !(Array.isArray(answer['posts']) || Array.isArray(answer['comments']))) return undefined;
  return [
    ...asArray(answer['posts']).flatMap((view) => seenIn(view, 'post', place)),
    ...asArray(answer['comments']).flatMap((view) => seenIn(view, 'comment', place)),
  ];
}

function seenIn(view: unknown, kind: 'post' | 'comment', { origin }: LemmyPlace): SeenPost[] {
  const thing: JsonObject | undefined = isObject(view) ? asObject(view[kind]) : undefined;
  const post = tryPostUri(thing?.['ap_id']);
  const id = thing?.['id'];
  if (post === undefined || !Number.isSafeInteger(id) || hostOf(origin) === undefined) return [];
  const published = asString(thing?.['published']) ?? asString(thing?.['published_at']);
  return [{ post, ref: `${kind} ${String(id)}`, ...(published !== undefined && { published: zoned(published) }) }];
}

/** Before version 0.19 times were UTC without saying so. */
function zoned(time: string): string {
  return /(?:Z|[+-]\d\d:?\d\d)$/i.test(time) ? time : `${time}Z`;
}

function knownOf(cursor: Cursor | null): Known {
  const known = asObject(cursor) ?? {};
  return Object.fromEntries(
    Object.entries(known).map(([list, uris]) => [list, asArray(uris).filter((uri) => typeof uri === 'string')]),
  );
}
