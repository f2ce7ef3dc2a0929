/** WebSockets (RFC 6455): guarded like requests, bounded while the consumer is behind, and watched for silence. */
import type { IncomingMessage } from 'node:http';
import type { LookupFunction } from 'node:net';
import { WebSocket, type ClientOptions } from 'ws';
import { messageOf } from '../core/errors.js';
import {
  NetworkError,
  type Exchange,
  type HarvestSocket,
  type NetworkProblem,
  type SocketOptions,
} from '../sources/harvest.js';
import { ATTEMPT_MS, peerOf, type Peer } from './agent.js';
import { TooLarge } from './body.js';
import { elsewhereOf } from './elsewhere.js';
import { timestamp } from './exchange.js';
import { checkTarget, guardedLookup } from './guard.js';
import { patienceOf, type IoDeps } from './io-deps.js';
import { heed, rateLimited } from './heed.js';
import { limitOf } from './limits.js';
import type { Recorder } from './recorder.js';
import { Incoming } from './socket-incoming.js';
import { abortReason, troubleOf, type Trouble } from './trouble.js';

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_BYTES = 8 * 1024 * 1024;
/** A longer answer that refuses the connection is not kept. */
const MAX_REFUSAL_BYTES = 64 * 1024;

export async function openSocket(
  deps: IoDeps,
  recorder: Recorder,
  address: string,
  options: SocketOptions,
): Promise<HarvestSocket> {
  const opening = new Opening(deps, recorder, address, options);
  await deps.budgets.take(opening.budget, deps.pace, patienceOf(deps));
  return opening.open();
}

class Opening {
  readonly budget: string;
  private readonly shown: string;
  private readonly headers: Record<string, string>;
  private seq = 0;
  private startedAt = 0;

  constructor(
    private readonly deps: IoDeps,
    private readonly recorder: Recorder,
    private readonly address: string,
    private readonly options: SocketOptions,
  ) {
    this.shown = recorder.redactor.url(address);
    this.headers = { ...options.headers, 'user-agent': deps.agent };
    this.budget = URL.canParse(address) ? new URL(address).host : 'nowhere';
  }

  async open(): Promise<HarvestSocket> {
    this.seq = this.recorder.next();
    this.startedAt = this.deps.now();
    let socket: WebSocket;
    try {
      socket = this.connect();
    } catch (error) {
      throw await this.failed(error);
    }
    const incoming = new Incoming(socket, this.shown, this.deps);
    let answer: IncomingMessage | undefined;
    let peer: Peer | undefined;
    socket.on('upgrade', (response: IncomingMessage) => {
      answer = response;
      peer = peerOf(response.socket);
    });
    const outcome = await new Promise<Outcome>((resolve) => {
      socket.once('open', () => resolve({}));
      socket.once('unexpected-response', (_request, refusal: IncomingMessage) => resolve({ refusal }));
      socket.once('error', (error) => resolve({ error }));
    });
    if (outcome.error) throw await this.failed(outcome.error);
    if (outcome.refusal) throw await this.refused(outcome.refusal, socket);
    const headers = headersOf(answer);
    await this.write({ status: 101, headers, peer, headAt: this.deps.now() });
    return new OpenSocket(socket, incoming, (segment, firstAt) => this.keep(segment, firstAt, headers, peer));
  }

  private connect(): WebSocket {
    const { deps, options } = this;
    deps.signal.throwIfAborted();
    const { url, trusted } = checkTarget(this.address, deps.trusted);
    const elsewhere = elsewhereOf(deps.elsewhere, url);
    const origin = (elsewhere ?? url).origin.replace(/^http/, 'ws');
    const { ca } = deps.agents.tls;
    const settings: ClientOptions & ConnectingOptions = {
      headers: { ...this.headers, ...(elsewhere !== undefined && { host: url.host }) },
      handshakeTimeout: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      maxPayload: options.maxBytes ?? DEFAULT_MAX_BYTES,
      followRedirects: false,
      autoSelectFamilyAttemptTimeout: ATTEMPT_MS,
      lookup: guardedLookup(trusted || elsewhere !== undefined, deps.agents.resolve),
      ...(ca !== undefined && { ca: [...[ca].flat()] }),
    };
    return new WebSocket(`${origin}${url.pathname}${url.search}`, settings);
  }

  private async failed(error: unknown): Promise<Error> {
    const { problem, message } = troubleOf(error, false, this.deps.signal);
    const said = networkProblem(messageOf(error).includes('timed out') ? 'timeout' : problem);
    await this.write({ headers: {}, headAt: undefined, problem: `${said}: ${message}` });
    if (problem === 'aborted') return abortReason(this.deps.signal);
    const text = `${this.shown}: ${this.recorder.redactor.text(message)}`;
    return new NetworkError(said, text, undefined, { cause: error });
  }

  private async refused(response: IncomingMessage, socket: WebSocket): Promise<Error> {
    const headAt = this.deps.now();
    const headers = headersOf(response);
    const peer = peerOf(response.socket);
    const status = response.statusCode ?? 0;
    const late = setTimeout(() => response.destroy(), this.options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const kept = await this.deps.keep(bounded(response)).catch(() => undefined);
    clearTimeout(late);
    socket.terminate();
    await this.write({ status, headers, peer, headAt, ...kept });
    const limit = limitOf(status, headers, this.deps.now());
    if (limit?.refused) {
      const until = await heed(this.deps, this.budget, limit);
      return rateLimited(this.budget, until, limit.why);
    }
    const facts = { seq: this.seq, url: this.shown, status, headers, at: timestamp(headAt) };
    const exchange = kept && this.recorder.show({ ...facts, ...kept }, undefined);
    const text = `${this.shown}: the server answered ${status} instead of opening a WebSocket`;
    return new NetworkError(status >= 500 ? 'server-error' : 'broken', text, exchange);
  }

  private async write(got: Written): Promise<void> {
    await this.record(this.seq, 'GET', this.startedAt, got);
  }

  private async keep(
    segment: Uint8Array,
    firstAt: number,
    headers: Readonly<Record<string, string>>,
    peer: Peer | undefined,
  ): Promise<Exchange> {
    const seq = this.recorder.next();
    const kept = await this.deps.keep(once(segment));
    await this.record(seq, 'WS', firstAt, { status: 101, headers: {}, peer, headAt: firstAt, ...kept });
    const facts = { seq, url: this.shown, status: 101, headers, at: timestamp(firstAt), ...kept };
    return this.recorder.show(facts, undefined);
  }

  private async record(seq: number, method: string, startedAt: number, got: Written): Promise<void> {
    const removed = new Set<string>();
    const { redactor } = this.recorder;
    const { headers, status, peer, headAt, digest, bytes, problem } = got;
    await this.recorder.record({
      seq,
      method,
      url: redactor.url(this.address, removed),
      ...(status !== undefined && { status }),
      requestHeaders: method === 'WS' ? {} : redactor.headers(this.headers, removed),
      responseHeaders: redactor.headers(headers, removed),
      redacted: [...removed].sort(),
      ...(digest !== undefined && { digest }),
      bytes: bytes ?? 0,
      startedAt: timestamp(startedAt),
      ...(headAt !== undefined && { headAt: timestamp(headAt) }),
      endedAt: timestamp(this.deps.now()),
      ...(peer?.remoteAddress !== undefined && { remoteAddress: peer.remoteAddress }),
      ...(peer?.certificate !== undefined && { certificate: peer.certificate }),
      budget: this.budget,
      ...(problem !== undefined && { problem: redactor.text(problem) }),
    });
  }
}

interface Outcome {
  readonly refusal?: IncomingMessage;
  readonly error?: Error;
}

/** Handed on to `net.connect`, which the types of ws do not say. */
interface ConnectingOptions {
  readonly lookup: LookupFunction;
  readonly autoSelectFamilyAttemptTimeout: number;
}

interface Written {
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly peer?: Peer | undefined;
  readonly headAt: number | undefined;
  readonly digest?: Exchange['digest'];
  readonly bytes?: number;
  readonly problem?: string;
}

class OpenSocket implements HarvestSocket {
  constructor(
    private readonly socket: WebSocket,
    private readonly incoming: Incoming,
    private readonly keepSegment: (segment: Uint8Array, firstAt: number) => Promise<Exchange>,
  ) {}

  [Symbol.asyncIterator](): ReturnType<Incoming['iterate']> {
    return this.incoming.iterate();
  }

  send(text: string): void {
    // What cannot be sent any more shows as the connection's end.
    this.socket.send(text, () => undefined);
  }

  keep(segment: Uint8Array): Promise<Exchange> {
    return this.keepSegment(segment, this.incoming.segmentBegan());
  }

  close(): void {
    this.incoming.close();
  }
}

function networkProblem(problem: Trouble['problem']): NetworkProblem {
  return problem === 'closed' || problem === 'aborted' || problem === 'store' ? 'unreachable' : problem;
}

function headersOf(response: IncomingMessage | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response?.headers ?? {}))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  return headers;
}

async function* bounded(response: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    if (bytes > MAX_REFUSAL_BYTES) throw new TooLarge(`more than ${MAX_REFUSAL_BYTES} bytes`);
    yield chunk;
  }
}

async function* once(segment: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(segment);
}
