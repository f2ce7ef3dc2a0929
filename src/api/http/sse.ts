/**
 * Server-sent events (WHATWG HTML, 9.2): a stream that ends when the client leaves, when the service stops, or when the
 * key that opened it is revoked.
 */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../access/caller.js';
import type { Keyring } from '../access/keyring.js';

const KEY_CHECKED_EVERY_MS = 2_000;

export interface Ends {
  readonly stopping: AbortSignal;
  readonly keyring: Pick<Keyring, 'stillOpens'>;
}

/** @param events text in the format of an event stream; told by the signal when nobody listens any more */
export function sendEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  { stopping, keyring }: Ends,
  events: (signal: AbortSignal) => AsyncIterable<string>,
): void {
  const over = new AbortController();
  const end = (): void => over.abort();
  stopping.addEventListener('abort', end, { once: true });
  const caller = callerOf(request);
  const check = setInterval(() => {
    // What fails here (the database is away) fails for the stream as well.
    keyring.stillOpens(caller).then((opens) => opens || end(), end);
  }, KEY_CHECKED_EVERY_MS);
  reply.raw.once('close', () => {
    clearInterval(check);
    stopping.removeEventListener('abort', end);
    end();
  });
  if (request.raw.destroyed || stopping.aborted) end();
  void reply
    .header('content-type', 'text/event-stream; charset=utf-8')
    .header('cache-control', 'no-store')
    // nginx would gather the events otherwise.
    .header('x-accel-buffering', 'no')
    .send(Readable.from(events(over.signal), { objectMode: false }));
}
