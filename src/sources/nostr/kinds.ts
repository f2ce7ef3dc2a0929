/** What the kinds of events are, as the NIPs number them, and why some are no posts. */
import type { RejectReason } from '../../core/errors.js';

/** Kinds that say something to be read, and their AS2 type. */
const POSTS: ReadonlyMap<number, string> = new Map([
  [1, 'Note'],
  [9, 'Note'],
  [10, 'Note'],
  [11, 'Note'],
  [12, 'Note'],
  [14, 'Note'],
  [15, 'Note'],
  [20, 'Image'],
  [21, 'Video'],
  [22, 'Video'],
  [42, 'Note'],
  [1063, 'Document'],
  [1068, 'Question'],
  [1111, 'Note'],
  [1222, 'Audio'],
  [1244, 'Audio'],
  [1311, 'Note'],
  [1337, 'Note'],
  [9802, 'Note'],
  [30_023, 'Article'],
  [30_024, 'Article'],
  [30_311, 'Event'],
  [30_315, 'Note'],
  [30_402, 'Article'],
  [30_818, 'Article'],
  [31_922, 'Event'],
  [31_923, 'Event'],
  [34_235, 'Video'],
  [34_236, 'Video'],
]);

/**
 * What is asked of relays: the profile, reposts, deletions, and what an account says in public. In two halves, since
 * some relays take no more than twenty kinds in one filter.
 */
export const FOLLOWED_KINDS: readonly (readonly number[])[] = halves([
  0,
  5,
  6,
  16,
  ...[...POSTS.keys()].filter((kind) => !isPrivate(kind)),
]);

function halves(kinds: readonly number[]): number[][] {
  const middle = Math.ceil(kinds.length / 2);
  return [kinds.slice(0, middle), kinds.slice(middle)];
}

export function postType(kind: number): string | undefined {
  return POSTS.get(kind);
}

/** 30000 to 39999: replaced by the next one of the same author and identifier. */
export function isAddressable(kind: number): boolean {
  return kind >= 30_000 && kind < 40_000;
}

/** Said to somebody, encrypted: 4 (NIP-04), 13 and 1059 (NIP-59), 1060. */
export function isEncrypted(kind: number): boolean {
  return kind === 4 || kind === 13 || kind === 1059 || kind === 1060 || kind === 21_059;
}

/** Signed by a key made for this one wrapper, and dated at random: neither author nor time is the message's. */
export function isWrap(kind: number): boolean {
  return kind === 1059 || kind === 1060 || kind === 21_059;
}

/** Messages in the clear: what was inside of a wrapper. */
export function isPrivate(kind: number): boolean {
  return kind === 14 || kind === 15;
}

interface Refusal {
  readonly reason: RejectReason;
  readonly what: string;
}

const not = (what: string): Refusal => ({ reason: 'not-a-post', what });
const list = (what: string): Refusal => ({ reason: 'lists', what });

const REFUSED: ReadonlyMap<number, Refusal> = new Map([
  [2, list('a recommended relay')],
  [3, list('the list of those whom an account follows')],
  [8, not('a badge that was awarded')],
  [40, not('the creation of a channel')],
  [41, not('the description of a channel')],
  [43, not('a message hidden from one reader')],
  [44, not('an account muted by one reader')],
  [1018, not('a vote in a poll')],
  [1040, not('a proof of time for another event')],
  [1984, not('a report about another event')],
  [1985, not('a label put on another event')],
  [9734, not('a request to pay (zap)')],
  [9735, not('the receipt of a payment (zap)')],
  [13_194, not('what a wallet can do')],
  [22_242, not('a login at a relay')],
  [27_235, not('a login at a web server')],
  [30_008, list('the badges that an account shows')],
  [30_009, not('the definition of a badge')],
  [30_078, not('data of an application')],
]);

/** Why an event of this kind states no post. */
export function refusalOf(kind: number): Refusal {
  const known = REFUSED.get(kind);
  if (known) return known;
  if (kind >= 10_000 && kind < 20_000) return list('a list that an account keeps');
  if ((kind >= 30_000 && kind < 30_008) || (kind >= 39_000 && kind < 39_100)) return list('a list or set');
  if (kind >= 20_000 && kind < 30_000) return not('an event that relays do not keep');
  if (kind >= 5_000 && kind <= 7_000) return not('a job for a machine, or its result');
  if (kind >= 9_000 && kind < 9_031) return not('the administration of a group');
  return { reason: 'not-supported', what: 'a kind that this reader does not know; its bytes are kept' };
}
