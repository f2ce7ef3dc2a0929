/** Redirects (RFC 9110, 15.4): followed one by one, each guarded and kept; what is secret stays with whom it was for. */
import { NetworkError, type Exchange, type RequestOptions } from '../sources/harvest.js';
import { isSecretHeader } from './exchange.js';

/** One address of a chain of redirects. */
export interface Hop {
  readonly url: string;
  readonly options: RequestOptions;
  readonly redirectedFrom: number | undefined;
}

const MAX_REDIRECTS = 5;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
const PERMANENT: readonly number[] = [301, 308];

export async function followRedirects(
  url: string,
  options: RequestOptions,
  ask: (hop: Hop) => Promise<Exchange>,
): Promise<Exchange> {
  let hop: Hop = { url: withoutHash(url), options, redirectedFrom: undefined };
  let redirected: Exchange['redirected'];
  for (let redirects = 0; ; redirects++) {
    const exchange = await ask(hop);
    const location = REDIRECTS.includes(exchange.status) ? exchange.headers['location'] : undefined;
    if (location === undefined || location === '') return redirected ? { ...exchange, redirected } : exchange;
    if (redirects === MAX_REDIRECTS)
      throw new NetworkError('too-many-redirects', `${exchange.url}: more than ${MAX_REDIRECTS} redirects`, exchange);
    const permanent = PERMANENT.includes(exchange.status) && redirected !== 'temporarily';
    redirected = permanent ? 'permanently' : 'temporarily';
    hop = nextHop(hop, location, exchange);
  }
}

/** Where an answer sends on to, and with what. Throws a NetworkError where that may not be. */
export function nextHop({ url, options }: Hop, location: string, exchange: Exchange): Hop {
  const from = new URL(url);
  if (!URL.canParse(location, url))
    throw new NetworkError('broken', `${exchange.url}: it redirects to what is no address`, exchange);
  const to = new URL(withoutHash(new URL(location, url).href));
  let next = options;
  if (exchange.status === 303 || (options.method === 'POST' && exchange.status < 303)) next = asGet(options);
  if (to.origin !== from.origin) {
    if (next.body !== undefined && next.secret)
      throw new NetworkError('forbidden-address', `${exchange.url}: a secret is not sent on to ${to.host}`, exchange);
    next = withoutSecretHeaders(next);
  }
  return { url: to.href, options: next, redirectedFrom: exchange.seq };
}

function asGet({ method: _method, body: _body, ...rest }: RequestOptions): RequestOptions {
  const headers = Object.entries(rest.headers ?? {}).filter(([name]) => !name.startsWith('content-'));
  return { ...rest, headers: Object.fromEntries(headers) };
}

function withoutSecretHeaders({ authorised: _authorised, ...rest }: RequestOptions): RequestOptions {
  const headers = Object.entries(rest.headers ?? {}).filter(([name]) => !isSecretHeader(name));
  return { ...rest, headers: Object.fromEntries(headers) };
}

/** The part after # stays with whoever asks. */
function withoutHash(url: string): string {
  return url.replace(/#.*$/s, '');
}
