/** Asking a fediverse server: for JSON of the client API, for ActivityPub objects, for the actor behind a handle. */
import type { Exchange, HarvestIo } from '../harvest.js';
import { NetworkError } from '../harvest.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import type { AccountName, Scheme } from './harvest-name.js';
import { signedHeaders } from './harvest-signature.js';
import { hostOf, tryActorUri } from './uri.js';

/** https://www.w3.org/TR/activitypub/#retrieving-objects; servers differ in which of the two they know. */
const ACCEPT_ACTIVITY =
  'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"';

/** The client API, as the credential's owner where there is one. */
export function askApi(io: HarvestIo, url: string): Promise<Exchange> {
  const bearer = io.credential?.kind === 'bearer';
  return io.request(url, { headers: { accept: 'application/json' }, ...(bearer && { authorised: true }) });
}

/** An ActivityPub object. Signed from the start where there is a key: a refusal would cost a request each time. */
export function askActivity(io: HarvestIo, url: string): Promise<Exchange> {
  return io.request(url, { headers: { accept: ACCEPT_ACTIVITY, ...signedHeaders(io, url) } });
}

/** The answer's JSON object or list; undefined where it is something else, HTML for one. */
export async function jsonOf(exchange: Exchange): Promise<unknown> {
  try {
    return await exchange.json();
  } catch (error) {
    if (error instanceof NetworkError && error.problem === 'not-json') return undefined;
    throw error;
  }
}

/** In one line: the status, and what the server says about it. */
export async function saidOf(exchange: Exchange): Promise<string> {
  const body = exchange.bytes > 0 && exchange.bytes < 64 * 1024 ? asObject(await jsonOf(exchange)) : undefined;
  const error = asString(body?.['error']) ?? asString(asObject(body?.['error'])?.['message']);
  const words = WORDS[exchange.status];
  const status = words === undefined ? `status ${exchange.status}` : `${exchange.status} ${words}`;
  return error === undefined || error === '' ? status : `${status}: ${oneLine(error)}`;
}

export function oneLine(text: string): string {
  return text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);
}

const WORDS: { readonly [status: number]: string } = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  406: 'Not Acceptable',
  410: 'Gone',
  422: 'Unprocessable',
};

/** Whether the server wants to know who asks. Mastodon answers 422 where a method needs a user. */
export function isRefusal(status: number): boolean {
  return status === 401 || status === 403 || status === 422;
}

/** After redirects too, the answer is of the server that was asked. */
export function isFrom(exchange: Exchange, address: string): boolean {
  return hostOf(exchange.url) === hostOf(address);
}

// ── WebFinger (RFC 7033) ────────────────────────────────────────────────────────────────────────────────────────────

export interface Finger {
  readonly scheme: Scheme;
  /** The ActivityPub actor that the handle leads to; its host may be another than the handle's. */
  readonly actor?: string;
  /** The handle as the server writes it: `user@domain`. */
  readonly acct?: string;
  readonly exchange: Exchange;
}

/** Asks the handle's own domain. Throws a NetworkError where none of the schemes leads to a server. */
export async function finger({ user, domain, schemes }: AccountName, io: HarvestIo): Promise<Finger> {
  let trouble: unknown;
  for (const scheme of schemes) {
    const resource = encodeURIComponent(`acct:${user}@${domain}`);
    try {
      const exchange = await io.request(`${scheme}://${domain}/.well-known/webfinger?resource=${resource}`, {
        headers: { accept: 'application/jrd+json, application/json' },
      });
      return { scheme, exchange, ...(exchange.status === 200 && pointersOf(asObject(await jsonOf(exchange)))) };
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      trouble ??= error;
    }
  }
  throw trouble;
}

function pointersOf(jrd: JsonObject | undefined): Pick<Finger, 'actor' | 'acct'> {
  const self = asArray(jrd?.['links'])
    .filter(isObject)
    .find((link) => link['rel'] === 'self' && /activity\+json|activitystreams/.test(asString(link['type']) ?? ''));
  const actor = tryActorUri(self?.['href']);
  const acct = /^acct:@?([^@\s]+@[^@\s]+)$/.exec(asString(jrd?.['subject']) ?? '')?.[1];
  return { ...(actor !== undefined && /^https?:/.test(actor) && { actor }), ...(acct !== undefined && { acct }) };
}
