/**
 * Requests to one bucket: signed, over few connections that are kept, and asked again where that may help.
 *
 * Everything that is asked can be asked twice: a key is the digest of its bytes, a part its number.
 */
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import aws4 from 'aws4';
import { Agent, request as send } from 'undici';
import { sha256 } from '../../core/digest.js';
import { addressOf, showPlace, type S3Place } from './place.js';
import { isOfNetwork, refusalOf, S3Error, unreachable } from './errors.js';

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Below the prefix; without one the bucket itself is asked. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: S3Body;
  /** Until the first byte of the answer; default 60 s. */
  readonly patienceMs?: number;
}

export interface S3Body {
  readonly bytes: number;
  /** Hex SHA-256; signed, so that the server refuses anything else. */
  readonly sha256: string;
  /** Made anew for each try. */
  readonly open: () => Buffer | Readable;
}

export interface S3Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** `dump` reads what is left of it, so that the connection can be used again. */
  readonly body: Readable & { dump(): Promise<void> };
}

export interface S3ClientOptions {
  /** The first pause between tries; default 100 ms, each one twice as long. */
  readonly pauseMs?: number;
  /** Between any two chunks of a body; default 30 s. */
  readonly idleMs?: number;
}

export const MAX_TRIES = 7;
const MAX_PAUSE_MS = 5_000;
const CONNECT_MS = 10_000;
const PATIENCE_MS = 60_000;
/** At one time; more wait. */
const CONNECTIONS = 32;
const MAX_REFUSAL_BYTES = 64 * 1024;
const NOTHING: S3Body = { bytes: 0, sha256: sha256(''), open: () => Buffer.alloc(0) };

export class S3Client {
  /** For messages. */
  readonly where: string;
  private readonly address: { readonly origin: string; readonly path: string };
  private readonly agent: Agent;

  constructor(
    readonly place: S3Place,
    private readonly options: S3ClientOptions = {},
  ) {
    this.address = addressOf(place);
    this.where = `${showPlace(place)} at ${this.address.origin}`;
    this.agent = new Agent({
      connections: CONNECTIONS,
      connect: { timeout: CONNECT_MS },
      // Shorter than servers keep theirs, so that a request seldom meets a connection that is just being closed.
      keepAliveTimeout: 4_000,
      bodyTimeout: options.idleMs ?? 30_000,
    });
  }

  /**
   * Asks until `take` has made something of an answer; what it leaves of the body is not wanted.
   * @throws S3Error
   */
  async ask<T>(request: S3Request, take: (answer: S3Answer) => Promise<T>, tries = MAX_TRIES): Promise<T> {
    for (let failures = 0; ;) {
      try {
        const answer = await this.once(request);
        try {
          const taken = await take(answer);
          await answer.body.dump();
          return taken;
        } finally {
          leave(answer.body);
        }
      } catch (error) {
        const problem = this.problemOf(error);
        if (!isPassing(problem) || ++failures >= tries) throw problem;
        await this.pause(failures);
      }
    }
  }

  /** One try. The body is the caller's to read or to `leave`. */
  async once({ method, key, query = {}, headers = {}, body = NOTHING, patienceMs }: S3Request): Promise<S3Answer> {
    const { place, address } = this;
    const path = `${address.path}/${key === undefined ? '' : pathOf(place.prefix + key)}`;
    const words = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    const signed = aws4.sign(
      {
        service: 's3',
        region: place.region,
        method,
        path: words.length === 0 ? path : `${path}?${words.join('&')}`,
        headers: { ...headers, host: new URL(address.origin).host, 'x-amz-content-sha256': body.sha256 },
      },
      { ...place.keys.reveal() },
    );
    const hasBody = method === 'PUT' || method === 'POST';
    const answer = await send(`${address.origin}${signed.path!}`, {
      dispatcher: this.agent,
      method,
      headers: {
        ...(signed.headers as Record<string, string>),
        ...(hasBody && { 'content-length': String(body.bytes) }),
      },
      body: hasBody ? body.open() : null,
      headersTimeout: patienceMs ?? PATIENCE_MS,
      // Without this word, undici gives a connection up after every HEAD.
      reset: false,
    });
    if (answer.statusCode < 300) return { status: answer.statusCode, headers: answer.headers, body: answer.body };
    const text = await beginning(answer.body);
    throw refusalOf({ status: answer.statusCode, headers: answer.headers, text }, this.where);
  }

  /** Trouble of the network, in words; everything else as it is. */
  problemOf(error: unknown): unknown {
    return isOfNetwork(error) ? unreachable(error, this.where) : error;
  }

  /** Longer each time, and never the same for two processes. */
  async pause(failures: number): Promise<void> {
    const longest = Math.min(MAX_PAUSE_MS, (this.options.pauseMs ?? 100) * 2 ** (failures - 1));
    await sleep(longest * (0.5 + Math.random() / 2));
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }
}

export function isPassing(error: unknown): boolean {
  return error instanceof S3Error && error.mayPass;
}

/** For an answer that is not wanted to its end; the connection ends with it. */
export function leave(body: Readable): void {
  body.on('error', () => undefined).destroy();
}

async function beginning(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= MAX_REFUSAL_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function pathOf(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}
