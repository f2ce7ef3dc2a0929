/** Asking servers of the AT Protocol (https://atproto.com/specs/xrpc), and what they say of an account. */
import type { AccountNote, AccountState, Exchange, Gap, HarvestIo } from '../harvest.js';
import { NetworkError } from '../harvest.js';
import { asObject, asString, type JsonObject } from '../shared/json.js';

export interface Answer {
  readonly exchange: Exchange;
  /** Of a 200. */
  readonly body: JsonObject | undefined;
  /** `{"error":"RepoTakendown","message":"…"}` */
  readonly error: string | undefined;
  /** In one line. */
  readonly said: string;
}

/** Throws a NetworkError where the answer is no JSON: a page of a proxy says nothing about any account. */
export async function ask(
  io: HarvestIo,
  server: string,
  method: string,
  query: Readonly<Record<string, string>>,
): Promise<Answer> {
  const exchange = await io.request(addressOf(server, method, query), { headers: { accept: 'application/json' } });
  return answerOf(exchange);
}

export function addressOf(server: string, method: string, query: Readonly<Record<string, string>>): string {
  return `${server}/xrpc/${method}?${new URLSearchParams(query).toString()}`;
}

export async function answerOf(exchange: Exchange): Promise<Answer> {
  const value = asObject(await exchange.json());
  const whole = exchange.status === 200 && value !== undefined && asString(value['error']) === undefined;
  const error = whole ? undefined : (asString(value?.['error'])?.slice(0, 80) ?? `status ${exchange.status}`);
  const message = asString(value?.['message']);
  const said = `${error ?? exchange.status}${message === undefined ? '' : `: ${oneLine(message)}`}`;
  return { exchange, body: whole ? value : undefined, error, said };
}

export function oneLine(text: string): string {
  return text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);
}

// ── what a server says in place of a repository ─────────────────────────────────────────────────────────────────────

/** What is said of an account, and with it of all its posts: that none of them can be seen now. */
export interface AccountTrouble {
  readonly state: Extract<AccountState, 'suspended' | 'deactivated' | 'notFound'>;
  readonly said: string;
}

/** https://atproto.com/guides/account-lifecycle */
const REPO_ERRORS: Readonly<Record<string, AccountTrouble['state']>> = {
  RepoTakendown: 'suspended',
  RepoSuspended: 'suspended',
  AccountTakedown: 'suspended',
  RepoDeactivated: 'deactivated',
  RepoNotFound: 'notFound',
};

/** Undefined where the error is not about the account. */
export function accountError({ error, said }: Pick<Answer, 'error' | 'said'>): AccountTrouble | undefined {
  if (error === undefined) return undefined;
  const known = Object.hasOwn(REPO_ERRORS, error) ? REPO_ERRORS[error] : undefined;
  // Some say it in words alone: `InvalidRequest: Could not find repo: did:plc:…`.
  const state = known ?? (/could not find (?:repo|root|account|user)\b|repo not found/i.test(said) ? 'notFound' : undefined);
  return state && { state, said };
}

/** Whether the server does not show it to us, whatever it is. */
export function isRefusal({ exchange: { status }, error }: Pick<Answer, 'exchange' | 'error'>): boolean {
  return status === 401 || status === 403 || /^(?:AuthMissing|AuthenticationRequired|Forbidden)$/.test(error ?? '');
}

/** What came in place of an answer. What is not about the account says nothing about it. */
export function troubleOf(answer: Answer): AccountNote | Gap {
  const { exchange, said } = answer;
  const known = accountError(answer);
  if (known) return { kind: 'account', exchange, state: known.state, detail: said };
  if (isRefusal(answer)) return { kind: 'account', exchange, state: 'forbidden', detail: said };
  return { kind: 'gap', reason: 'platform', detail: `the server gave something else than what it was asked for: ${said}` };
}

/** A method that this server does not have, or not for everybody. */
export function isUnsupported(status: number, error: string | undefined): boolean {
  return status === 404 || status === 405 || status === 501 || /^(?:MethodNotImplemented|UnknownMethod)$/.test(error ?? '');
}

/** The answer's error, of an exchange that should have been bytes. Undefined where it is no JSON. */
export async function errorIn(exchange: Exchange): Promise<Pick<Answer, 'error' | 'said'> | undefined> {
  try {
    return await answerOf(exchange);
  } catch (error) {
    if (error instanceof NetworkError && error.problem === 'not-json') return undefined;
    throw error;
  }
}
