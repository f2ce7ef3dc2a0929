import { Controller, Get, Headers, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { collectionKey, events, latestEvent } from '../../read/index.js';
import { Keyring } from '../access/keyring.js';
import { API_DEPS, Stopping, type ApiDeps } from '../deps.js';
import { sendEvents } from '../http/sse.js';
import { EVENT_ID, EVENTS_QUERY } from './schemas.js';
import { eventStream } from './stream.js';

@ApiTags('events')
@Controller('api/v1/events')
export class EventsController {
  constructor(
    @Inject(API_DEPS) private readonly deps: ApiDeps,
    @Inject(Stopping) private readonly stopping: Stopping,
    @Inject(Keyring) private readonly keyring: Keyring,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'followEvents',
    summary: 'What following finds out about posts, as server-sent events',
    description:
      'Each is named by its kind and carries a PostEvent; its id is that of the event, so that a client that sends Last-Event-ID misses none. Comments in between show that the connection lives.',
  })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ description: 'Events, without end.', schema: { type: 'string' } })
  async stream(
    @Query({ schema: EVENTS_QUERY }) query: z.output<typeof EVENTS_QUERY>,
    @Headers('last-event-id') lastId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { pool } = this.deps;
    const collection = await collectionKey(pool, query.collection);
    const after = await placeOf(this.deps, lastId, query.after);
    const filter = collection === undefined ? {} : { collection };
    const ends = { stopping: this.stopping.signal, keyring: this.keyring };
    sendEvents(request, reply, ends, (signal) =>
      eventStream({ after, signal, read: (seen, limit) => events(pool, { ...filter, after: seen, limit }) }),
    );
  }
}

/** Where to begin: what the browser saw last, what the query says, or now. */
export async function placeOf(
  { pool }: ApiDeps,
  lastId: string | undefined,
  after: string | undefined,
): Promise<string> {
  if (lastId !== undefined && EVENT_ID.safeParse(lastId).success) return lastId;
  return after ?? latestEvent(pool);
}
