/**
 * Tells webhooks of events: in their order, at least once, each batch signed.
 *
 *     POST <url>
 *     Content-Type: application/json
 *     X-Perdure-Signature: t=<seconds since 1970>,v1=<hex HMAC-SHA256 of "<t>.<body>" under the webhook's secret>
 *     X-Perdure-Event-Id: <id of the last event in the body>
 *
 *     {"webhook":"<id>","events":[{"id":"17","kind":"edited",…}]}
 *
 * Any 2xx takes the batch. Whatever else happens, the same events come again, later each time, with others that came
 * meanwhile: a receiver tells them by their ids. After three days of failing a webhook is disabled, and says so.
 */
import { createHmac } from 'node:crypto';
import type { Key } from '../core/digest.js';
import type { Envelope } from '../core/envelope.js';
import { messageOf } from '../core/errors.js';

export interface WebhookEvent {
  readonly id: string;
}

/** A webhook whose turn it is, held by this worker for a while. */
export interface DueWebhook {
  readonly id: Key;
  /** As people see it. */
  readonly shownId: string;
  readonly url: string;
  readonly sealed: Envelope;
  /** Everything up to here has been delivered. */
  readonly after: string;
  readonly failures: number;
  /** RFC 3339; null: it does not fail. */
  readonly failingSince: string | null;
  /** What is to be delivered, at most a batch; empty where nothing new is meant for it. */
  readonly events: readonly WebhookEvent[];
  /** Up to where it has been told when these are delivered. */
  readonly upTo: string;
}

/** Seals with the archive's master key (src/core/envelope.ts). */
export interface SecretBox {
  /** @param name is bound to it: a secret that is moved to another row does not open */
  seal(name: string, secret: string): Promise<Envelope>;
  open(name: string, sealed: Envelope): Promise<string>;
}

export interface WebhookFailure {
  readonly problem: string;
  /** RFC 3339. */
  readonly nextAt: string;
  readonly disabled: boolean;
}

export interface WebhookStore {
  /** Takes the one that has waited longest of those that have something to be told. Others leave it alone meanwhile. */
  claim(holdMs: number, batch: number): Promise<DueWebhook | undefined>;
  /** Both do nothing where another worker has got further meanwhile. */
  delivered(webhook: DueWebhook): Promise<void>;
  failed(webhook: DueWebhook, failure: WebhookFailure): Promise<void>;
}

export interface WebhookDeps {
  readonly store: WebhookStore;
  readonly secrets: Pick<SecretBox, 'open'>;
  /** Through the guarded client: no private addresses, no redirects, an answer within `POST_MS` or an error. */
  readonly post: (
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    signal: AbortSignal,
  ) => Promise<{ readonly status: number }>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told of a webhook that is given up. */
  readonly onDisabled?: (webhook: DueWebhook, problem: string) => void;
}

export const POST_MS = 30_000;
/** Longer than a delivery may take. */
const HOLD_MS = 2 * 60_000;
const BATCH = 100;
/** In one call; whoever calls comes back in a few seconds. */
const MOST_BATCHES = 200;

const FIRST_RETRY_MS = 10_000;
const LONGEST_RETRY_MS = 3_600_000;
const GIVEN_UP_MS = 3 * 86_400_000;

/** What is bound to a webhook's secret when it is sealed. */
export const secretName = (id: Key): string => `webhook:${id}`;

/** Delivers what is due. Any number of workers may. @returns how many events were taken */
export async function deliverWebhooks(deps: WebhookDeps, signal: AbortSignal): Promise<number> {
  let taken = 0;
  for (let batches = 0; batches < MOST_BATCHES && !signal.aborted; batches++) {
    const webhook = await deps.store.claim(HOLD_MS, BATCH);
    if (!webhook) break;
    const problem = await deliver(deps, webhook, signal);
    if (problem === undefined) {
      await deps.store.delivered(webhook);
      taken += webhook.events.length;
      continue;
    }
    // Stopped in the middle: nobody's failure.
    if (signal.aborted) break;
    const failure = failureOf(webhook, problem, deps.now());
    await deps.store.failed(webhook, failure);
    if (failure.disabled) deps.onDisabled?.(webhook, problem);
  }
  return taken;
}

/** @returns what went wrong, in one line */
async function deliver(deps: WebhookDeps, webhook: DueWebhook, signal: AbortSignal): Promise<string | undefined> {
  const last = webhook.events.at(-1);
  if (!last) return undefined;
  const body = JSON.stringify({ webhook: webhook.shownId, events: webhook.events });
  try {
    const secret = await deps.secrets.open(secretName(webhook.id), webhook.sealed);
    const headers = {
      'content-type': 'application/json',
      'x-perdure-signature': signatureOf(secret, Math.floor(deps.now() / 1000), body),
      'x-perdure-event-id': last.id,
    };
    const { status } = await deps.post(webhook.url, headers, body, signal);
    return status >= 200 && status <= 299 ? undefined : `it answered ${status}`;
  } catch (error) {
    return messageOf(error);
  }
}

/** @param seconds since 1970: a receiver refuses what is too old, so that nobody can play it again */
export function signatureOf(secret: string, seconds: number, body: string): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

/** Twice as long each time, an hour at most. Pure. */
export function failureOf(
  { failures, failingSince }: Pick<DueWebhook, 'failures' | 'failingSince'>,
  problem: string,
  nowMs: number,
): WebhookFailure {
  const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures, 16));
  const since = failingSince === null ? nowMs : Date.parse(failingSince);
  return { problem, nextAt: new Date(nowMs + wait).toISOString(), disabled: nowMs - since >= GIVEN_UP_MS };
}
