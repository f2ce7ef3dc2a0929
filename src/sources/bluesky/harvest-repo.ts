/**
 * What is new in a repository. Its server lists every record of a collection, the newest first, so that the end of the
 * list is the end: nothing that is there can be missed. Whether anything has changed at all, one small request tells.
 */
import type { Bookmark, Cursor, HarvestIo, HarvestStep, SeedView, SeenPost } from '../harvest.js';
import { asArray, asNumber, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { accountError, accountNote, ask, identityOf, type Answer } from './harvest-ask.js';
import { parseAtUri, tryPostUri } from './uri.js';

const COLLECTIONS = ['app.bsky.feed.post', 'app.bsky.feed.repost'];
const LIMIT = 100;
const MOST_PAGES = 200;
/** Beyond so many posts the whole repository in one answer is less to ask. */
const WHOLE_FROM = 2_000;
const MOST_REPO_BYTES = 1024 * 1024 * 1024;
/** Of each collection so many are remembered, with their versions. */
const KNOWN = 100;
/** A new handle changes nothing in the repository. */
const IDENTITY_EVERY_MS = 3_600_000;

export interface RepoSettings {
  readonly did: string;
  readonly pds: string;
  readonly handle: string | undefined;
}

export function settingsOf(settings: unknown): RepoSettings | undefined {
  const found = asObject(settings);
  const [did, pds, handle] = ['did', 'pds', 'handle'].map((key) => asString(found?.[key]));
  return did === undefined || pds === undefined ? undefined : { did, pds, handle };
}

interface Place {
  readonly rev: string | undefined;
  /** Milliseconds since 1970: when the DID document was read last. */
  readonly identityAt: number;
  /** Collection → keys of its newest records. */
  readonly known: Readonly<Record<string, readonly string[]>>;
}

export async function* harvestRepo(seed: SeedView, since: Cursor | null, io: HarvestIo): AsyncGenerator<HarvestStep> {
  const settings = settingsOf(seed.settings);
  if (!settings) return;
  const before = placeOf(since);
  const identityAt = io.now() - before.identityAt > IDENTITY_EVERY_MS ? io.now() : before.identityAt;
  let { pds } = settings;
  let latest = await ask(io, pds, 'com.atproto.sync.getLatestCommit', { did: settings.did });
  if (identityAt !== before.identityAt || accountError(latest)?.state === 'notFound') {
    const moved = yield* identityNotes(settings, latest, io);
    if (moved !== undefined) {
      pds = moved;
      latest = await ask(io, pds, 'com.atproto.sync.getLatestCommit', { did: settings.did });
    }
  }
  if (!latest.body) {
    yield accountNote(latest);
    return;
  }
  const rev = asString(latest.body['rev']);
  if (since !== null && rev !== undefined && rev === before.rev) {
    yield { kind: 'bookmark', cursor: cursorOf({ ...before, identityAt }), reach: 'whole' };
    return;
  }
  const known: Record<string, readonly string[]> = { ...before.known };
  let backTo: Bookmark['backTo'];
  if (since === null && seed.backfill > WHOLE_FROM) {
    yield* wholeRepo(pds, settings.did, io);
    backTo = { beginning: true };
  }
  for (const collection of COLLECTIONS) {
    const most = backTo === undefined ? seed.backfill : LIMIT;
    const walk = yield* walkDown(pds, settings.did, collection, before.known[collection], most, io);
    if (!walk) return;
    known[collection] = [...new Set([...walk.keys, ...(before.known[collection] ?? [])])].slice(0, KNOWN);
    if (since === null && collection === COLLECTIONS[0])
      backTo ??= { beginning: walk.end, ...(walk.oldest !== undefined && { published: walk.oldest }) };
  }
  yield {
    kind: 'bookmark',
    cursor: cursorOf({ rev, identityAt, known }),
    reach: 'whole',
    ...(since === null && backTo && { backTo }),
  };
}

/** A renamed account, or one that moved to another server. @returns the server, where it is another one */
async function* identityNotes(
  { did, pds, handle }: RepoSettings,
  { exchange }: Answer,
  io: HarvestIo,
): AsyncGenerator<HarvestStep, string | undefined> {
  const identity = await identityOf(did, io);
  if (!identity) return undefined;
  const settings = {
    did,
    pds: identity.pds ?? pds,
    ...((identity.handle ?? handle) && { handle: identity.handle ?? handle! }),
  };
  if (identity.handle !== undefined && identity.handle !== handle)
    yield {
      kind: 'account',
      exchange,
      state: 'renamed',
      name: identity.handle,
      settings,
      detail: `${handle ?? did} is now ${identity.handle}`,
    };
  if (identity.pds === undefined || identity.pds === pds) return undefined;
  yield { kind: 'account', exchange, state: 'moved', settings, detail: `its records are at ${identity.pds} now` };
  return identity.pds;
}

/** The repository as one file, its commit signed: https://atproto.com/specs/repository */
async function* wholeRepo(pds: string, did: string, io: HarvestIo): AsyncGenerator<HarvestStep> {
  const url = `${pds}/xrpc/com.atproto.sync.getRepo?did=${encodeURIComponent(did)}`;
  const exchange = await io.request(url, {
    headers: { accept: 'application/vnd.ipld.car' },
    maxBytes: MOST_REPO_BYTES,
  });
  if (exchange.status === 200) yield { kind: 'captured', exchange, format: 'bluesky-car', posts: [] };
  else
    io.warn(`the repository was not handed out as a whole (status ${exchange.status}): its records are listed instead`);
}

interface Walk {
  readonly keys: readonly string[];
  /** The list was read to its end. */
  readonly end: boolean;
  readonly oldest: string | undefined;
}

async function* walkDown(
  pds: string,
  did: string,
  collection: string,
  known: readonly string[] | undefined,
  most: number,
  io: HarvestIo,
): AsyncGenerator<HarvestStep, Walk | undefined> {
  const anchors = new Set(known);
  const keys: string[] = [];
  const seen = new Set<string>();
  let cursor: string | undefined;
  let oldest: string | undefined;
  for (let page = 1; page <= MOST_PAGES; page++) {
    const query = { repo: did, collection, limit: String(LIMIT), ...(cursor !== undefined && { cursor }) };
    const answer = await ask(io, pds, 'com.atproto.repo.listRecords', query);
    const records = answer.body && asArray(answer.body['records']);
    if (!answer.body || !records) {
      if (page === 1) yield accountNote(answer);
      else
        yield { kind: 'gap', reason: 'platform', detail: `page ${page} of ${collection} was no list: ${answer.said}` };
      return undefined;
    }
    const posts = records.flatMap((record) => seenIn(record, did));
    if (records.length > 0)
      yield {
        kind: 'captured',
        exchange: answer.exchange,
        format: 'bluesky-api',
        posts: posts.map(({ seen: each }) => each),
      };
    const fresh = posts.filter(({ key }) => !seen.has(key));
    for (const { key, seen: each } of fresh) {
      seen.add(key);
      keys.push(key);
      oldest = each.published ?? oldest;
    }
    const next = asString(answer.body['cursor']);
    if (records.length === 0 || next === undefined) return { keys, end: true, oldest };
    if (posts.some(({ key }) => anchors.has(key))) return { keys, end: false, oldest };
    if (fresh.length === 0 || next === cursor) {
      yield {
        kind: 'gap',
        reason: 'platform',
        detail: `the list of ${collection} does not go on: the same page came twice`,
      };
      return { keys, end: false, oldest };
    }
    if (anchors.size === 0 && keys.length >= most) return { keys, end: false, oldest };
    cursor = next;
  }
  yield { kind: 'gap', reason: 'ceiling', detail: `more than ${MOST_PAGES * LIMIT} records of ${collection} are new` };
  return { keys, end: false, oldest };
}

/** A record is known by its key and its version: an edited one is not where the list was left. */
function seenIn(record: unknown, did: string): { key: string; seen: SeenPost }[] {
  const object: JsonObject | undefined = isObject(record) ? record : undefined;
  const place = parseAtUri(object?.['uri']);
  const post = tryPostUri(object?.['uri']);
  if (!place || post === undefined || place.did !== did) return [];
  const created = asString(asObject(object?.['value'])?.['createdAt']);
  const ref = `${place.collection}/${place.rkey}`;
  const key = `${place.rkey} ${asString(object?.['cid'])?.slice(-12) ?? ''}`;
  return [{ key, seen: { post, ref, ...(created !== undefined && { published: created }) } }];
}

function placeOf(cursor: Cursor | null): Place {
  const place = asObject(cursor);
  const known = Object.entries(asObject(place?.['known']) ?? {}).map(([collection, keys]) => [
    collection,
    asArray(keys).filter((key): key is string => typeof key === 'string'),
  ]);
  return {
    rev: asString(place?.['rev']),
    identityAt: asNumber(place?.['identityAt']) ?? 0,
    known: Object.fromEntries(known) as Place['known'],
  };
}

function cursorOf({ rev, identityAt, known }: Place): Cursor {
  const lists = Object.fromEntries(Object.entries(known).map(([collection, keys]) => [collection, [...keys]]));
  return { ...(rev !== undefined && { rev }), identityAt, known: lists };
}
