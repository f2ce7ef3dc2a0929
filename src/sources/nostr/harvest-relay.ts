/**
 * One relay, asked over one connection (NIP-01): `["REQ", subscription, filter, …]`, then its events, then `EOSE`. What
 * does not belong to the question is not taken: a relay may send whatever it likes, for as long as it likes.
 */
import { Rejection } from '../../core/errors.js';
import { NetworkError, type Exchange, type HarvestIo, type HarvestSocket, type SocketMessage } from '../harvest.js';
import { asArray, asObject, asString, type JsonObject } from '../shared/json.js';
import { eventOf, type NostrEvent } from './event.js';

/** NIP-01. Times in seconds since 1970, both inclusive. */
export interface Filter {
  readonly ids?: readonly string[];
  readonly authors?: readonly string[];
  readonly kinds?: readonly number[];
  readonly since?: number;
  readonly until?: number;
  readonly limit?: number;
  readonly '#e'?: readonly string[];
  readonly '#a'?: readonly string[];
  readonly '#d'?: readonly string[];
}

/** An event as it came. Nothing of it is proven but in `event`. */
export interface Frame {
  readonly line: string;
  /** Id and signature as stated: two copies of an event with other signatures are two. */
  readonly key: string;
  readonly id: string;
  /** As stated, seconds since 1970. */
  readonly createdAt: number;
  /** Where id and signature are right. */
  readonly event?: NostrEvent;
}

export interface Answer {
  /** What was asked for, in the order in which it came, each once. */
  readonly frames: readonly Frame[];
  /**
   * `whole`: the relay says that this was all that it gives (EOSE); `flood`: more came than anybody asked for, and the
   * question was taken back; `refused`: CLOSED; `silent`: nothing more came; `broken`: the connection is.
   */
  readonly end: 'whole' | 'flood' | 'refused' | 'silent' | 'broken';
  /** What the relay said about it, for people. */
  readonly said: string;
  readonly error?: NetworkError;
  /** What came beside events, as it came: the evidence of an answer without any. */
  readonly transcript: string;
}

const MOST_FRAMES = 5_000;
const MOST_BYTES = 16 * 1024 * 1024;
/** The relay has stopped; a few seconds are a slow one. */
export const PATIENCE_MS = 30_000;
/** However it drips. */
const LONGEST_ANSWER = 10;
const MOST_OTHER_BYTES = 64 * 1024 * 1024;
const MOST_NOTED = 64 * 1024;

export class Relay {
  private readonly messages: AsyncIterator<SocketMessage>;
  private questions = 0;
  private ended = false;
  private lastNotice = '';

  private constructor(
    readonly url: string,
    private readonly socket: HarvestSocket,
    private readonly io: HarvestIo,
    private readonly patienceMs: number,
  ) {
    this.messages = socket[Symbol.asyncIterator]();
  }

  /** @throws NetworkError, RateLimited */
  static async open(url: string, io: HarvestIo, patienceMs = PATIENCE_MS): Promise<Relay> {
    return new Relay(url, await io.socket(url, { timeoutMs: patienceMs }), io, patienceMs);
  }

  /** @param wanted whether an event that came belongs to the question; what does not is not taken */
  async ask(filters: readonly Filter[], wanted: (event: JsonObject) => boolean): Promise<Answer> {
    const subscription = `q${this.questions++}`;
    const taken = new Taken(subscription, wanted);
    const began = this.io.now();
    this.send(['REQ', subscription, ...filters]);
    let end: Answer['end'] | undefined;
    let error: NetworkError | undefined;
    while (!end) {
      if (this.io.now() - began > this.patienceMs * LONGEST_ANSWER) end = 'silent';
      else {
        try {
          const message = await this.next();
          end = message === 'silent' ? 'silent' : message === 'ended' ? 'broken' : taken.take(message);
        } catch (failure) {
          this.io.signal.throwIfAborted();
          if (!(failure instanceof NetworkError)) throw failure;
          error = failure;
          end = 'broken';
        }
      }
    }
    if (end === 'whole' || end === 'flood') this.send(['CLOSE', subscription]);
    if (end === 'silent' || end === 'broken') this.close();
    if (taken.notice !== '' && taken.notice !== this.lastNotice) {
      this.lastNotice = taken.notice;
      this.io.warn(`${this.url} says: ${taken.notice}`);
    }
    if (taken.stray > 0) this.io.warn(`${this.url} sends events that were not asked for; they are not taken`);
    const said = taken.closed ?? error?.message ?? (taken.notice === '' ? SAID[end] : taken.notice);
    return { frames: [...taken.frames.values()], end, said, ...(error && { error }), transcript: taken.transcript };
  }

  /** Keeps what came as one capture. */
  keep(text: string): Promise<Exchange> {
    return this.socket.keep(Buffer.from(text));
  }

  get isOpen(): boolean {
    return !this.ended;
  }

  close(): void {
    this.ended = true;
    this.socket.close();
  }

  private send(message: readonly unknown[]): void {
    if (!this.ended) this.socket.send(JSON.stringify(message));
  }

  private async next(): Promise<SocketMessage | 'silent' | 'ended'> {
    if (this.ended) return 'ended';
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<'silent'>((resolve) => {
      timer = setTimeout(() => resolve('silent'), this.patienceMs);
    });
    const coming = this.messages.next();
    // Where nobody waits for it any more, its failure is nobody's.
    coming.catch(() => undefined);
    try {
      const first = await Promise.race([coming, silence]);
      return first === 'silent' ? first : first.done ? 'ended' : first.value;
    } finally {
      clearTimeout(timer);
    }
  }
}

const SAID: Readonly<Record<Answer['end'], string>> = {
  whole: 'EOSE',
  flood: 'more events than anybody asked for',
  refused: 'CLOSED',
  silent: 'no end of the answer (EOSE) came in time',
  broken: 'the relay closed the connection in the middle of an answer',
};

/** What has come of one answer. */
class Taken {
  readonly frames = new Map<string, Frame>();
  transcript = '';
  notice = '';
  closed: string | undefined;
  /** Events that the question did not ask for. */
  stray = 0;
  private bytes = 0;
  private otherBytes = 0;

  constructor(
    private readonly subscription: string,
    private readonly wanted: (event: JsonObject) => boolean,
  ) {}

  /** @returns how the answer ends, where it does with this message */
  take({ data, binary }: SocketMessage): Answer['end'] | undefined {
    const line = binary ? '' : data.toString('utf8');
    const [name, subscription, content] = parsed(line);
    if (subscription !== this.subscription) return this.other(line, name, subscription, data.length);
    this.bytes += data.length;
    if (this.bytes > MOST_BYTES) return 'flood';
    if (name === 'EVENT') return this.event(line, asObject(content));
    this.note(line);
    if (name === 'EOSE') return 'whole';
    if (name !== 'CLOSED') return undefined;
    this.closed = `CLOSED: ${shown(content)}`;
    return 'refused';
  }

  /** Also what is still under way of a question that was taken back. */
  private other(line: string, name: unknown, text: unknown, bytes: number): Answer['end'] | undefined {
    this.otherBytes += bytes;
    if (name === 'NOTICE' || name === 'AUTH') this.note(line);
    if (name === 'NOTICE') this.notice = shown(text);
    return this.otherBytes > MOST_OTHER_BYTES ? 'flood' : undefined;
  }

  private event(line: string, value: JsonObject | undefined): Answer['end'] | undefined {
    const frame = value && this.wanted(value) ? frameOf(line, value) : undefined;
    if (frame) {
      if (!this.frames.has(frame.key)) this.frames.set(frame.key, frame);
    } else this.stray += 1;
    return this.frames.size >= MOST_FRAMES || this.stray >= MOST_FRAMES ? 'flood' : undefined;
  }

  private note(line: string): void {
    if (this.transcript.length < MOST_NOTED) this.transcript += `${line}\n`;
  }
}

function frameOf(line: string, value: JsonObject): Frame | undefined {
  const { id, sig, created_at: createdAt } = value;
  if (typeof id !== 'string' || typeof createdAt !== 'number' || !Number.isSafeInteger(createdAt)) return undefined;
  const event = proven(value);
  return { line, key: `${id}:${asString(sig) ?? ''}`, id, createdAt, ...(event && { event }) };
}

/** Undefined where id or signature are not right, or missing. */
function proven(value: JsonObject): NostrEvent | undefined {
  try {
    const event = eventOf(value);
    return event.signed ? event : undefined;
  } catch (error) {
    if (error instanceof Rejection) return undefined;
    throw error;
  }
}

function parsed(line: string): readonly unknown[] {
  try {
    return asArray(JSON.parse(line) as unknown);
  } catch {
    return [];
  }
}

function shown(text: unknown): string {
  return (asString(text) ?? 'no reason').slice(0, 300);
}
