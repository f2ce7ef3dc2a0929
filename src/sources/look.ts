/**
 * What a look at a post found that was not there to be seen, and what the platform said of an account in place of showing
 * it. An answer of 404 names no post, and `RepoTakendown` no account: so the connector's finding is written down with the
 * exchange that it rests on, one JSON object a line, and kept as a capture of its own. It reads like every other record:
 * same bytes, same reading, for ever.
 */
import { canonicalise, type Json } from '../core/canonical.js';
import { ACCOUNT_STATUSES, type AccountStatus } from '../core/content.js';
import { Rejection } from '../core/errors.js';
import { OUTCOMES, type Item, type Outcome } from '../core/reading.js';
import { parseIso } from '../core/time.js';
import type { ActorUri, PostUri } from '../core/uri.js';
import type { Absence, Exchange } from './harvest.js';

/** The format of such captures, of every source. */
export const LOOK_FORMAT = 'look';

/** One line, ending in a line feed. */
export function lookRecord({ post, outcome, detail, claimedFrom, exchange }: Absence): string {
  const claimed = claimedFrom !== undefined && { claimedFrom };
  return lineOf({ perdure: 'look', post, outcome, detail, ...claimed, exchange: placeOf(exchange) });
}

/** What the platform said of the account as a whole. */
export interface AccountLook {
  readonly actor: ActorUri;
  readonly status: AccountStatus;
  /** In one line, its words. */
  readonly detail: string;
  readonly exchange: LookedAt;
}

export type LookedAt = Pick<Exchange, 'seq' | 'url' | 'status' | 'at'> & { readonly digest?: Exchange['digest'] };

/** One line, ending in a line feed. */
export function accountLookRecord({ actor, status, detail, exchange }: AccountLook): string {
  return lineOf({ perdure: 'look', actor, status, detail, exchange: placeOf(exchange) });
}

function placeOf({ seq, url, status, at, digest }: LookedAt): { readonly [key: string]: Json } {
  return { seq, url, status, at, ...(digest !== undefined && { digest: `sha256:${digest}` }) };
}

function lineOf(record: { readonly [key: string]: Json }): string {
  return `${canonicalise(record)}\n`;
}

/** Throws a Rejection where the line is not what `lookRecord` or `accountLookRecord` writes. */
export function readLook(record: Uint8Array): readonly Item[] {
  const look = parsed(record);
  const { post, outcome, actor, status, claimedFrom, exchange } = look;
  const at = typeof exchange?.at === 'string' ? parseIso(exchange.at) : undefined;
  const seen = at && ({ hand: 'first', observedAt: { at, basis: 'http' } } as const);
  if (seen && typeof post === 'string' && OUTCOMES.includes(outcome as Outcome)) {
    const claimed = typeof claimedFrom === 'string' ? parseIso(claimedFrom) : undefined;
    return [{ post: post as PostUri, outcome: outcome as Outcome, ...seen, ...(claimed && { claimedFrom: claimed }) }];
  }
  if (seen && typeof actor === 'string' && ACCOUNT_STATUSES.includes(status as AccountStatus))
    return [{ actor: actor as ActorUri, profile: { status: status as AccountStatus }, ...seen }];
  throw new Rejection('malformed', 'not the record of a look: post, outcome or the time of the exchange is missing');
}

interface Look {
  readonly post?: unknown;
  readonly outcome?: unknown;
  readonly actor?: unknown;
  readonly status?: unknown;
  readonly claimedFrom?: unknown;
  readonly exchange?: { readonly at?: unknown };
}

function parsed(record: Uint8Array): Look {
  try {
    return JSON.parse(Buffer.from(record).toString('utf8')) as Look;
  } catch (error) {
    throw new Rejection('malformed', `not the record of a look: ${(error as Error).message}`);
  }
}
