/**
 * One guarded request, and its answer kept. Nothing is tried again here and no redirect is followed; it never throws:
 * what went wrong is part of the result, so that it can be written down.
 */
import type { Dispatcher } from 'undici';
import { sha256, type Digest } from '../core/digest.js';
import { CONNECT_MS, type Agents, type Peer, type SeenBy } from './agent.js';
import { BrokenBody, decoded, IN_MEMORY_BYTES, Taken, TooSlow } from './body.js';
import { elsewhereOf } from './elsewhere.js';
import { checkTarget } from './guard.js';
import { StoreFailure, troubleOf, type Trouble } from './trouble.js';

export interface TransferDeps {
  readonly agents: Agents;
  /** Hosts, or `host:port`, that may be private. */
  readonly trusted: readonly string[];
  /** Host → origin to reach instead of where its name leads. */
  readonly elsewhere?: ReadonlyMap<string, string> | undefined;
  /** Stores the bytes under their digest. Nothing of them is visible unless it resolves. */
  keep(chunks: AsyncIterable<Uint8Array>): Promise<{ digest: Digest; bytes: number }>;
  /** Milliseconds since 1970. */
  now(): number;
  readonly signal: AbortSignal;
}

export interface Ask {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  /** All that are sent, but Host. Names in lower case. A `range` may be among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** The body is handed over and not kept. */
  readonly secret?: boolean | undefined;
}

/** Times in milliseconds since 1970. */
export interface Transfer {
  readonly status?: number;
  /** Names in lower case, several values joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly peer?: Peer;
  readonly startedAt: number;
  readonly headAt?: number;
  readonly endedAt: number;
  readonly bytes: number;
  /** Of the whole body. Absent where there is trouble. */
  readonly digest?: Digest;
  /** Of bodies up to 4 MiB. */
  readonly content?: Buffer;
  readonly trouble?: Trouble;
}

export async function transfer(deps: TransferDeps, ask: Ask): Promise<Transfer> {
  const startedAt = deps.now();
  const taken = new Taken(ask.secret ? Math.min(ask.maxBytes, IN_MEMORY_BYTES) : ask.maxBytes, ask.timeoutMs);
  let peer: () => Peer | undefined = () => undefined;
  let head: { status: number; headers: Record<string, string>; headAt: number } | undefined;
  const so = (): Omit<Transfer, 'trouble'> => {
    const at = peer();
    return { headers: {}, ...head, ...(at && { peer: at }), startedAt, endedAt: deps.now(), bytes: taken.bytes };
  };
  const attempt = new Attempt(deps.signal, ask.timeoutMs);
  let body: Dispatcher.ResponseData['body'] | undefined;
  try {
    const answer = await send(deps, ask, attempt.signal, (seen) => {
      peer = seen;
      attempt.began();
    });
    attempt.answered();
    body = answer.body.on('error', () => undefined);
    head = { status: answer.statusCode, headers: joined(answer.headers), headAt: deps.now() };
    // Kept here, since a connection that is gone forgets whom it led to.
    const at = peer();
    peer = () => at;
    const kept = await keepBody(deps, ask, whole(body, head.headers, at), taken);
    const content = taken.content();
    return { ...so(), ...kept, ...(content && { content }) };
  } catch (error) {
    return { ...so(), trouble: troubleOf(error, head !== undefined, deps.signal) };
  } finally {
    attempt.over();
    // What was not read to its end would hold its connection for ever.
    body?.destroy();
  }
}

/** Ends a request that is given up, or whose head does not come: a server may promise one again and again (1xx). */
class Attempt {
  private readonly controller = new AbortController();
  private readonly giveUp = (): void => this.controller.abort(this.outer.reason);
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly outer: AbortSignal,
    private readonly timeoutMs: number,
  ) {
    outer.addEventListener('abort', this.giveUp, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** A connection has taken it; before, it may have waited for one. */
  began(): void {
    const late = (): void => this.controller.abort(new TooSlow('no answer in time'));
    this.timer ??= setTimeout(late, CONNECT_MS + 2 * this.timeoutMs);
  }

  answered(): void {
    clearTimeout(this.timer);
  }

  over(): void {
    clearTimeout(this.timer);
    this.outer.removeEventListener('abort', this.giveUp);
  }
}

async function send(
  deps: TransferDeps,
  ask: Ask,
  signal: AbortSignal,
  seen: SeenBy['seen'],
): Promise<Dispatcher.ResponseData> {
  deps.signal.throwIfAborted();
  const { url, trusted } = checkTarget(ask.url, deps.trusted);
  const elsewhere = elsewhereOf(deps.elsewhere, url);
  const options: Dispatcher.RequestOptions & SeenBy & { servername?: string } = {
    origin: (elsewhere ?? url).origin,
    path: url.pathname + url.search,
    method: ask.method,
    headers: { ...ask.headers, ...(elsewhere !== undefined && { host: url.host }) },
    ...(ask.body !== undefined && { body: ask.body }),
    headersTimeout: ask.timeoutMs,
    bodyTimeout: ask.timeoutMs,
    signal,
    seen,
    // The certificate is that of the host that is reached.
    ...(elsewhere !== undefined && { servername: elsewhere.hostname }),
  };
  // Where people send a host elsewhere, they mean that address, private or not.
  return deps.agents.of(trusted || elsewhere !== undefined).request(options);
}

async function keepBody(
  deps: TransferDeps,
  ask: Ask,
  body: AsyncIterable<Uint8Array>,
  taken: Taken,
): Promise<{ digest: Digest }> {
  let failure: unknown;
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* taken.from(body);
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  if (ask.secret) {
    for await (const _ of chunks());
    return { digest: sha256(taken.content() ?? Buffer.alloc(0)) };
  }
  try {
    const { digest } = await deps.keep(chunks());
    return { digest };
  } catch (error) {
    // A store that cannot write is no trouble of the platform's.
    if (failure === undefined) throw new StoreFailure(error);
    throw failure as Error;
  }
}

/**
 * The body, content codings undone. Without Content-Length or chunks a body ends with its connection, and only a
 * connection that was closed in order says that it was whole.
 */
async function* whole(
  body: AsyncIterable<Uint8Array>,
  headers: Readonly<Record<string, string>>,
  peer: Peer | undefined,
): AsyncGenerator<Uint8Array> {
  yield* decoded(body, headers['content-encoding'] ?? '');
  const framed = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  if (!framed && peer?.broken()) throw new BrokenBody('the connection broke during the body');
}

function joined(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) result[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  return result;
}
