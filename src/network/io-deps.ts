/** What the network of one harvest is made of. */
import type { Connector, Credential, Exchange, ExchangeRecord } from '../sources/harvest.js';
import type { Agents } from './agent.js';
import type { Budgets, Patience } from './budgets.js';
import type { TransferDeps } from './transfer.js';

export interface IoDeps {
  readonly agents: Agents;
  /** Stores bytes under their digest; nothing of them is visible unless it resolves. */
  keep(chunks: AsyncIterable<Uint8Array>): ReturnType<TransferDeps['keep']>;
  read(digest: Exchange['digest']): Promise<Buffer>;
  /** Keeps the body of a request, secrets taken out. Absent: bodies of requests are not kept. */
  keepRequest?(body: Uint8Array): Promise<Exchange['digest']>;
  /** Told of every exchange when it has ended, failed ones too. */
  record(exchange: ExchangeRecord): Promise<void>;
  readonly budgets: Budgets;
  readonly pace: Connector['pace'];
  /** The User-Agent of every request. */
  readonly agent: string;
  /** Hosts, or `host:port`, that may be private. */
  readonly trusted: readonly string[];
  /** Host → origin to reach instead of where its name leads. */
  readonly elsewhere?: ReadonlyMap<string, string>;
  readonly credential?: Credential;
  /** Milliseconds since 1970. */
  now(): number;
  sleep(ms: number, signal: AbortSignal): Promise<unknown>;
  readonly signal: AbortSignal;
  warn(text: string): void;
  /** The longest wait for a budget before RateLimited; default 20 s. */
  readonly patienceMs?: number;
  /** Told of waits within that, before they begin: until when, milliseconds since 1970. */
  readonly onWait?: (untilMs: number) => Promise<void>;
  /** How long a WebSocket may say nothing, not even to a ping; default 60 s. */
  readonly silenceMs?: number;
  /** Before the second try; doubled for every further one, and drawn by lot from 0 to that. Default 500 ms. */
  readonly backoffMs?: number;
}

const DEFAULT_PATIENCE_MS = 20_000;

export function patienceOf({ patienceMs = DEFAULT_PATIENCE_MS, signal, onWait }: IoDeps): Patience {
  return { patienceMs, signal, onWait };
}
