import { Readable } from 'node:stream';
import {
  Controller,
  Get,
  Headers,
  HttpCode,
  HttpException,
  Inject,
  Param,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { showDigest, type Digest } from '../../core/digest.js';
import { collectionKey, media, mediaExchanges, missingMedia, picture, type Page } from '../../read/index.js';
import type { MediaExchangeView, MissingMediaView } from '../../read/media-types.js';
import { askAgain } from '../../store/media.js';
import { callerOf, maySeeSealed, mustSee } from '../access/caller.js';
import { API_DEPS, type ApiDeps } from '../deps.js';
import { immutable, isUnchanged } from '../http/caching.js';
import { gather } from '../http/page.js';
import { notFound, Problem } from '../http/problem.js';
import { DIGEST } from '../http/schemas.js';
import { rangeOf } from './ranges.js';
import { MEDIA_EXCHANGES } from '../harvests/schemas.js';
import { ASKED_AGAIN, MEDIA_EXCHANGES_QUERY, MISSING_MEDIA, MISSING_QUERY, RETRY_QUERY } from './schemas.js';
import { HEAD_BYTES, shownType } from './types.js';

const BINARY = { type: 'string', format: 'binary' };

@ApiTags('media')
@Controller('api/v1/media')
export class MediaController {
  constructor(@Inject(API_DEPS) private readonly deps: ApiDeps) {}

  @Get('missing')
  @ApiOperation({
    operationId: 'listMissingMedia',
    summary: 'Files that posts and profiles name and that are not here, and why',
  })
  @ApiOkResponse({ description: 'A page, by post, then by actor.', standardSchema: MISSING_MEDIA })
  missing(@Query({ schema: MISSING_QUERY }) query: z.output<typeof MISSING_QUERY>): Promise<Page<MissingMediaView>> {
    const filter = query.collection === undefined ? {} : { collection: query.collection };
    return gather<MissingMediaView, Page<MissingMediaView>>(query, (page) =>
      missingMedia(this.deps.pool, { ...page, ...filter }),
    );
  }

  @Post('missing/retry')
  @HttpCode(202)
  @ApiOperation({ operationId: 'retryMedia', summary: 'Asks once more for those that were given up' })
  @ApiAcceptedResponse({ description: 'So many wait for a worker.', standardSchema: ASKED_AGAIN })
  async retry(
    @Query({ schema: RETRY_QUERY }) { collection }: z.output<typeof RETRY_QUERY>,
  ): Promise<z.output<typeof ASKED_AGAIN>> {
    const { pool } = this.deps;
    const key = await collectionKey(pool, collection);
    return {
      asked: await askAgain(pool, { states: ['missing', 'refused'], ...(key !== undefined && { collection: key }) }),
    };
  }

  @Get('exchanges')
  @ApiOperation({
    operationId: 'listMediaExchanges',
    summary: 'Every request for a file by its address, and what came',
    description: 'Those that failed, too: a file that was not there is an absence with its evidence.',
  })
  @ApiOkResponse({ description: 'A page, by address, in their order.', standardSchema: MEDIA_EXCHANGES })
  exchanges(
    @Query({ schema: MEDIA_EXCHANGES_QUERY }) query: z.output<typeof MEDIA_EXCHANGES_QUERY>,
  ): Promise<Page<MediaExchangeView>> {
    return gather<MediaExchangeView, Page<MediaExchangeView>>(query, async (page) => {
      const found = await mediaExchanges(this.deps.pool, query.file, page);
      if (!found) throw notFound(`No post or profile here names the file ${query.file}.`);
      return found;
    });
  }

  @Get(':digest')
  @ApiOperation({
    operationId: 'getMedia',
    summary: 'A picture, video or other file of a post, by its digest',
    description:
      'Pictures, video and sound are shown, by what their bytes are; everything else is for saving. Sealed files are served to an administrator, and refused to others (403).',
  })
  @ApiHeader({ name: 'Range', required: false, description: 'one range of bytes', schema: { type: 'string' } })
  @ApiProduces('application/octet-stream')
  @ApiOkResponse({ description: 'The file.', schema: BINARY })
  @ApiResponse({ status: 206, description: 'The part of it that was asked for.', schema: BINARY })
  async one(
    @Param('digest', { schema: DIGEST }) digest: Digest,
    @Headers('range') range: string | undefined,
    @Headers('if-range') ifRange: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { pool, blobs, log } = this.deps;
    const found = (await media(pool, digest)) ?? (await picture(pool, digest));
    const size = found && (await blobs.size(digest));
    if (!found || size === undefined) throw notFound(`There is no file ${showDigest(digest)} of any post here.`);
    const caller = callerOf(request);
    if (found.sealed && !maySeeSealed(caller))
      throw new Problem(
        'sealed',
        'Every package that brought this file holds it to be private: it is served to the API key of an administrator.',
      );
    if ('visibility' in found) mustSee(caller, found.visibility);
    if (found.sealed) log.info({ key: caller.key?.id, digest: showDigest(digest) }, 'a sealed file was served');
    immutable(reply, showDigest(digest));
    void reply.header('accept-ranges', 'bytes').header('content-security-policy', "default-src 'none'; sandbox");
    if (isUnchanged(reply)) return void reply.code(304).send();

    const type = shownType(size === 0 ? Buffer.alloc(0) : await blobs.read(digest, 0, Math.min(HEAD_BYTES, size)));
    void reply
      .header('content-type', type ?? 'application/octet-stream')
      .header(
        'content-disposition',
        type === undefined ? `attachment; filename="${digest.slice(0, 16)}.bin"` : 'inline',
      );
    const isSame = ifRange === undefined || ifRange === `"${showDigest(digest)}"`;
    const part = isSame ? rangeOf(range, size) : undefined;
    if (part === 'unsatisfiable') {
      void reply.header('content-range', `bytes */${size}`);
      throw new HttpException(`The file has ${size} bytes; none of them are in that range.`, 416);
    }
    const { start, end } = part ?? { start: 0, end: size - 1 };
    if (part) void reply.code(206).header('content-range', `bytes ${start}-${end}/${size}`);
    void reply.header('content-length', end - start + 1);
    if (reply.request.method === 'HEAD' || size === 0) return void reply.send('');
    void reply.send(Readable.from(blobs.open(digest, { start, end }), { objectMode: false }));
  }
}
