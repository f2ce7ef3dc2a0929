/** Server-sent events (WHATWG HTML, 9.2): a stream that ends when the client leaves or the service stops. */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** @param events text in the format of an event stream; told by the signal when nobody listens any more */
export function sendEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  stopping: AbortSignal,
  events: (signal: AbortSignal) => AsyncIterable<string>,
): void {
  const over = new AbortController();
  const end = (): void => over.abort();
  stopping.addEventListener('abort', end, { once: true });
  reply.raw.once('close', () => {
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
