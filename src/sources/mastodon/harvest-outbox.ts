/** An actor's outbox: https://www.w3.org/TR/activitypub/#outbox, an OrderedCollection, the newest first, mostly in pages. */
import { tryPostUri } from './uri.js';
import type { AccountNote, Cursor, Exchange, HarvestIo, HarvestStep, SeedView, SeenPost } from '../harvest.js';
import { asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { lookAtActor, noteOf, signatureAdvice } from './harvest-account.js';
import { actorSettingsOf } from './harvest-actor.js';
import { askActivity, isFrom, isRefusal, saidOf } from './harvest-ask.js';
import { harvestList } from './harvest-list.js';
import { tryObject } from './harvest-object.js';
import { isOfOneHost, itemOf, type OutboxItem } from './harvest-outbox-item.js';
import { markOf, placeOf, secondsOf } from './harvest-place.js';
import type { ListPage, Trouble } from './harvest-walk.js';
import { itemsOf } from './collection.js';
import { count, idOf, listOf, typesOf } from './ld.js';
import { hostOf } from './uri.js';

/** Of a page that only names its posts; each costs a request. */
const MOST_FETCHES = 100;

export async function* harvestOutbox(seed: SeedView, since: Cursor | null, io: HarvestIo): AsyncGenerator<HarvestStep> {
  const { outbox } = actorSettingsOf(seed);
  const place = placeOf(since);
  const known = new Set(place.known.map(([mark]) => mark));
  let total: number | undefined;
  const moved = yield* movedTo(seed, place.memo['moved'], io);

  async function pageOf(address: string): Promise<ListPage | Trouble> {
    const exchange = await askActivity(io, address);
    const answer = await collectionOf(exchange, outbox);
    if ('trouble' in answer) return answer;
    const { page } = answer;
    total = count(page['totalItems']) ?? total;
    const items = itemsOf(page).map((each) => itemOf(each, seed.uri));
    const stranger = items.find((each) => each.by !== undefined && each.by !== seed.uri);
    if (stranger)
      return { trouble: 'odd', exchange, said: `the outbox holds acts of others: ${stranger.by!.slice(0, 200)}` };
    const next = nextOf(page, outbox);
    return {
      items: items.map(({ id, published }) => ({ known: [markOf(id), secondsOf(published, io.now())] as const })),
      hand: () => hand(exchange, page, items),
      ...(next !== undefined && { next }),
    };
  }

  async function* hand(
    exchange: Exchange,
    page: JsonObject,
    items: readonly OutboxItem[],
  ): AsyncGenerator<HarvestStep> {
    if (items.length === 0) return;
    const whole =
      items.some(({ value }) => isObject(value)) && itemsOf(page).every((each) => isOfOneHost(each, seed.uri));
    if (whole) yield { kind: 'captured', exchange, format: 'activitypub', posts: items.flatMap(seenIn) };
    const named = items.filter(({ value, id }) => (!whole || !isObject(value)) && !known.has(markOf(id)));
    if (named.length > MOST_FETCHES)
      yield {
        kind: 'gap',
        reason: 'platform',
        detail: `a page names ${named.length} posts; ${MOST_FETCHES} were fetched`,
      };
    for (const item of named.slice(0, MOST_FETCHES)) yield* fetched(item);
  }

  /** What is only named, or told of another server: asked for where it belongs. */
  async function* fetched({ post }: OutboxItem): AsyncGenerator<HarvestStep> {
    if (post === undefined) return;
    io.signal.throwIfAborted();
    const found = await tryObject(post, io);
    if (found.found !== 'present') {
      io.warn(`${post} is listed and could not be fetched: ${'said' in found ? found.said : ''}`);
      return;
    }
    const own = hostOf(post) === hostOf(seed.uri);
    const published = asString(found.object['published']);
    const seen: SeenPost = { post, ref: post, ...(published !== undefined && { published }) };
    yield { kind: 'captured', exchange: found.exchange, format: 'activitypub', posts: own ? [seen] : [] };
  }

  const list = {
    pageOf,
    top: () => outbox,
    memo: () => (moved === undefined ? {} : { moved }),
    total: () => total,
    look: () => lookAtActor(seed.uri, io),
    forbidden: ({ exchange, said }: Trouble): AccountNote => ({
      kind: 'account',
      exchange,
      state: 'forbidden',
      detail: signatureAdvice(said, io),
    }),
  };
  yield* harvestList(list, seed.backfill, since, io);
}

/** `movedTo` of the actor, told once. An actor that cannot be seen is the list's trouble, if any. */
async function* movedTo(
  seed: SeedView,
  before: unknown,
  io: HarvestIo,
): AsyncGenerator<HarvestStep, string | undefined> {
  const look = await lookAtActor(seed.uri, io);
  if (look.profile) yield look.profile;
  const target = idOf(look.actor?.['movedTo']);
  if (target === undefined || target.length > 300) return look.actor ? undefined : asString(before);
  if (target !== before)
    yield {
      ...noteOf(look),
      state: 'moved',
      detail: `the actor says that it has moved to ${target}; follow that one too`,
    };
  return target;
}

function seenIn({ value, post, published }: OutboxItem): SeenPost[] {
  if (!isObject(value) || post === undefined || typesOf(value).includes('Delete')) return [];
  return [{ post, ref: post, ...(published !== undefined && !Number.isNaN(Date.parse(published)) && { published }) }];
}

/** The collection, or its page; a first page that is inlined counts as the collection's own. */
async function collectionOf(exchange: Exchange, outbox: string): Promise<{ readonly page: JsonObject } | Trouble> {
  const { status } = exchange;
  const odd = (said: string): Trouble => ({ trouble: 'odd', exchange, said });
  if (isRefusal(status)) return { trouble: 'refused', exchange, said: await saidOf(exchange) };
  if (status === 404 || status === 410) return { trouble: 'gone', exchange, said: await saidOf(exchange) };
  if (status !== 200) return odd(await saidOf(exchange));
  if (!isFrom(exchange, outbox)) return odd(`another server answers, ${hostOf(exchange.url) ?? 'unknown'}`);
  const body = asObject(await exchange.json());
  return body && typesOf(body).some((type) => /Collection(?:Page)?$/.test(type))
    ? { page: body }
    : odd('no collection');
}

/** Further pages lie on the same server; a lying one must not send us elsewhere. */
function nextOf(page: JsonObject, outbox: string): string | undefined {
  const first = asObject(listOf(page['first'])[0]);
  const inlined = first && itemsOf(page).length > 0 ? first['next'] : undefined;
  const next = idOf(page['next'] ?? inlined ?? (itemsOf(page).length > 0 ? undefined : page['first']));
  if (next === undefined || !/^https?:/.test(next) || hostOf(next) !== hostOf(outbox)) return undefined;
  return tryPostUri(next);
}
