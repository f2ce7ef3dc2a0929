/**
 * What a look at a post found that was not there to be seen. An answer of 404 names no post: so the connector's finding
 * is written down with the exchange that it rests on, one JSON object a line, and kept as a capture of its own. It reads
 * like every other record: same bytes, same reading, for ever.
 */
import { canonicalise } from '../core/canonical.js';
import { Rejection } from '../core/errors.js';
import { OUTCOMES, type Outcome, type Reading } from '../core/reading.js';
import { parseIso } from '../core/time.js';
import type { PostUri } from '../core/uri.js';
import type { Absence } from './harvest.js';

/** The format of such captures, of every source. */
export const LOOK_FORMAT = 'look';

/** One line, ending in a line feed. */
export function lookRecord({ post, outcome, detail, claimedFrom, exchange }: Absence): string {
  const { seq, url, status, at, digest } = exchange;
  const record = {
    perdure: 'look',
    post,
    outcome,
    detail,
    ...(claimedFrom !== undefined && { claimedFrom }),
    exchange: { seq, url, status, at, digest: `sha256:${digest}` },
  };
  return `${canonicalise(record)}\n`;
}

/** Throws a Rejection where the line is not what `lookRecord` writes. */
export function readLook(record: Uint8Array): readonly Reading[] {
  const text = Buffer.from(record).toString('utf8');
  let look: { post?: unknown; outcome?: unknown; claimedFrom?: unknown; exchange?: { at?: unknown } };
  try {
    look = JSON.parse(text) as typeof look;
  } catch (error) {
    throw new Rejection('malformed', `not the record of a look: ${(error as Error).message}`);
  }
  const { post, outcome, claimedFrom, exchange } = look;
  const at = typeof exchange?.at === 'string' ? parseIso(exchange.at) : undefined;
  if (typeof post !== 'string' || !OUTCOMES.includes(outcome as Outcome) || at === undefined)
    throw new Rejection('malformed', 'not the record of a look: post, outcome or the time of the exchange is missing');
  const claimed = typeof claimedFrom === 'string' ? parseIso(claimedFrom) : undefined;
  return [
    {
      post: post as PostUri,
      outcome: outcome as Outcome,
      hand: 'first',
      observedAt: { at, basis: 'http' },
      ...(claimed && { claimedFrom: claimed }),
    },
  ];
}
