import { randomBytes } from 'node:crypto';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { showKey, type Key } from '../../core/digest.js';
import { secretName } from '../../pipeline/webhooks.js';
import { collectionKey, type Page } from '../../read/index.js';
import {
  addWebhook,
  findWebhook,
  listWebhooks,
  newWebhookId,
  removeWebhook,
  retryWebhook,
  type WebhookRecord,
} from '../../store/webhooks.js';
import { API_DEPS, type ApiDeps } from '../deps.js';
import { slice } from '../http/page.js';
import { notFound, Problem } from '../http/problem.js';
import { KEY } from '../http/schemas.js';
import { MADE_WEBHOOK, NEW_WEBHOOK, WEBHOOK, WEBHOOKS, WEBHOOKS_QUERY } from './schemas.js';

const LOCATION = { Location: { description: 'where it is', schema: { type: 'string' as const } } };

type WebhookView = z.output<typeof WEBHOOK>;

@ApiTags('webhooks')
@Controller('api/v1/webhooks')
export class WebhooksController {
  constructor(@Inject(API_DEPS) private readonly deps: ApiDeps) {}

  @Get()
  @ApiOperation({ operationId: 'listWebhooks', summary: 'Who is told of events, how far, and how that goes' })
  @ApiOkResponse({ description: 'A page of them, in the order in which they were made.', standardSchema: WEBHOOKS })
  async list(@Query({ schema: WEBHOOKS_QUERY }) query: z.output<typeof WEBHOOKS_QUERY>): Promise<Page<WebhookView>> {
    const place = ({ createdAt, id }: WebhookView): string => `${createdAt} ${id}`;
    const all = (await listWebhooks(this.deps.pool)).map(webhookView);
    return slice(
      all.sort((a, b) => (place(a) < place(b) ? -1 : 1)),
      place,
      query,
    );
  }

  @Post()
  @ApiOperation({
    operationId: 'createWebhook',
    summary: 'Has an address told of events',
    description:
      'Events come in their order, at least once, as `{"webhook": id, "events": [PostEvent, …]}`, a hundred at most, by POST. ' +
      '`X-Perdure-Signature: t=<seconds since 1970>,v1=<hex HMAC-SHA256 of "<t>.<body>">` is made with the secret that this answers with; ' +
      '`X-Perdure-Event-Id` is the id of the last event in it. Any 2xx takes them; whatever else happens, they come again, later each time, for three days.',
  })
  @ApiCreatedResponse({ description: 'It is made.', standardSchema: MADE_WEBHOOK, headers: LOCATION })
  async create(
    @Body({ schema: NEW_WEBHOOK }) body: z.output<typeof NEW_WEBHOOK>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<z.output<typeof MADE_WEBHOOK>> {
    const { pool, secrets } = this.deps;
    if (!secrets) throw new Problem('not-here', 'This process has no key to seal the secret with: ask `perdure up`.');
    const { url, events: kinds, after } = body;
    const collection = await collectionKey(pool, body.collection);
    const id = newWebhookId();
    const secret = randomBytes(32).toString('base64url');
    await addWebhook(pool, { id, url, collection, kinds, after, secret: await secrets.seal(secretName(id), secret) });
    void reply.header('location', `/api/v1/webhooks/${showKey(id)}`);
    return { ...(await this.one(id)), secret };
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getWebhook', summary: 'One webhook' })
  @ApiOkResponse({ description: 'It.', standardSchema: WEBHOOK })
  async one(@Param('id', { schema: KEY }) id: Key): Promise<WebhookView> {
    const found = await findWebhook(this.deps.pool, id);
    if (!found) throw unknown(id);
    return webhookView(found);
  }

  @Post(':id/retry')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'retryWebhook',
    summary: 'Has it told at once of what it missed',
    description: 'Also one that was given up: it is `active` again. One that does not fail is left alone.',
  })
  @ApiAcceptedResponse({ description: 'As it is now; a worker tells it within seconds.', standardSchema: WEBHOOK })
  async retry(@Param('id', { schema: KEY }) id: Key): Promise<WebhookView> {
    await retryWebhook(this.deps.pool, id);
    return this.one(id);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteWebhook', summary: 'Has an address told no longer' })
  @ApiNoContentResponse({ description: 'It is gone.' })
  async remove(@Param('id', { schema: KEY }) id: Key): Promise<void> {
    if (!(await removeWebhook(this.deps.pool, id))) throw unknown(id);
  }
}

const unknown = (id: Key): Problem => notFound(`There is no webhook ${showKey(id)}.`);

function webhookView(record: WebhookRecord): WebhookView {
  const { id, url, collection, kinds, state, eventId, failures, problem } = record;
  return {
    id: showKey(id),
    url,
    collection,
    events: [...kinds] as WebhookView['events'],
    state,
    after: eventId,
    nextAt: record.nextAt.toISOString(),
    failures,
    failingSince: record.failingSince?.toISOString() ?? null,
    problem,
    deliveredAt: record.deliveredAt?.toISOString() ?? null,
    createdAt: record.createdAt.toISOString(),
  };
}
