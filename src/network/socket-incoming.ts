/** The messages of a WebSocket, from its events to a loop that may be slower than they are. */
import type { RawData, WebSocket } from 'ws';
import { messageOf } from '../core/errors.js';
import { NetworkError, type NetworkProblem, type SocketMessage } from '../sources/harvest.js';
import { timestamp } from './exchange.js';
import { abortReason } from './trouble.js';

/** Beyond this the socket is left unread, and the other side's own buffers fill. */
const MOST_BUFFERED_BYTES = 8 * 1024 * 1024;
const RESUMED_AT_BYTES = MOST_BUFFERED_BYTES / 2;
/** What a message costs beside its bytes. */
const MESSAGE_BYTES = 128;
const DEFAULT_SILENCE_MS = 60_000;
const CLOSING_MS = 2_000;

interface IncomingDeps {
  now(): number;
  readonly signal: AbortSignal;
  readonly silenceMs?: number;
}

export class Incoming {
  private queue: SocketMessage[] = [];
  private head = 0;
  private buffered = 0;
  private paused = false;
  private ended = false;
  private failure: Error | undefined;
  private wake: (() => void) | undefined;
  private heardAt = performance.now();
  private readonly silenceMs: number;
  private readonly watch: NodeJS.Timeout;
  /** When the first message came that was handed on since the last segment; milliseconds since 1970. */
  private segmentAt: number | undefined;
  private lastMs = 0;
  private lastText = '';

  constructor(
    private readonly socket: WebSocket,
    /** Its address, secrets taken out. */
    private readonly shown: string,
    private readonly deps: IncomingDeps,
  ) {
    this.silenceMs = deps.silenceMs ?? DEFAULT_SILENCE_MS;
    socket.on('message', (data: RawData, binary: boolean) => this.take(data as Buffer, binary));
    socket.on('pong', () => this.heard());
    socket.on('ping', () => this.heard());
    socket.on('error', (error) => this.fail(problemOf(error), messageOf(error), error));
    socket.on('close', (code) => {
      if (code === ABNORMAL) this.fail('broken', 'the connection broke');
      this.end();
    });
    this.watch = setInterval(() => this.checkSilence(), Math.max(this.silenceMs / 3, 10));
    this.watch.unref();
    deps.signal.addEventListener('abort', this.abort, { once: true });
  }

  async *iterate(): AsyncGenerator<SocketMessage> {
    try {
      for (;;) {
        const message = this.queue[this.head];
        if (message !== undefined) {
          this.drop(message);
          yield message;
        } else if (this.failure) throw this.failure;
        else if (this.ended) return;
        else await new Promise<void>((resolve) => (this.wake = resolve));
      }
    } finally {
      this.close();
    }
  }

  /** When the messages handed on since the last segment began; asking begins the next. */
  segmentBegan(): number {
    const began = this.segmentAt ?? this.deps.now();
    this.segmentAt = undefined;
    return began;
  }

  close(): void {
    this.queue = [];
    this.head = 0;
    this.end();
    if (this.socket.readyState >= CLOSING) return;
    this.socket.close();
    setTimeout(() => this.socket.terminate(), CLOSING_MS).unref();
  }

  private take(data: Buffer, binary: boolean): void {
    if (this.ended) return;
    this.heard();
    this.queue.push({ data, binary, at: this.clock() });
    this.buffered += data.length + MESSAGE_BYTES;
    if (this.buffered > MOST_BUFFERED_BYTES && !this.paused) {
      this.paused = true;
      this.socket.pause();
    }
    this.awaken();
  }

  private drop(message: SocketMessage): void {
    this.head += 1;
    if (this.head === this.queue.length) {
      this.queue.length = 0;
      this.head = 0;
    } else if (this.head > 1_024 && this.head * 2 > this.queue.length) {
      this.queue = this.queue.slice(this.head);
      this.head = 0;
    }
    this.segmentAt ??= Date.parse(message.at);
    this.buffered -= message.data.length + MESSAGE_BYTES;
    if (!this.paused || this.buffered > RESUMED_AT_BYTES) return;
    this.paused = false;
    this.heard();
    this.socket.resume();
  }

  /** Thousands come in one millisecond or two; writing the time costs more than taking the message. */
  private clock(): string {
    const now = this.deps.now();
    if (now !== this.lastMs) {
      this.lastMs = now;
      this.lastText = timestamp(now);
    }
    return this.lastText;
  }

  private checkSilence(): void {
    // Nothing is heard while nothing is read.
    if (this.paused || this.ended) return;
    if (performance.now() - this.heardAt >= this.silenceMs)
      return this.fail('timeout', `nothing was heard for ${Math.round(this.silenceMs / 1_000)} s, not even a pong`);
    if (this.socket.readyState === OPEN) this.socket.ping();
  }

  private heard(): void {
    this.heardAt = performance.now();
  }

  private fail(problem: NetworkProblem, message: string, cause?: unknown): void {
    if (this.ended) return;
    this.failure = new NetworkError(problem, `${this.shown}: ${message}`, undefined, { cause });
    this.end();
    this.socket.terminate();
  }

  private readonly abort = (): void => {
    if (this.ended) return;
    this.failure = abortReason(this.deps.signal);
    this.end();
    this.socket.terminate();
  };

  private end(): void {
    this.ended = true;
    clearInterval(this.watch);
    this.deps.signal.removeEventListener('abort', this.abort);
    this.awaken();
  }

  private awaken(): void {
    this.wake?.();
    this.wake = undefined;
  }
}

const OPEN = 1;
const CLOSING = 2;
/** No closing handshake (RFC 6455, 7.1.5). */
const ABNORMAL = 1006;

function problemOf(error: Error): NetworkProblem {
  return (error as NodeJS.ErrnoException).code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' ? 'too-large' : 'broken';
}
