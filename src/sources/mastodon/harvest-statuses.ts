/** What `GET /api/v1/accounts/:id/statuses` lists: https://docs.joinmastodon.org/methods/accounts/#statuses */
import type {
  AccountNote,
  Captured,
  Cursor,
  Exchange,
  HarvestIo,
  HarvestStep,
  SeedView,
  SeenPost,
} from '../harvest.js';
import { asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import {
  accountAddress,
  isOwn,
  localIdOf,
  lookAtAccount,
  notice,
  refusalAdvice,
  settingsOf,
} from './harvest-account.js';
import { askApi, isFrom, isRefusal, saidOf } from './harvest-ask.js';
import { Histories } from './harvest-history.js';
import { harvestList } from './harvest-list.js';
import { nextLink } from './harvest-link.js';
import { markOf, placeOf, secondsOf, type Listed } from './harvest-place.js';
import type { ListPage, Trouble } from './harvest-walk.js';
import { count } from './ld.js';
import { hostOf, tryPostUri } from './uri.js';

/** Mastodon gives no more at once. */
const PAGE = 40;

export async function* harvestStatuses(
  seed: SeedView,
  since: Cursor | null,
  io: HarvestIo,
): AsyncGenerator<HarvestStep> {
  const settings = settingsOf(seed);
  const { memo } = placeOf(since);
  const histories = new Histories(seed, settings, io, memo['edits']);
  let noticed: { readonly moved?: string; readonly limited?: true } = memo;
  let total: number | undefined;

  const ask = (query: string): Promise<Exchange> => askApi(io, `${accountAddress(settings)}/statuses?${query}`);

  async function* hand(exchange: Exchange, statuses: readonly JsonObject[]): AsyncGenerator<HarvestStep> {
    if (statuses.length === 0) return;
    yield captured(exchange, statuses, seed);
    yield* histories.of(statuses);
    const account = asObject(statuses[0]!['account']) ?? {};
    total = count(account['statuses_count']) ?? total;
    const { notes, memo: now } = notice(account, exchange, seed, noticed);
    yield* notes;
    noticed = now;
  }

  async function pageOf(query: string): Promise<ListPage | Trouble> {
    const exchange = await ask(query);
    const statuses = await statusesOf(exchange, seed);
    if (!Array.isArray(statuses)) return statuses;
    const next = nextQuery(exchange, statuses);
    return {
      items: statuses.map((each) => listedOf(each, io.now())),
      hand: () => hand(exchange, statuses),
      ...(next !== undefined && { next }),
    };
  }

  /** Pinned posts may be far older than what a first harvest goes back to. */
  async function* pinned(): AsyncGenerator<HarvestStep> {
    const exchange = await ask('pinned=true');
    const statuses = await statusesOf(exchange, seed);
    if (Array.isArray(statuses) && statuses.length > 0) yield captured(exchange, statuses, seed);
  }

  const list = {
    pageOf,
    top: (left: number | undefined) => `limit=${Math.min(PAGE, Math.max(1, left ?? PAGE))}`,
    newer: (anchor: string) => `limit=${PAGE}&since_id=${encodeURIComponent(anchor)}`,
    first: pinned,
    memo: () => ({ ...noticed, edits: histories.done() }),
    total: () => total,
    look: () => lookAtAccount(seed, settings, io),
    forbidden: ({ exchange, said }: Trouble): AccountNote => ({
      kind: 'account',
      exchange,
      state: 'forbidden',
      detail: refusalAdvice(said, io),
    }),
  };
  yield* harvestList(list, seed.backfill, since, io);
}

/** The page's statuses, all of them the seed's; or what the server said instead. Throws a NetworkError for HTML. */
async function statusesOf(exchange: Exchange, seed: SeedView): Promise<JsonObject[] | Trouble> {
  const settings = settingsOf(seed);
  const { status } = exchange;
  const odd = (said: string): Trouble => ({ trouble: 'odd', exchange, said });
  if (isRefusal(status)) return { trouble: 'refused', exchange, said: await saidOf(exchange) };
  if (status === 404 || status === 410) return { trouble: 'gone', exchange, said: await saidOf(exchange) };
  if (status !== 200) return odd(await saidOf(exchange));
  if (!isFrom(exchange, settings.origin)) return odd(`another server answers, ${hostOf(exchange.url) ?? 'unknown'}`);
  const body = await exchange.json();
  if (!Array.isArray(body)) return odd('no list');
  const statuses = (body as unknown[]).filter(isObject);
  // A server that puts others' posts into this list would have them taken for first-hand.
  const stranger = statuses.find((each) => !isOwn(each, seed, settings));
  if (stranger) return odd(`the list holds posts of other accounts: ${String(stranger['uri']).slice(0, 200)}`);
  return statuses;
}

function captured(exchange: Exchange, statuses: readonly JsonObject[], seed: SeedView): Captured {
  return {
    kind: 'captured',
    exchange,
    format: 'mastodon-rest',
    posts: statuses.flatMap((each) => seenPost(each, seed)),
  };
}

/** Nothing for what `normalise` refuses: no URI, another host's, a boost under the URI of what it boosts. */
export function seenPost(status: JsonObject, seed: SeedView): SeenPost[] {
  const post = tryPostUri(status['uri']);
  const ref = localIdOf(status['id']);
  if (post === undefined || ref === undefined || hostOf(post) !== hostOf(seed.uri) || isNameless(status)) return [];
  const published = asString(status['created_at']);
  return [{ post, ref, ...(published !== undefined && !Number.isNaN(Date.parse(published)) && { published }) }];
}

function listedOf(status: JsonObject, nowMs: number): Listed {
  const id = localIdOf(status['id']);
  const uri = isNameless(status) ? undefined : asString(status['uri']);
  const mark = markOf(uri ?? id ?? JSON.stringify(status).slice(0, 2_000));
  return { known: [mark, secondsOf(status['created_at'], nowMs)], ...(id !== undefined && { id }) };
}

/** Pleroma's boosts have the URI of the post that they boost. */
function isNameless(status: JsonObject): boolean {
  const reblog = asObject(status['reblog']);
  return reblog !== undefined && reblog['uri'] === status['uri'];
}

/**
 * The query of the next page. Of a Link only that is taken: the address stays this account's on this server, whatever a
 * proxy or a liar makes of it. Servers without Link get the last id of the page: ids are compared by nobody here.
 */
function nextQuery(exchange: Exchange, statuses: readonly JsonObject[]): string | undefined {
  const link = exchange.headers['link'];
  if (link !== undefined) return nextLink(link, exchange.url);
  const last = localIdOf(statuses.at(-1)?.['id']);
  return last === undefined ? undefined : `limit=${PAGE}&max_id=${encodeURIComponent(last)}`;
}
