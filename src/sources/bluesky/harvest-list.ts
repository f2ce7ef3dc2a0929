/** A collection as its server lists it (`com.atproto.repo.listRecords`): the highest key first, to its end. */
import type { Gap, HarvestIo, HarvestStep, SeenPost } from '../harvest.js';
import { asArray, asObject, asString } from '../shared/json.js';
import { ask, type Answer } from './harvest-ask.js';
import type { RepoSettings } from './harvest-identity.js';
import { keyOf, rkeyOf, type ListPlace } from './harvest-place.js';
import { parseAtUri, tryPostUri } from './uri.js';

const LIMIT = 100;
const MOST_PAGES = 200;
const LONGEST_CURSOR = 512;
/** Where an edit is looked for, and the server does not tell what changed. */
const EDIT_PAGES = 5;

export interface Walk {
  /** Of all records that were listed, in the order of the list. */
  readonly keys: readonly string[];
  /** The list was read to its end. */
  readonly end: boolean;
  /** When the last post of the list was published, by its own word. */
  readonly oldest: string | undefined;
}

export interface WalkOptions {
  readonly collection: string;
  /** What earlier harvests saw; undefined in the first one. */
  readonly known: readonly string[] | undefined;
  /** How many records a first harvest reads at most. */
  readonly most: number;
  /** Something has changed, and nobody said what: where it is nothing new, it is looked for further down. */
  readonly looksForEdits: boolean;
  /** Where it is gone on from. */
  readonly from?: ListPlace | undefined;
  /** Told after each page but the last, so that a long first harvest need not begin anew. */
  readonly rest?: ((at: ListPlace) => HarvestStep) | undefined;
}

/** @returns an Answer where the list was not handed out; undefined where it broke off, which has been told */
export async function* walkList(
  { did, pds }: RepoSettings,
  { collection, known, most, looksForEdits, from, rest }: WalkOptions,
  io: HarvestIo,
): AsyncGenerator<HarvestStep, Walk | Answer | undefined> {
  const anchors = new Set(known);
  const highest = [...anchors].map(rkeyOf).sort().at(-1);
  const seen = new Set(from?.keys);
  let cursor = from?.cursor;
  let oldest = from?.oldest;
  let count = from?.count ?? 0;
  for (let page = 1; page <= MOST_PAGES; page++) {
    const query = { repo: did, collection, limit: String(LIMIT), ...(cursor !== undefined && { cursor }) };
    const answer = await ask(io, pds, 'com.atproto.repo.listRecords', query);
    const records = answer.body?.['records'];
    if (!Array.isArray(records)) {
      if (page === 1 && cursor !== undefined && answer.exchange.status === 400) {
        // A server that does not know the place: the account moved meanwhile. The list is read from its top.
        [cursor, count] = [undefined, 0];
        continue;
      }
      if (page === 1) return answer;
      yield broken(`page ${page} of ${collection} was no list: ${answer.said}`);
      return undefined;
    }
    const listed = asArray(records).flatMap((record) => listedIn(record, did, collection));
    if (listed.length < records.length) {
      // It would be read as another's own word.
      yield broken(`the list of ${collection} holds what is none of the account's records there`);
      return undefined;
    }
    const posts = listed.map(({ seen: each }) => each);
    if (listed.length > 0) yield { kind: 'captured', exchange: answer.exchange, format: 'bluesky-api', posts };
    const before = seen.size;
    for (const { key, seen: each } of listed) {
      seen.add(key);
      oldest = each.published ?? oldest;
    }
    count += seen.size - before;
    const walk = (end: boolean): Walk => ({ keys: [...seen], end, oldest });
    const next = asString(answer.body?.['cursor']);
    if (listed.length === 0 || next === undefined) return walk(true);
    if (seen.size === before || next === cursor) {
      yield broken(`the list of ${collection} does not go on: the same page came twice`);
      return walk(false);
    }
    const keys = listed.map(({ key }) => key);
    const isEdit = looksForEdits && page < EDIT_PAGES && firstOf(seen) === known?.[0];
    if (highest !== undefined && !isEdit && reaches(keys, anchors, highest)) return walk(false);
    if (known === undefined && count >= most) return walk(false);
    cursor = next;
    if (rest && next.length <= LONGEST_CURSOR) yield rest({ cursor, keys: [...seen], count, oldest });
  }
  if (known !== undefined)
    yield { ...broken(`more than ${MOST_PAGES * LIMIT} records of ${collection} are new`), reason: 'ceiling' };
  return { keys: [...seen], end: false, oldest };
}

/** Something known stands there; or, where the list is in its order, something lower: what was known may be gone. */
function reaches(keys: readonly string[], anchors: ReadonlySet<string>, highest: string): boolean {
  if (keys.some((key) => anchors.has(key))) return true;
  const rkeys = keys.map(rkeyOf);
  return rkeys.every((rkey, i) => i === 0 || rkey < rkeys[i - 1]!) && rkeys.at(-1)! <= highest;
}

function broken(detail: string): Gap {
  return { kind: 'gap', reason: 'platform', detail };
}

function firstOf(seen: ReadonlySet<string>): string | undefined {
  const [first] = seen;
  return first;
}

function listedIn(value: unknown, did: string, collection: string): { key: string; seen: SeenPost }[] {
  const record = asObject(value);
  const place = parseAtUri(record?.['uri']);
  const post = tryPostUri(record?.['uri']);
  if (!place || post === undefined || place.did !== did || place.collection !== collection) return [];
  const created = asString(asObject(record?.['value'])?.['createdAt'])?.slice(0, 40);
  const ref = `${place.collection}/${place.rkey}`;
  const key = keyOf(place.rkey, asString(record?.['cid']));
  return [{ key, seen: { post, ref, ...(created !== undefined && { published: created }) } }];
}
