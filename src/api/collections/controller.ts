import { Body, Controller, Get, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { showKey } from '../../core/digest.js';
import { collections, type CollectionView, type Page } from '../../read/index.js';
import { API_DEPS, type ApiDeps } from '../deps.js';
import { slice } from '../http/page.js';
import { notFound } from '../http/problem.js';
import { COLLECTION, COLLECTIONS, COLLECTIONS_QUERY, NEW_COLLECTION } from './schemas.js';

const LOCATION = { Location: { description: 'where it is', schema: { type: 'string' as const } } };

@ApiTags('collections')
@Controller('api/v1/collections')
export class CollectionsController {
  constructor(@Inject(API_DEPS) private readonly deps: ApiDeps) {}

  @Get()
  @ApiOperation({ operationId: 'listCollections', summary: 'Collections by name, with what they hold' })
  @ApiOkResponse({ description: 'A page of them.', standardSchema: COLLECTIONS })
  async list(
    @Query({ schema: COLLECTIONS_QUERY }) query: z.output<typeof COLLECTIONS_QUERY>,
  ): Promise<Page<CollectionView>> {
    const all = [...(await collections(this.deps.pool))].sort((a, b) => (a.name < b.name ? -1 : 1));
    return slice(all, (collection) => collection.name, query);
  }

  @Post()
  @ApiOperation({
    operationId: 'createCollection',
    summary: 'Makes a collection, if there is none of that name',
    description: 'An accession makes its collection by itself; this is for a collection that is to exist before.',
  })
  @ApiCreatedResponse({ description: 'It is new.', standardSchema: COLLECTION, headers: LOCATION })
  @ApiOkResponse({ description: 'It was there already.', standardSchema: COLLECTION, headers: LOCATION })
  async create(
    @Body({ schema: NEW_COLLECTION }) body: z.output<typeof NEW_COLLECTION>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CollectionView> {
    const existed = (await collections(this.deps.pool)).some((collection) => collection.name === body.name);
    const id = showKey(await this.deps.accessions.ensureCollection(body.name));
    void reply.code(existed ? 200 : 201).header('location', `/api/v1/collections/${id}`);
    return this.one(id);
  }

  @Get(':collection')
  @ApiOperation({ operationId: 'getCollection', summary: 'One collection, by its id or its name' })
  @ApiOkResponse({ description: 'It.', standardSchema: COLLECTION })
  async one(@Param('collection', { schema: z.string() }) text: string): Promise<CollectionView> {
    const all = await collections(this.deps.pool);
    const found =
      all.find((collection) => collection.name === text) ?? all.find((collection) => collection.id === text);
    if (!found) throw notFound(`There is no collection ${JSON.stringify(text)}.`);
    return found;
  }
}
