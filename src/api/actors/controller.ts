import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { actorHistory, type ActorHistory } from '../../read/index.js';
import { API_DEPS, type ApiDeps } from '../deps.js';
import { notFound } from '../http/problem.js';
import { ACTOR_HISTORY, ACTOR_NAME } from './schemas.js';

@ApiTags('actors')
@Controller('api/v1/actors')
export class ActorsController {
  constructor(@Inject(API_DEPS) private readonly deps: ApiDeps) {}

  @Get(':id')
  @ApiOperation({ operationId: 'getActor', summary: 'An account and the history of its profile' })
  @ApiOkResponse({ description: 'It.', standardSchema: ACTOR_HISTORY })
  async one(@Param('id', { schema: ACTOR_NAME }) id: string): Promise<ActorHistory> {
    const found = await actorHistory(this.deps.pool, id);
    if (!found) throw notFound(`There is no actor ${JSON.stringify(id.slice(0, 200))} here.`);
    return found;
  }
}
