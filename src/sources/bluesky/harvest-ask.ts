/** Asking servers of the AT Protocol (https://atproto.com/specs/xrpc), and what they say of an account. */
import type { AccountState, Absence, Exchange, HarvestIo, HarvestStep } from '../harvest.js';
import { NetworkError } from '../harvest.js';
import { asObject, asString, type JsonObject } from '../shared/json.js';

export interface Answer {
  readonly exchange: Exchange;
  /** Of a 200. */
  readonly body: JsonObject | undefined;
  /** `{"error":"RepoTakendown","message":"…"}` */
  readonly error: string | undefined;
  readonly said: string;
}

export function addressOf(server: string, method: string, query: Readonly<Record<string, string>>): string {
  return `${server}/xrpc/${method}?${new URLSearchParams(query).toString()}`;
}

export async function ask(
  io: HarvestIo,
  server: string,
  method: string,
  query: Readonly<Record<string, string>>,
): Promise<Answer> {
  return answerOf(await io.request(addressOf(server, method, query), { headers: { accept: 'application/json' } }));
}

/** Throws a NetworkError (`not-json`) where a page stands in place of an answer. */
async function answerOf(exchange: Exchange): Promise<Answer> {
  const { status } = exchange;
  const body = await objectOf(exchange);
  const error = status === 200 ? undefined : (asString(body?.['error'])?.slice(0, 100) ?? `status ${status}`);
  const message = asString(body?.['message']);
  const said = `${error ?? status}${message === undefined ? '' : `: ${message.slice(0, 200)}`}`;
  return { exchange, body: status === 200 ? body : undefined, error, said };
}

/** Of an error its status is the answer, whatever the page beside it. */
export async function objectOf(exchange: Exchange): Promise<JsonObject | undefined> {
  try {
    return asObject(await exchange.json());
  } catch (error) {
    if (exchange.status !== 200 && error instanceof NetworkError && error.problem === 'not-json') return undefined;
    throw error;
  }
}

interface AccountTrouble {
  readonly state: AccountState;
  /** What can then be said of its posts. */
  readonly outcome: Absence['outcome'];
}

const SUSPENDED: AccountTrouble = { state: 'suspended', outcome: 'suspended' };
const DEACTIVATED: AccountTrouble = { state: 'deactivated', outcome: 'deactivated' };
const NOT_FOUND: AccountTrouble = { state: 'notFound', outcome: 'notFound' };

/** https://atproto.com/guides/account-lifecycle: what a server says in place of a repository. */
const ACCOUNT_ERRORS: ReadonlyMap<string | undefined, AccountTrouble> = new Map([
  ['RepoTakendown', SUSPENDED],
  ['RepoSuspended', SUSPENDED],
  ['AccountTakedown', SUSPENDED],
  ['RepoDeactivated', DEACTIVATED],
  ['AccountDeactivated', DEACTIVATED],
  ['RepoNotFound', NOT_FOUND],
]);

/** Undefined where the error is not about the account. */
export function accountError({ error, said }: Answer): (AccountTrouble & { readonly said: string }) | undefined {
  if (error === undefined) return undefined;
  const found = ACCOUNT_ERRORS.get(error);
  if (found) return { ...found, said };
  // Older servers say it in words: `Could not find repo for DID: did:plc:…`.
  return /could not find (?:repo|root|account)|repo not found|profile not found/i.test(said)
    ? { ...NOT_FOUND, said }
    : undefined;
}

/** The server does not answer this question to us, or to anybody; nothing is said about the account. */
export function isRefusal(answer: Answer): boolean {
  return !accountError(answer) && [401, 403, 404, 405].includes(answer.exchange.status);
}

/** What is to be told of an answer that holds nothing. */
export function troubleOf(answer: Answer): HarvestStep {
  const { exchange, said } = answer;
  const known = accountError(answer);
  if (known) return { kind: 'account', exchange, state: known.state, detail: said };
  if (exchange.status === 401 || exchange.status === 403)
    return { kind: 'account', exchange, state: 'forbidden', detail: said };
  return { kind: 'gap', reason: 'platform', detail: `${exchange.url.slice(0, 200)} was not answered: ${said}` };
}
