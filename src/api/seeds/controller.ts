import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { showKey, type Key } from '../../core/digest.js';
import { coverage, events, seed, seeds, type Page, type SeedView } from '../../read/index.js';
import { setSeedEvery, setSeedState } from '../../store/seeds.js';
import { Keyring } from '../access/keyring.js';
import { API_DEPS, Stopping, type ApiDeps, type Following, type FollowRequest } from '../deps.js';
import { placeOf } from '../events/controller.js';
import { SEED_EVENTS_QUERY } from '../events/schemas.js';
import { eventStream } from '../events/stream.js';
import { gather } from '../http/page.js';
import { notFound, Problem } from '../http/problem.js';
import { KEY } from '../http/schemas.js';
import { sendEvents } from '../http/sse.js';
import { ASKED, CHANGED_SEED, COVERAGE, COVERAGE_QUERY, NEW_SEED, SEED, SEEDS, SEEDS_QUERY } from './schemas.js';

const LOCATION = { Location: { description: 'where it is', schema: { type: 'string' as const } } };

@ApiTags('seeds')
@Controller('api/v1/seeds')
export class SeedsController {
  constructor(
    @Inject(API_DEPS) private readonly deps: ApiDeps,
    @Inject(Stopping) private readonly stopping: Stopping,
    @Inject(Keyring) private readonly keyring: Keyring,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listSeeds', summary: 'What is followed, in the order in which it was begun' })
  @ApiOkResponse({ description: 'A page of them.', standardSchema: SEEDS })
  list(@Query({ schema: SEEDS_QUERY }) query: z.output<typeof SEEDS_QUERY>): Promise<Page<SeedView>> {
    const { collection, state } = query;
    const filter = { ...(collection !== undefined && { collection }), ...(state !== undefined && { state }) };
    return gather<SeedView, Page<SeedView>>(query, (page) => seeds(this.deps.pool, { ...page, ...filter }));
  }

  @Post()
  @ApiOperation({
    operationId: 'follow',
    summary: 'Follows an account, a feed or a stream',
    description:
      'The platform is asked what the text leads to before this answers. Following again is harmless: what is said this time holds, and harvesting goes on where it was.',
  })
  @ApiCreatedResponse({ description: 'It is new.', standardSchema: SEED, headers: LOCATION })
  @ApiOkResponse({ description: 'It was followed already.', standardSchema: SEED, headers: LOCATION })
  async follow(
    @Body({ schema: NEW_SEED }) body: z.output<typeof NEW_SEED>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SeedView> {
    const gone = new AbortController();
    request.raw.once('close', () => {
      if (!request.raw.complete) gone.abort();
    });
    const signal = AbortSignal.any([this.stopping.signal, gone.signal]);
    const { id, added } = await this.following().follow(requestOf(body), signal);
    void reply.code(added ? 201 : 200).header('location', `/api/v1/seeds/${showKey(id)}`);
    return this.one(id);
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getSeed', summary: 'One seed: how it goes, and when it is due' })
  @ApiOkResponse({ description: 'It.', standardSchema: SEED })
  async one(@Param('id', { schema: KEY }) id: Key): Promise<SeedView> {
    const found = await seed(this.deps.pool, showKey(id));
    if (found === undefined) throw notFound(`There is no seed ${showKey(id)}.`);
    return found;
  }

  @Patch(':id')
  @ApiOperation({ operationId: 'changeSeed', summary: 'Pauses, resumes, or changes how often' })
  @ApiOkResponse({ description: 'As it is now.', standardSchema: SEED })
  async change(
    @Param('id', { schema: KEY }) id: Key,
    @Body({ schema: CHANGED_SEED }) { state, every }: z.output<typeof CHANGED_SEED>,
  ): Promise<SeedView> {
    await this.one(id);
    if (every !== undefined) await setSeedEvery(this.deps.pool, id, every);
    if (state !== undefined) await setSeedState(this.deps.pool, id, state);
    return this.one(id);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'unfollow',
    summary: 'Follows it no longer',
    description: 'What was archived stays, and so does the seed, as `ended`: with its harvests and its coverage.',
  })
  @ApiNoContentResponse({ description: 'It is no longer followed.' })
  async unfollow(@Param('id', { schema: KEY }) id: Key): Promise<void> {
    await this.one(id);
    await setSeedState(this.deps.pool, id, 'ended');
  }

  @Post(':id/harvest')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'harvestNow',
    summary: 'Has it harvested now',
    description: 'Also while it is paused. The harvest shows under its id as soon as a worker begins it.',
  })
  @ApiAcceptedResponse({ description: 'It waits for a worker.', standardSchema: ASKED, headers: LOCATION })
  async harvest(
    @Param('id', { schema: KEY }) id: Key,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<z.output<typeof ASKED>> {
    const { state } = await this.one(id);
    if (state === 'ended') throw new Problem('conflict', 'It is no longer followed: follow it again first.');
    const harvest = showKey(await this.following().harvestNow(id));
    void reply.header('location', `/api/v1/harvests/${harvest}`);
    return { harvest };
  }

  @Get(':id/coverage')
  @ApiOperation({
    operationId: 'getCoverage',
    summary: 'Were we looking? What was watched, and where posts may be missing',
  })
  @ApiOkResponse({ description: 'It.', standardSchema: COVERAGE })
  async coverage(
    @Param('id', { schema: KEY }) id: Key,
    @Query({ schema: COVERAGE_QUERY }) { at, from, to }: z.output<typeof COVERAGE_QUERY>,
  ): Promise<z.output<typeof COVERAGE>> {
    const view = await coverage(this.deps.pool, await this.one(id), at);
    const earliest = from === undefined ? -Infinity : Date.parse(from);
    const latest = to === undefined ? Infinity : Date.parse(to);
    const intervals = view.intervals.filter(
      (interval) => Date.parse(interval.to) >= earliest && Date.parse(interval.from) <= latest,
    );
    const ceilings = [...(this.deps.following?.ceilings(view.seed.connector) ?? [])];
    return { ...view, intervals, ceilings };
  }

  @Get(':id/events')
  @ApiOperation({
    operationId: 'followSeed',
    summary: 'What following it finds out about posts, as server-sent events',
    description: 'As `/events`, of this seed alone.',
  })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ description: 'Events, without end.', schema: { type: 'string' } })
  async events(
    @Param('id', { schema: KEY }) id: Key,
    @Query({ schema: SEED_EVENTS_QUERY }) query: z.output<typeof SEED_EVENTS_QUERY>,
    @Headers('last-event-id') lastId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.one(id);
    const after = await placeOf(this.deps, lastId, query.after);
    const ends = { stopping: this.stopping.signal, keyring: this.keyring };
    sendEvents(request, reply, ends, (signal) =>
      eventStream({
        after,
        signal,
        read: (seen, limit) => events(this.deps.pool, { seed: id, after: seen, limit }),
      }),
    );
  }

  private following(): Following {
    const { following } = this.deps;
    if (following) return following;
    throw new Problem('not-here', 'This process shows what is followed and follows nothing itself: ask `perdure up`.');
  }
}

function requestOf(body: z.output<typeof NEW_SEED>): FollowRequest {
  const { follow, collection, every, credential, connector, backfill, authority } = body;
  return {
    text: follow,
    collection,
    ...(every !== undefined && { every }),
    ...(credential !== undefined && { credential }),
    ...(connector !== undefined && { connector }),
    ...(backfill !== undefined && { backfill }),
    ...(authority !== undefined && { authority }),
  };
}
