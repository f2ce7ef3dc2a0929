/**
 * The network, as connectors see it: every request spends a budget, passes the guard, is kept and written down, and is
 * tried again where that is worth it.
 */
import { setMaxListeners } from 'node:events';
import { NetworkError, type Exchange, type HarvestIo, type NetworkProblem } from '../sources/harvest.js';
import { authorization, isFor } from './authorization.js';
import { Redactor } from './exchange.js';
import { heed, rateLimited } from './heed.js';
import { patienceOf, type IoDeps } from './io-deps.js';
import { limitOf, type Limit } from './limits.js';
import { Recorder, type Recorded } from './recorder.js';
import { followRedirects, type Hop } from './redirects.js';
import { openSocket } from './socket.js';
import { transfer } from './transfer.js';
import { abortReason, type Trouble } from './trouble.js';

const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;
const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_BACKOFF_MS = 500;
const MAX_TRIES = 3;
/** An idle connection that the other side has closed is no failure: another one is tried at once. */
const MAX_CLOSED = 2;
/** In a row for one request; a server that says `Retry-After: 0` for ever is not asked for ever. */
const MAX_REFUSALS = 3;

export type { IoDeps } from './io-deps.js';

export function openIo(deps: IoDeps): HarvestIo {
  // Every request under way listens, and stops when it is over: many are no leak.
  setMaxListeners(0, deps.signal);
  const recorder = new Recorder(deps, new Redactor(deps.credential));
  return {
    request: (url, options = {}) => followRedirects(url, options, (hop) => new Asking(deps, recorder, hop).answer()),
    socket: (url, options = {}) => openSocket(deps, recorder, url, options),
    credential: deps.credential,
    now: () => deps.now(),
    pause: (ms) => pause(deps, ms),
    warn: (text) => deps.warn(text),
    signal: deps.signal,
  };
}

async function pause(deps: IoDeps, ms: number): Promise<void> {
  await deps.sleep(ms, deps.signal).catch((error: unknown) => {
    throw deps.signal.aborted ? abortReason(deps.signal) : error;
  });
}

/** One address, asked until there is an answer or no hope of one. */
class Asking {
  private tries = 0;
  private closed = 0;
  private refusals = 0;
  private readonly budget: string;
  private readonly headers: Record<string, string>;
  private readonly shown: string;

  constructor(
    private readonly deps: IoDeps,
    private readonly recorder: Recorder,
    private readonly hop: Hop,
  ) {
    this.shown = recorder.redactor.url(hop.url);
    this.budget = budgetOf(deps, hop);
    this.headers = headersOf(deps, hop);
  }

  async answer(): Promise<Exchange> {
    for (;;) {
      const { deps, budget } = this;
      await deps.budgets.take(budget, deps.pace, patienceOf(deps));
      const { exchange, problem, headers } = await this.once();
      if (problem) await this.afterTrouble(problem);
      else if (exchange) {
        const limit = limitOf(exchange.status, headers, deps.now());
        if (limit) await this.heed(limit);
        if (limit?.refused) continue;
        if (!isServerTrouble(exchange.status)) return exchange;
        await this.retryOrThrow('server-error', `the server answered ${exchange.status}`, exchange);
      }
    }
  }

  private async once(): Promise<Recorded> {
    const { deps, hop, headers, budget } = this;
    const ask = {
      method: hop.options.method ?? 'GET',
      url: hop.url,
      headers,
      body: hop.options.body,
      maxBytes: hop.options.maxBytes ?? DEFAULT_MAX_BYTES,
      timeoutMs: hop.options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      secret: hop.options.secret,
    };
    const seq = this.recorder.next();
    return this.recorder.write(seq, ask, budget, hop.redirectedFrom, await transfer(deps, ask));
  }

  private async afterTrouble({ problem, message, cause }: Trouble): Promise<void> {
    switch (problem) {
      case 'aborted':
        throw abortReason(this.deps.signal);
      case 'store':
        throw cause;
      case 'closed':
        if (this.closed < MAX_CLOSED && this.repeatable()) {
          this.closed += 1;
          return;
        }
        return this.retryOrThrow('broken', message, undefined, cause);
      case 'forbidden-address':
      case 'too-large':
        throw this.failure(problem, message, undefined, cause);
      default:
        return this.retryOrThrow(problem, message, undefined, cause);
    }
  }

  private async retryOrThrow(
    problem: NetworkProblem,
    message: string,
    exchange: Exchange | undefined,
    cause?: unknown,
  ): Promise<void> {
    this.tries += 1;
    if (this.tries >= MAX_TRIES || !this.repeatable()) throw this.failure(problem, message, exchange, cause);
    const longest = (this.deps.backoffMs ?? DEFAULT_BACKOFF_MS) * 2 ** (this.tries - 1);
    await pause(this.deps, Math.random() * longest);
  }

  /** What connectors ask by POST are questions, too; but a token that a lost answer held may be good for one use. */
  private repeatable(): boolean {
    return this.hop.options.method !== 'POST' || this.hop.options.secret !== true;
  }

  private async heed(limit: Limit): Promise<void> {
    if (!limit.refused) {
      await heed(this.deps, this.budget, limit);
      return;
    }
    this.refusals += 1;
    const last = this.refusals > MAX_REFUSALS;
    // What it said before did not hold.
    const until = await heed(this.deps, this.budget, last ? { ...limit, until: undefined } : limit);
    if (last || !this.repeatable()) throw rateLimited(this.budget, until, limit.why);
  }

  private failure(problem: NetworkProblem, message: string, exchange?: Exchange, cause?: unknown): NetworkError {
    const text = `${this.shown}: ${this.recorder.redactor.text(message)}`;
    return new NetworkError(problem, text, exchange, cause === undefined ? undefined : { cause });
  }
}

/** Too early, timed out, or in trouble: asking again may help. What limits turn down is dealt with before. */
function isServerTrouble(status: number): boolean {
  return status === 408 || status === 425 || status >= 500;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'nowhere';
}

function budgetOf({ credential }: IoDeps, { url, options }: Hop): string {
  const whose =
    options.authorised && credential && isFor(credential, url) ? `credential:${credential.name}` : hostOf(url);
  return options.budget === undefined ? whose : `${whose}/${options.budget}`;
}

function headersOf({ agent, credential }: IoDeps, { url, options }: Hop): Record<string, string> {
  const { since, authorised } = options;
  return {
    accept: '*/*',
    ...options.headers,
    'user-agent': agent,
    'accept-encoding': 'gzip, br, deflate',
    ...(since?.etag !== undefined && { 'if-none-match': since.etag }),
    ...(since?.lastModified !== undefined && { 'if-modified-since': since.lastModified }),
    ...(authorised && credential && isFor(credential, url) && authorization(credential)),
  };
}
