/**
 * A feed whose address sends on for good (301, 308). A network that wants a login first, or an expired domain, sends on too,
 * and some say 301: so the feed is only asked elsewhere once the same address was told in two harvests a day apart, every
 * redirect on the way being permanent, and what answers there is a feed that goes on where this one was.
 */
import type { Json } from '../../core/canonical.js';
import { withoutSecrets } from '../../core/secrets.js';
import type { AccountNote, Exchange, HarvestIo, HarvestStep, ResolvedSeed } from '../harvest.js';
import { asArray, asNumber, asObject, asString } from '../shared/json.js';

const DAY_MS = 86_400_000;
const LONGEST_ADDRESS = 500;
const MOST_ADDRESSES = 10;

/** What a feed's settings hold. */
export interface FeedAddress {
  /** What is asked for. */
  readonly url: string;
  /** What it was before, the first one named by people: a credential is for that one's host alone. */
  readonly was: readonly string[];
}

/** Where it was sent, and when that was heard first, milliseconds since 1970. */
export interface Moving {
  readonly to: string;
  readonly since: number;
}

export function addressOf({ uri, settings }: ResolvedSeed): FeedAddress {
  const stored = asObject(settings);
  const was = asArray(stored?.['was']).filter((each): each is string => typeof each === 'string');
  return { url: asString(stored?.['url']) ?? uri, was };
}

/** The address that people named. */
export function givenIn({ url, was }: FeedAddress): string {
  return was[0] ?? url;
}

export function movingIn(cursor: unknown): Moving | undefined {
  const stored = asObject(asObject(cursor)?.['moving']);
  const [to, since] = [asString(stored?.['to']), asNumber(stored?.['since'])];
  return to === undefined || since === undefined ? undefined : { to, since };
}

/**
 * @param exchange a feed's answer that goes on where the feed was
 * @returns what is to be remembered until the next harvest
 */
export function* movedBy(
  exchange: Exchange,
  address: FeedAddress,
  before: Moving | undefined,
  io: HarvestIo,
): Generator<HarvestStep, Moving | undefined> {
  const to = exchange.url;
  if (exchange.redirected !== 'permanently' || to === address.url || !isAddress(to)) return undefined;
  const note = (detail: string, more: Partial<AccountNote> = {}): AccountNote => {
    io.warn(detail);
    return { kind: 'account', exchange, state: 'moved', detail, ...more };
  };
  if (before?.to !== to) {
    yield note(`${address.url} says that it is at ${to} for good; it is asked there if it says so again in a day`);
    return { to, since: io.now() };
  }
  if (io.now() - before.since < DAY_MS) return before;
  yield note(`asked at ${to} from now on; ${address.url} has said for a day that it is there for good`, {
    settings: { ...movedTo(to, address) },
  });
  return undefined;
}

/**
 * A feed that is followed already was named once more. It stays where it is asked, unless the address that was named is a new
 * one, or one that it had left and that answers by itself again: then people have said where it is.
 */
export function namedAgain(stored: ResolvedSeed, named: ResolvedSeed): Json {
  const address = addressOf(stored);
  const [{ url: given }, answered] = [addressOf(named), named.uri];
  const left = address.was.includes(given) && answered !== given;
  if (given === address.url || answered === address.url || left) return stored.settings;
  return { ...movedTo(given, address) };
}

function movedTo(url: string, address: FeedAddress): FeedAddress {
  const was = [...new Set([...address.was, address.url])];
  // The one that people named stays the first.
  return { url, was: [was[0]!, ...was.slice(1).slice(-(MOST_ADDRESSES - 1))] };
}

function isAddress(url: string): boolean {
  return url.length <= LONGEST_ADDRESS && withoutSecrets(url).removed.length === 0;
}
