/**
 * Follows an account over the Firebase API: the account lists everything that it ever submitted, newest first, so that
 * nothing can be missed; each item is asked for by itself. https://github.com/HackerNews/API
 */
import { UsageError } from '../../core/errors.js';
import type { PostUri } from '../../core/uri.js';
import type {
  Connector,
  Cursor,
  Exchange,
  HarvestIo,
  HarvestStep,
  PostToSee,
  ResolvedSeed,
  SeedView,
  SeenPost,
} from '../harvest.js';
import { asArray, asNumber, asObject, asString, type JsonObject } from '../shared/json.js';
import { idOf, personOf, postOf } from './uri.js';

const API = 'https://hacker-news.firebaseio.com/v0';
const FORMAT = 'hackernews-api';
/** In one harvest; the rest follows at once. */
const ITEMS_A_HARVEST = 500;
const ITEMS_A_BOOKMARK = 25;
/** Items that were announced and are not there yet; asked for again as often as the account is. */
const MOST_PENDING = 50;

export const hackernewsConnector: Connector = {
  id: 'hackernews',
  about: 'accounts of Hacker News, by name',
  examples: ['https://news.ycombinator.com/user?id=nour', 'hn:nour'],
  ceilings: ['an edit within the two hours in which it is allowed is seen only where a look falls between'],
  pace: { requests: 10, seconds: 2 },
  credentials: [],
  claims: (text) => (nameIn(text) === undefined ? 0 : 1),
  resolve,
  harvest,
  look,
};

function nameIn(text: string): string | undefined {
  return /^(?:hn:|https?:\/\/news\.ycombinator\.com\/(?:user|submitted|threads)\?id=)([A-Za-z0-9_-]{1,64})$/.exec(
    text,
  )?.[1];
}

async function resolve(text: string, io: HarvestIo): Promise<ResolvedSeed | undefined> {
  const name = nameIn(text);
  if (name === undefined) return undefined;
  const user = await userOf(await io.request(`${API}/user/${name}.json`));
  if (!user) throw new UsageError('Hacker News knows no account of that name; capitals count');
  return { uri: personOf(name)!, name: `hn:${name}`, settings: { name } };
}

/** The API says `null` of accounts that do not exist, and of those that have nothing public. */
async function userOf(exchange: Exchange): Promise<JsonObject | undefined> {
  return exchange.status === 200 ? asObject(await exchange.json()) : undefined;
}

interface Place {
  readonly newest: number;
  readonly pending: readonly number[];
}

function placeOf(cursor: Cursor | null): Place | undefined {
  const place = asObject(cursor);
  const newest = asNumber(place?.['newest']);
  return newest === undefined ? undefined : { newest, pending: numbersIn(place?.['pending']) };
}

const numbersIn = (value: unknown): number[] =>
  asArray(value).filter((id): id is number => typeof id === 'number' && idOf(id) !== undefined);

async function* harvest(seed: SeedView, since: Cursor | null, io: HarvestIo): AsyncGenerator<HarvestStep> {
  const name = asString(asObject(seed.settings)?.['name']) ?? '';
  const exchange = await io.request(`${API}/user/${name}.json`);
  const user = await userOf(exchange);
  if (!user && exchange.status !== 200 && exchange.status !== 404) {
    yield { kind: 'gap', reason: 'platform', detail: `the API did not show the account: status ${exchange.status}` };
    return;
  }
  if (!user) {
    yield { kind: 'account', exchange, state: 'notFound', detail: 'the API knows no account of that name' };
    return;
  }
  if (user['id'] === name) yield { kind: 'profile', exchange, format: FORMAT };
  const before = placeOf(since);
  const listed = numbersIn(user['submitted']).sort((a, b) => b - a);
  const fresh = listed.filter((id) => id > (before?.newest ?? 0)).slice(0, before ? undefined : seed.backfill);
  // Oldest first, so that the place can move on after each of them.
  const wanted = [...(before?.pending ?? []), ...fresh.reverse()];
  const now = wanted.slice(0, ITEMS_A_HARVEST);
  let newest = before?.newest ?? 0;
  let pending: number[] = [];
  for (const [place, id] of now.entries()) {
    const captured = await itemOf(id, io);
    if (captured) yield captured;
    else pending.push(id);
    newest = Math.max(newest, id);
    if ((place + 1) % ITEMS_A_BOOKMARK !== 0 || place + 1 === now.length) continue;
    yield* gapOf(pending);
    pending = pending.slice(-MOST_PENDING);
    // What was pending before and has not been asked for yet stands below the place.
    const rest = now.slice(place + 1).filter((later) => later < newest);
    yield { kind: 'bookmark', cursor: { newest, pending: [...pending, ...rest] }, reach: 'partial' };
  }
  yield* gapOf(pending);
  const whole = now.length === wanted.length;
  const oldest = before ? undefined : { beginning: listed.length <= seed.backfill };
  yield {
    kind: 'bookmark',
    cursor: { newest, pending: pending.slice(-MOST_PENDING) },
    reach: whole ? 'whole' : 'partial',
    ...(oldest && { backTo: oldest }),
  };
}

/** Of those that are given up, lest the cursor grow without end. */
function* gapOf(pending: readonly number[]): Generator<HarvestStep> {
  const given = pending.slice(0, -MOST_PENDING);
  if (given.length === 0) return;
  const detail = `${given.length} items that the account lists are not handed out: ${given.slice(0, 10).join(', ')}`;
  yield { kind: 'gap', reason: 'platform', detail };
}

async function itemOf(id: number, io: HarvestIo): Promise<HarvestStep | undefined> {
  const { exchange, item } = await ask(String(id), io);
  return item && { kind: 'captured', exchange, format: FORMAT, posts: [seenIn(String(id), item)] };
}

/** The item of that number; undefined for `null`, and for another one in its place. */
async function ask(id: string, io: HarvestIo): Promise<{ exchange: Exchange; item: JsonObject | undefined }> {
  const exchange = await io.request(`${API}/item/${id}.json`);
  const item = exchange.status === 200 ? asObject(await exchange.json()) : undefined;
  return { exchange, item: idOf(item?.['id']) === id ? item : undefined };
}

function seenIn(id: string, item: JsonObject): SeenPost {
  const ms = (asNumber(item['time']) ?? 0) * 1_000;
  const published = ms > 0 && ms < 8.64e15 ? new Date(ms).toISOString() : undefined;
  return { post: postOf(id), ref: id, ...(published !== undefined && { published }) };
}

/** `deleted` is the platform's word, which the item itself says; `null` is none. */
async function* look(_: SeedView, posts: readonly PostToSee[], io: HarvestIo): AsyncGenerator<HarvestStep> {
  for (const { post, ref } of posts) {
    const id = idOf(ref);
    if (id === undefined) continue;
    const { exchange, item } = await ask(id, io);
    if (item) yield { kind: 'captured', exchange, format: FORMAT, posts: [] };
    else yield absenceOf(post, exchange);
  }
}

function absenceOf(post: PostUri, exchange: Exchange): HarvestStep {
  const detail = exchange.status === 200 ? 'the API answered no item of that number' : `status ${exchange.status}`;
  return { kind: 'absence', exchange, post, outcome: 'unreachable', detail };
}
