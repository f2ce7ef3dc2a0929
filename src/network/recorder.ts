/** Numbers the exchanges of a harvest, writes each down, and shows it to the connector. */
import type { Digest } from '../core/digest.js';
import { messageOf } from '../core/errors.js';
import { NetworkError, type Exchange, type ExchangeRecord, type Validators } from '../sources/harvest.js';
import { timestamp, type Redactor } from './exchange.js';
import type { Ask, Transfer } from './transfer.js';
import type { Trouble } from './trouble.js';

export interface RecorderDeps {
  read(digest: Exchange['digest']): Promise<Buffer>;
  record(exchange: ExchangeRecord): Promise<void>;
  /** Keeps what was sent, secrets taken out. Absent: it is not kept. */
  keepRequest?(body: Uint8Array): Promise<Digest>;
}

export interface Recorded {
  /** As the server sent them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where there was a whole answer. */
  readonly exchange?: Exchange;
  readonly problem?: Trouble;
}

export class Recorder {
  private seq = 0;

  constructor(
    private readonly deps: RecorderDeps,
    readonly redactor: Redactor,
  ) {}

  next(): number {
    return this.seq++;
  }

  async write(
    seq: number,
    ask: Ask,
    budget: string,
    redirectedFrom: number | undefined,
    got: Transfer,
  ): Promise<Recorded> {
    const removed = new Set<string>();
    const url = this.redactor.url(ask.url, removed);
    const requestHeaders = this.redactor.headers(ask.headers, removed);
    const responseHeaders = this.redactor.headers(got.headers, removed);
    if (ask.secret) removed.add('body');
    const sent = ask.body === undefined ? undefined : Buffer.from(this.redactor.body(ask.body, removed));
    const requestDigest = sent && (await this.deps.keepRequest?.(sent));
    await this.record({
      seq,
      method: ask.method,
      url,
      ...(got.status !== undefined && { status: got.status }),
      requestHeaders,
      responseHeaders,
      redacted: [...removed].sort(),
      ...(got.digest !== undefined && !ask.secret && { digest: got.digest }),
      ...(requestDigest !== undefined && { requestDigest }),
      bytes: got.bytes,
      startedAt: timestamp(got.startedAt),
      ...(got.headAt !== undefined && { headAt: timestamp(got.headAt) }),
      endedAt: timestamp(got.endedAt),
      ...(got.peer?.remoteAddress !== undefined && { remoteAddress: got.peer.remoteAddress }),
      ...(got.peer?.certificate !== undefined && { certificate: got.peer.certificate }),
      ...(redirectedFrom !== undefined && { redirectedFrom }),
      budget,
      ...(got.trouble && { problem: `${got.trouble.problem}: ${this.redactor.text(got.trouble.message)}` }),
    });
    const { headers, status, headAt, digest, bytes, content, trouble } = got;
    if (trouble) return { headers, problem: trouble };
    const at = timestamp(headAt!);
    return {
      headers,
      exchange: this.show({ seq, url, status: status!, headers, at, digest: digest!, bytes }, content),
    };
  }

  record(exchange: ExchangeRecord): Promise<void> {
    return this.deps.record(exchange);
  }

  /** @param content the body, where it is in memory */
  show(facts: ExchangeFacts, content: Buffer | undefined): Exchange {
    const { 'set-cookie': _cookies, ...headers } = facts.headers;
    const body = (): Promise<Buffer> => (content ? Promise.resolve(content) : this.deps.read(facts.digest));
    const exchange: Exchange = {
      ...facts,
      headers,
      validators: validatorsOf(headers),
      body,
      json: async () => {
        const bytes = await body();
        try {
          return JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, '')) as unknown;
        } catch (error) {
          throw new NetworkError('not-json', notJson(facts, bytes, error), exchange, { cause: error });
        }
      },
    };
    return exchange;
  }
}

export type ExchangeFacts = Omit<Exchange, 'validators' | 'body' | 'json'>;

function validatorsOf(headers: Readonly<Record<string, string>>): Validators {
  const { etag, 'last-modified': lastModified } = headers;
  return { ...(etag !== undefined && { etag }), ...(lastModified !== undefined && { lastModified }) };
}

function notJson({ url, status, headers }: ExchangeFacts, bytes: Buffer, error: unknown): string {
  const type = headers['content-type'] ?? 'no content type';
  const begins = bytes.length === 0 ? 'is empty' : `begins with ${JSON.stringify(bytes.toString('utf8', 0, 80))}`;
  return `${url}: no JSON (${status}, ${type}): it ${begins}; ${messageOf(error).slice(0, 100)}`;
}
