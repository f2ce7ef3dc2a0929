/** Asking Reddit: anonymously at www.reddit.com, or as an application at oauth.reddit.com. */
import type { Exchange, HarvestIo } from '../harvest.js';
import { NetworkError } from '../harvest.js';
import { asNumber, asObject, asString, type JsonObject } from '../shared/json.js';

/** A token lives an hour; in memory alone, by the application that it was given to. */
interface Token {
  readonly value: string;
  readonly until: number;
}
const tokens = new Map<string, Token>();
const MOST_TOKENS = 1_000;

export class Reddit {
  constructor(private readonly io: HarvestIo) {}

  /** `path` without `.json`. Without `raw_json`, as the dumps have it: the same bytes of the same post. */
  async ask(path: string, query: Readonly<Record<string, string>> = {}): Promise<Exchange> {
    const token = await this.token();
    const search = new URLSearchParams(query).toString();
    const rest = search === '' ? '' : `?${search}`;
    if (token === undefined) return this.io.request(`https://www.reddit.com${path}.json${rest}`, { headers: ACCEPT });
    const exchange = await this.askAs(token, `${path}${rest}`);
    if (exchange.status !== 401) return exchange;
    // Taken back before its time.
    for (const [key, { value }] of tokens) if (value === token) tokens.delete(key);
    const another = await this.token();
    return another === undefined ? exchange : this.askAs(another, `${path}${rest}`);
  }

  private askAs(token: string, address: string): Promise<Exchange> {
    const headers = { ...ACCEPT, authorization: `Bearer ${token}` };
    return this.io.request(`https://oauth.reddit.com${address}`, {
      headers,
      budget: `client ${this.io.credential!.name}`,
    });
  }

  /** RFC 6749, 4.4 (client credentials). */
  private async token(): Promise<string | undefined> {
    const { credential } = this.io;
    if (credential?.kind !== 'client') return undefined;
    const key = `${credential.user ?? ''}:${credential.secret}`;
    const known = tokens.get(key);
    if (known && known.until > this.io.now()) return known.value;
    const exchange = await this.io.request('https://www.reddit.com/api/v1/access_token', {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(key).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
      secret: true,
    });
    const answer = await answerOf(exchange);
    const value = asString(answer?.['access_token']);
    if (value === undefined)
      throw new NetworkError(
        'server-error',
        `Reddit gave no token (status ${exchange.status}): is the key right?`,
        exchange,
      );
    if (tokens.size >= MOST_TOKENS) tokens.clear();
    const seconds = asNumber(answer?.['expires_in']) ?? 3_600;
    tokens.set(key, { value, until: this.io.now() + (seconds - 60) * 1_000 });
    return value;
  }
}

const ACCEPT = { accept: 'application/json' };

/** The answer's object; undefined for other JSON. Throws a NetworkError for HTML: that is no answer about anything. */
export async function answerOf(exchange: Exchange): Promise<JsonObject | undefined> {
  return asObject(await exchange.json());
}
