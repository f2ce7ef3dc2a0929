/** Asking servers of the AT Protocol (https://atproto.com/specs/xrpc), and what they say of an account. */
import type { Outcome } from '../../core/reading.js';
import type { AccountState, Exchange, HarvestIo, HarvestStep } from '../harvest.js';
import { NetworkError } from '../harvest.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';

export interface Answer {
  readonly exchange: Exchange;
  readonly body: JsonObject | undefined;
  /** `{"error":"RepoTakendown","message":"…"}` */
  readonly error: string | undefined;
  readonly said: string;
}

export async function ask(
  io: HarvestIo,
  server: string,
  method: string,
  query: Readonly<Record<string, string>>,
): Promise<Answer> {
  const url = `${server}/xrpc/${method}?${new URLSearchParams(query).toString()}`;
  const exchange = await io.request(url, { headers: { accept: 'application/json' } });
  return answerOf(exchange);
}

export async function answerOf(exchange: Exchange): Promise<Answer> {
  const body = await objectOf(exchange);
  const error = exchange.status === 200 ? undefined : (asString(body?.['error']) ?? `status ${exchange.status}`);
  const message = asString(body?.['message']);
  const said = `${error ?? exchange.status}${message === undefined ? '' : `: ${message.slice(0, 200)}`}`;
  return { exchange, body: exchange.status === 200 ? body : undefined, error, said };
}

async function objectOf(exchange: Exchange): Promise<JsonObject | undefined> {
  try {
    return asObject(await exchange.json());
  } catch (error) {
    if (error instanceof NetworkError && error.problem === 'not-json') return undefined;
    throw error;
  }
}

/** https://atproto.com/guides/account-lifecycle: what a server says in place of a repository. */
const REPO_ERRORS: Readonly<Record<string, { readonly state: AccountState; readonly outcome: Outcome }>> = {
  RepoTakendown: { state: 'suspended', outcome: 'suspended' },
  RepoSuspended: { state: 'suspended', outcome: 'suspended' },
  AccountTakedown: { state: 'suspended', outcome: 'suspended' },
  RepoDeactivated: { state: 'deactivated', outcome: 'deactivated' },
  RepoNotFound: { state: 'notFound', outcome: 'notFound' },
};

/** Undefined where the error is not about the account. */
export function accountError({
  error,
  said,
}: Answer): { state: AccountState; outcome: Outcome; said: string } | undefined {
  const found = error === undefined ? undefined : REPO_ERRORS[error];
  // Older servers say it in words: `Could not find repo for DID: did:plc:…`.
  if (!found && /could not find (?:repo|root|account)|repo not found/i.test(said))
    return { ...REPO_ERRORS['RepoNotFound']!, said };
  return found && { ...found, said };
}

export function accountNote(answer: Answer): HarvestStep {
  const known = accountError(answer);
  return { kind: 'account', exchange: answer.exchange, state: known?.state ?? 'forbidden', detail: answer.said };
}

// ── DID documents ───────────────────────────────────────────────────────────────────────────────────────────────────

export interface Identity {
  readonly pds: string | undefined;
  readonly handle: string | undefined;
}

/** https://atproto.com/specs/did: `did:plc` at the directory, `did:web` at its own host. */
export async function identityOf(did: string, io: HarvestIo): Promise<Identity | undefined> {
  const web = /^did:web:([^:%]+(?:%3A\d+)?)$/i.exec(did)?.[1];
  const url =
    web === undefined
      ? did.startsWith('did:plc:')
        ? `https://plc.directory/${did}`
        : undefined
      : `https://${decodeURIComponent(web)}/.well-known/did.json`;
  if (url === undefined) return undefined;
  const exchange = await io.request(url, { headers: { accept: 'application/did+ld+json, application/json' } });
  const document = exchange.status === 200 ? await objectOf(exchange) : undefined;
  return document?.['id'] === did ? readDocument(document) : undefined;
}

export function readDocument(document: JsonObject): Identity {
  const service = asArray(document['service'])
    .filter(isObject)
    .find((each) => /#atproto_pds$/.test(asString(each['id']) ?? ''));
  const endpoint = asString(service?.['serviceEndpoint']);
  const handle = asArray(document['alsoKnownAs'])
    .filter((name): name is string => typeof name === 'string')
    .find((name) => name.startsWith('at://'))
    ?.slice(5);
  return { pds: endpoint === undefined ? undefined : endpoint.replace(/\/+$/, ''), handle };
}
