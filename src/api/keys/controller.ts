import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { newApiKey } from '../../core/api-key.js';
import type { Page } from '../../read/index.js';
import { addApiKey, findApiKey, listApiKeys, revokeApiKey, type ApiKeyView } from '../../store/api-keys.js';
import { callerOf, nameOfCaller } from '../access/caller.js';
import { Keyring } from '../access/keyring.js';
import { API_DEPS, type ApiDeps } from '../deps.js';
import { slice } from '../http/page.js';
import { notFound, Problem } from '../http/problem.js';
import { API_KEY, API_KEY_ID, API_KEYS, API_KEYS_QUERY, MADE_API_KEY, NEW_API_KEY } from './schemas.js';

const LOCATION = { Location: { description: 'where it is', schema: { type: 'string' as const } } };

@ApiTags('keys')
@Controller('api/v1/keys')
export class KeysController {
  constructor(
    @Inject(API_DEPS) private readonly deps: ApiDeps,
    @Inject(Keyring) private readonly keyring: Keyring,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listKeys', summary: 'API keys: whose, for what, and when each was last used' })
  @ApiOkResponse({ description: 'A page of them, in the order in which they were made.', standardSchema: API_KEYS })
  async list(@Query({ schema: API_KEYS_QUERY }) query: z.output<typeof API_KEYS_QUERY>): Promise<Page<ApiKeyView>> {
    const place = ({ createdAt, id }: ApiKeyView): string => `${createdAt} ${id}`;
    const all = [...(await listApiKeys(this.deps.pool))];
    return slice(
      all.sort((a, b) => (place(a) < place(b) ? -1 : 1)),
      place,
      query,
    );
  }

  @Post()
  @ApiOperation({
    operationId: 'createKey',
    summary: 'Makes an API key',
    description: 'From the first one on, every request needs a key.',
  })
  @ApiCreatedResponse({ description: 'It is made.', standardSchema: MADE_API_KEY, headers: LOCATION })
  async create(
    @Body({ schema: NEW_API_KEY }) { name, role, expiresAt }: z.output<typeof NEW_API_KEY>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<z.output<typeof MADE_API_KEY>> {
    const made = newApiKey();
    const facts = { name, role, expiresAt, createdBy: nameOfCaller(callerOf(request)) };
    if (!(await addApiKey(this.deps.pool, made, facts)))
      throw new Problem('conflict', `There is a key ${JSON.stringify(name)}: revoke it first, or choose another name.`);
    await this.keyring.refresh(0);
    void reply.header('location', `/api/v1/keys/${made.id}`).header('cache-control', 'no-store');
    return { ...(await this.one(made.id)), key: made.text };
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getKey', summary: 'One API key' })
  @ApiOkResponse({ description: 'It, without its secret.', standardSchema: API_KEY })
  async one(@Param('id', { schema: API_KEY_ID }) id: string): Promise<ApiKeyView> {
    const found = await findApiKey(this.deps.pool, id);
    if (!found) throw notFound(`There is no API key ${id}.`);
    return found;
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'revokeKey',
    summary: 'Revokes an API key',
    description: 'It opens nothing any more after two seconds, in no process. It stays in the list.',
  })
  @ApiNoContentResponse({ description: 'It is revoked; again is harmless.' })
  async revoke(@Param('id', { schema: API_KEY_ID }) id: string, @Req() request: FastifyRequest): Promise<void> {
    await this.one(id);
    await revokeApiKey(this.deps.pool, id, nameOfCaller(callerOf(request)));
    await this.keyring.refresh(0);
  }
}
