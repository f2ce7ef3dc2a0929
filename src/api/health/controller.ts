import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { API_DEPS, type ApiDeps } from '../deps.js';
import { readiness } from './readiness.js';

const ALIVE = z.object({ status: z.literal('ok') }).meta({ id: 'Alive' });

const CHECK = z.object({ ok: z.boolean(), reason: z.string().optional() });

const READINESS = z
  .object({ ready: z.boolean(), checks: z.object({ database: CHECK, blobs: CHECK, queues: CHECK }) })
  .meta({ id: 'Readiness' });

@ApiTags('operation')
@Controller()
export class HealthController {
  constructor(@Inject(API_DEPS) private readonly deps: ApiDeps) {}

  @Get('healthz')
  @Header('cache-control', 'no-store')
  @ApiOperation({ operationId: 'alive', summary: 'Whether this process is alive' })
  @ApiOkResponse({ description: 'It is.', standardSchema: ALIVE })
  alive(): z.infer<typeof ALIVE> {
    return { status: 'ok' };
  }

  @Get('readyz')
  @ApiOperation({
    operationId: 'ready',
    summary: 'Whether work can be accepted',
    description: 'Postgres reachable and migrated, blobs writable with room to spare, queues reachable.',
  })
  @ApiOkResponse({ description: 'All is well.', standardSchema: READINESS })
  @ApiResponse({ status: 503, description: 'Something is not: `checks` says what.', standardSchema: READINESS })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<z.infer<typeof READINESS>> {
    const found = await readiness(this.deps);
    void reply.header('cache-control', 'no-store').code(found.ready ? 200 : 503);
    return found;
  }
}
