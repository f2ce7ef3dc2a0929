/** Asking a server's API v3: https://join-lemmy.org/api/ */
import type { AccountNote, Exchange, Gap, HarvestIo } from '../harvest.js';
import { asObject, asString, type JsonObject } from '../shared/json.js';
import type { LemmyPlace } from './harvest-resolve.js';

/** The format that its answers are read as. */
export const FORMAT = 'lemmy-api';

export function ask({ origin }: LemmyPlace, path: string, io: HarvestIo): Promise<Exchange> {
  const bearer = io.credential?.kind === 'bearer';
  return io.request(`${origin}/api/v3/${path}`, {
    headers: { accept: 'application/json' },
    ...(bearer && { authorised: true }),
  });
}

/** The answer's object; undefined for other JSON. Throws a NetworkError for HTML: that is no answer of the API. */
export async function answerOf(exchange: Exchange): Promise<JsonObject | undefined> {
  return asObject(await exchange.json());
}

/** `{"error":"couldnt_find_person"}` is `404` since version 0.19, `400` before. */
export function isMissing({ status }: Exchange, answer: JsonObject | undefined): boolean {
  return status === 404 || (status >= 400 && /^(?:couldnt_find_\w+|not_found)$/.test(errorIn(answer) ?? ''));
}

export function isForbidden({ status }: Exchange, answer: JsonObject | undefined): boolean {
  // A server for its members only says `instance_is_private`.
  const error = errorIn(answer);
  return status === 401 || status === 403 || error === 'not_logged_in' || error === 'instance_is_private';
}

/** What came in place of a list. Who is not found was never there, or purged: the server does not say which. */
export function troubleOf(exchange: Exchange, answer: JsonObject | undefined): AccountNote | Gap {
  const detail = saidIn(exchange, answer);
  if (isForbidden(exchange, answer)) return { kind: 'account', exchange, state: 'forbidden', detail };
  if (isMissing(exchange, answer)) return { kind: 'account', exchange, state: 'notFound', detail };
  return { kind: 'gap', reason: 'platform', detail: `the answer was no list: ${detail}` };
}

export function saidIn({ status }: Exchange, answer: JsonObject | undefined): string {
  const error = errorIn(answer);
  return `status ${status}${error === undefined ? '' : `: ${error.slice(0, 120)}`}`;
}

function errorIn(answer: JsonObject | undefined): string | undefined {
  return asString(answer?.['error']);
}
