/** What is written down of the requests of one download. */
import type { Credential, ExchangeRecord } from '../sources/harvest.js';
import type { Peer } from './agent.js';
import { Redactor, timestamp } from './exchange.js';
import { troubleOf } from './trouble.js';

export type DownloadExchange = Omit<ExchangeRecord, 'budget' | 'requestDigest'>;

type Told = (exchange: DownloadExchange, body?: Buffer) => void;

/** Numbers the requests of one download from 0. */
export class Asking {
  private seq = 0;
  private last: Asked | undefined;

  private readonly redactor: Redactor;

  constructor(
    private readonly record: Told,
    credential: Credential | undefined,
  ) {
    this.redactor = new Redactor(credential);
  }

  /** @param redirected whether the one before sent us here */
  begin(url: string, headers: Readonly<Record<string, string>>, redirected: boolean): Asked {
    const seq = this.seq++;
    this.last = new Asked(this.record, this.redactor, {
      seq,
      url,
      headers,
      ...(redirected && { redirectedFrom: seq - 1 }),
    });
    return this.last;
  }

  /** The request that is under way, if any, ended with this error. */
  failed(error: unknown, signal: AbortSignal): void {
    this.last?.failed(error, signal);
  }
}

interface Request {
  readonly seq: number;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly redirectedFrom?: number;
}

export class Asked {
  private readonly startedAt = Date.now();
  private peer: () => Peer | undefined = () => undefined;
  private head:
    { status: number; headers: Readonly<Record<string, string>>; at: number; peer: Peer | undefined } | undefined;
  private bytes = 0;
  private isOver = false;

  constructor(
    private readonly record: Told,
    private readonly redactor: Redactor,
    private readonly request: Request,
  ) {}

  get headers(): Readonly<Record<string, string>> {
    return this.request.headers;
  }

  seen(peer: () => Peer | undefined): void {
    this.peer = peer;
  }

  answered({ status, headers }: { status: number; headers: Readonly<Record<string, string>> }): void {
    // A connection that is gone forgets whom it led to.
    this.head = { status, headers, at: Date.now(), peer: this.peer() };
  }

  came(bytes: number): void {
    this.bytes += bytes;
  }

  /** @param problem why its body is not whole, or not what is wanted */
  over(problem?: string, body?: Buffer): void {
    if (this.isOver) return;
    this.isOver = true;
    const { seq, url, headers, redirectedFrom } = this.request;
    const { head, redactor } = this;
    const peer = head?.peer ?? this.peer();
    const removed = new Set<string>();
    this.record(
      {
        seq,
        method: 'GET',
        url: redactor.url(url, removed),
        ...(head && { status: head.status, headAt: timestamp(head.at) }),
        requestHeaders: redactor.headers(headers, removed),
        responseHeaders: redactor.headers(head?.headers ?? {}, removed),
        redacted: [...removed].sort(),
        bytes: this.bytes,
        startedAt: timestamp(this.startedAt),
        endedAt: timestamp(Date.now()),
        ...(peer?.remoteAddress !== undefined && { remoteAddress: peer.remoteAddress }),
        ...(peer?.certificate !== undefined && { certificate: peer.certificate }),
        ...(redirectedFrom !== undefined && { redirectedFrom }),
        ...(problem !== undefined && { problem: redactor.url(problem) }),
      },
      body,
    );
  }

  failed(error: unknown, signal: AbortSignal): void {
    const { problem, message } = troubleOf(error, this.head !== undefined, signal);
    this.over(`${problem}: ${message}`);
  }
}
