/**
 * Bodies: JSON of at most a megabyte, and uploads of any size, which reach their route as the untouched stream whatever
 * type they are said to be of.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';

const JSON_BYTES = 1024 * 1024;

type Done = (error: Error | null, body?: unknown) => void;

/** @param streamed the routes (`POST /path`) that take their body as a stream */
export function registerBodies(instance: FastifyInstance, streamed: ReadonlySet<string>): void {
  const isStreamed = ({ method, routeOptions }: FastifyRequest): boolean =>
    streamed.has(`${method} ${routeOptions.url}`);
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser(
    'application/json',
    (request: FastifyRequest, body: AsyncIterable<Buffer>, done: Done) => {
      if (isStreamed(request)) return done(null, body);
      parse(body).then(
        (value) => done(null, value),
        (error: unknown) => done(error as Error),
      );
    },
  );
  instance.addContentTypeParser('*', (request: FastifyRequest, body: AsyncIterable<Buffer>, done: Done) => {
    if (isStreamed(request)) done(null, body);
    else done(new BodyError(415, 'FST_ERR_CTP_INVALID_MEDIA_TYPE', 'This route takes application/json.'));
  });
}

/** Shaped like Fastify's own errors, so that they become the same problem documents. */
class BodyError extends Error {
  constructor(
    readonly statusCode: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

async function parse(body: AsyncIterable<Buffer>): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > JSON_BYTES) {
      throw new BodyError(413, 'FST_ERR_CTP_BODY_TOO_LARGE', `A JSON body has at most ${JSON_BYTES} bytes.`);
    }
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch (error) {
    throw new BodyError(400, 'FST_ERR_CTP_INVALID_JSON_BODY', `The body is no JSON: ${(error as Error).message}`);
  }
}
