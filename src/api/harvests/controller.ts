import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { showKey, type Key } from '../../core/digest.js';
import { exchanges, harvest, harvests, type ExchangeView, type HarvestView, type Page } from '../../read/index.js';
import { API_DEPS, type ApiDeps } from '../deps.js';
import { gather } from '../http/page.js';
import { notFound } from '../http/problem.js';
import { KEY } from '../http/schemas.js';
import { EXCHANGES, EXCHANGES_QUERY, HARVEST, HARVESTS, HARVESTS_QUERY } from './schemas.js';

@ApiTags('harvests')
@Controller('api/v1/harvests')
export class HarvestsController {
  constructor(@Inject(API_DEPS) private readonly deps: ApiDeps) {}

  @Get()
  @ApiOperation({ operationId: 'listHarvests', summary: 'How harvests went, the latest first' })
  @ApiOkResponse({ description: 'A page of them.', standardSchema: HARVESTS })
  list(@Query({ schema: HARVESTS_QUERY }) query: z.output<typeof HARVESTS_QUERY>): Promise<Page<HarvestView>> {
    const { seed, collection, state } = query;
    const filter = {
      ...(seed !== undefined && { seed }),
      ...(collection !== undefined && { collection }),
      ...(state !== undefined && { state }),
    };
    return gather<HarvestView, Page<HarvestView>>(query, (page) => harvests(this.deps.pool, { ...page, ...filter }));
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getHarvest', summary: 'One harvest' })
  @ApiOkResponse({ description: 'It.', standardSchema: HARVEST })
  one(@Param('id', { schema: KEY }) id: Key): Promise<HarvestView> {
    return found(id, harvest(this.deps.pool, id));
  }

  @Get(':id/exchanges')
  @ApiOperation({ operationId: 'listExchanges', summary: 'Every request that it made, and what came' })
  @ApiOkResponse({ description: 'A page, in their order.', standardSchema: EXCHANGES })
  exchanges(
    @Param('id', { schema: KEY }) id: Key,
    @Query({ schema: EXCHANGES_QUERY }) query: z.output<typeof EXCHANGES_QUERY>,
  ): Promise<Page<ExchangeView>> {
    return gather<ExchangeView, Page<ExchangeView>>(query, (page) => found(id, exchanges(this.deps.pool, id, page)));
  }
}

async function found<T>(id: Key, answer: Promise<T | undefined>): Promise<T> {
  const value = await answer;
  if (value === undefined)
    throw notFound(`There is no harvest ${showKey(id)}; one that was asked for shows once it has begun.`);
  return value;
}
