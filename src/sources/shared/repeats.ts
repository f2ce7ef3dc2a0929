/**
 * The ordinals of records that a platform gives no number and that say the same: the second “ok” of a minute is not the
 * first. Only repeats are listed, by where they lie, so the list stays short.
 */
import { sha256 } from '../../core/digest.js';
import { Rejection } from '../../core/errors.js';
import type { RecordRange } from '../source.js';
import { recordsOf } from './records.js';

/** Offset of the record → how many that say the same stand before it. Decimal keys, since it is kept as JSON. */
export type Repeats = { readonly [offset: string]: number };

/** What was met so far, as short digests. Handed on from member to member where a list goes on in the next file. */
export type Met = Map<string, number>;

/** More than these are no slips of a platform, and are left to be one. */
const MAX_REPEATS = 20_000;

/** `keyOf` gives what makes two records the same, or undefined for what is none. Records that it rejects are passed over. */
export async function repeatsIn(
  member: AsyncIterable<Uint8Array>,
  split: (member: AsyncIterable<Uint8Array>) => AsyncIterable<RecordRange>,
  keyOf: (record: Buffer) => string | undefined,
  met: Met = new Map(),
): Promise<Repeats> {
  const repeats: { [offset: string]: number } = {};
  let count = 0;
  for await (const { offset, bytes } of recordsOf(member, split)) {
    const key = attempt(() => keyOf(bytes));
    if (key === undefined) continue;
    const digest = sha256(key).slice(0, 24);
    const before = met.get(digest) ?? 0;
    met.set(digest, before + 1);
    if (before > 0 && ++count <= MAX_REPEATS) repeats[offset] = before;
  }
  return repeats;
}

function attempt(key: () => string | undefined): string | undefined {
  try {
    return key();
  } catch (error) {
    if (error instanceof Rejection) return undefined;
    throw error;
  }
}
