/** Asking Reddit: anonymously at www.reddit.com, or as an application at oauth.reddit.com. */
import type { AccountState, Exchange, HarvestIo, HarvestStep } from '../harvest.js';
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
    const headers = { ...ACCEPT, authorization: `Bearer ${token}` };
    const name = this.io.credential!.name;
    return this.io.request(`https://oauth.reddit.com${path}${rest}`, { headers, budget: `client ${name}` });
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

export async function answerOf(exchange: Exchange): Promise<JsonObject | undefined> {
  try {
    return asObject(await exchange.json());
  } catch (error) {
    if (error instanceof NetworkError && error.problem === 'not-json') return undefined;
    throw error;
  }
}

/** `{"reason":"private","message":"Forbidden","error":403}` */
export function accountNote(exchange: Exchange, answer: JsonObject | undefined): HarvestStep {
  const words = [asString(answer?.['reason']), asString(answer?.['message'])].filter((word) => word !== undefined);
  const detail = `status ${exchange.status}${words.length > 0 ? `: ${words.join(', ').slice(0, 160)}` : ''}`;
  return { kind: 'account', exchange, state: stateOf(exchange.status, answer?.['reason']), detail };
}

function stateOf(status: number, reason: unknown): AccountState {
  // Banned by Reddit; a person who is suspended answers 403 too, one who has gone 404.
  if (reason === 'banned') return 'suspended';
  return status === 404 ? 'notFound' : 'forbidden';
}
