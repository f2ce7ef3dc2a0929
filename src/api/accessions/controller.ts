import { Controller, Get, Headers, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiConsumes,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { showKey, type Key } from '../../core/digest.js';
import { UsageError } from '../../core/errors.js';
import type { AccessionOptions, Custody, RangeRef } from '../../pipeline/ports.js';
import { receiveStream } from '../../pipeline/receive.js';
import { retryAccession } from '../../pipeline/retry.js';
import {
  accession,
  accessionProgress,
  accessions,
  accessionSummary,
  rejects,
  type AccessionDetail,
  type AccessionItem,
  type AccessionSummary,
  type Page,
  type RejectView,
} from '../../read/index.js';
import { reopenAccession } from '../../store/retries.js';
import { nextEpoch } from '../../store/unfinished.js';
import { callerOf, nameOfCaller, type Caller } from '../access/caller.js';
import { Keyring } from '../access/keyring.js';
import { API_DEPS, Stopping, type ApiDeps } from '../deps.js';
import { gather } from '../http/page.js';
import { notFound, Problem, type ProblemError } from '../http/problem.js';
import { KEY } from '../http/schemas.js';
import { sendEvents } from '../http/sse.js';
import { LAST_ID, progressEvents } from './events.js';
import {
  ACCESSION,
  ACCESSION_SUMMARY,
  ACCESSIONS,
  ACCESSIONS_QUERY,
  RECEIVE,
  REJECTS,
  REJECTS_QUERY,
  RETRIED,
} from './schemas.js';
import { openUpload } from './upload.js';

/** Takes its body as a stream (http/bodies.ts). */
export const UPLOAD_ROUTE = 'POST /api/v1/accessions';

const DEFAULT_COLLECTION = 'default';
/** The source that reads what a mapping explains. */
const MAPPED = 'generic';
const UNNAMED = 'upload';

type Receive = z.output<typeof RECEIVE>;

@ApiTags('accessions')
@Controller('api/v1/accessions')
export class AccessionsController {
  constructor(
    @Inject(API_DEPS) private readonly deps: ApiDeps,
    @Inject(Stopping) private readonly stopping: Stopping,
    @Inject(Keyring) private readonly keyring: Keyring,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listAccessions', summary: 'Accessions, the latest first' })
  @ApiOkResponse({ description: 'A page of them.', standardSchema: ACCESSIONS })
  list(@Query({ schema: ACCESSIONS_QUERY }) query: z.output<typeof ACCESSIONS_QUERY>): Promise<Page<AccessionItem>> {
    const { collection } = query;
    const filter = collection === undefined ? {} : { collection };
    return gather<AccessionItem, Page<AccessionItem>>(query, (page) =>
      accessions(this.deps.pool, { ...page, ...filter }),
    );
  }

  @Post()
  @HttpCode(202)
  @ApiOperation({
    operationId: 'receive',
    summary: 'Hands in a file of any size',
    description:
      'The file is the body itself, or the first file part of a form; what the query can say, the form can say too, in fields before its file. ' +
      'A Content-Digest (sha-256) is checked. The file is kept, byte for byte, when this answers; reading it goes on in the queue: see `/accessions/{id}` and its `/events`. ' +
      'Of an upload that is broken off nothing stays.',
  })
  @ApiConsumes('application/octet-stream', 'multipart/form-data')
  @ApiBody({ required: true, schema: { type: 'string', format: 'binary' } })
  @ApiAcceptedResponse({
    description: 'It is kept and waits to be read.',
    standardSchema: ACCESSION_SUMMARY,
    headers: { Location: { description: 'where its progress shows', schema: { type: 'string' } } },
  })
  async receive(
    @Query({ schema: RECEIVE }) query: Receive,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AccessionSummary> {
    const upload = await openUpload(request.raw, this.stopping.signal);
    try {
      const said = { ...query, ...checkFields(upload.fields) };
      this.checkSource(said.source);
      this.checkMapping(said);
      const name = nameOf(said.name ?? upload.name);
      const id = await receiveStream(this.deps, name, upload.chunks, {
        collection: said.collection ?? DEFAULT_COLLECTION,
        options: optionsOf(said),
        custody: custodyOf(said, request),
      });
      void reply.header('location', `/api/v1/accessions/${showKey(id)}`);
      return await found(id, accessionSummary(this.deps.pool, id));
    } catch (error) {
      upload.dismiss();
      throw error;
    }
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getAccession', summary: 'One accession: what came of it, and how far it is' })
  @ApiOkResponse({ description: 'It.', standardSchema: ACCESSION })
  one(@Param('id', { schema: KEY }) id: Key): Promise<AccessionDetail> {
    return found(id, accession(this.deps.pool, id));
  }

  @Post(':id/retry')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'retryAccession',
    summary: 'Has what failed of it tried again, at once',
    description:
      'Unpacking that was given up, ranges that wait after a failure, and records that were rejected as `poison`: a newer version may read them. What is waiting without having failed is left alone; asking twice is harmless.',
  })
  @ApiAcceptedResponse({ description: 'This much waits for a worker; perhaps nothing.', standardSchema: RETRIED })
  async retry(
    @Param('id', { schema: KEY }) id: Key,
    @Req() request: FastifyRequest,
  ): Promise<z.output<typeof RETRIED>> {
    const { pool, dispatch } = this.deps;
    const deps = {
      reopen: (key: Key, by: string) => reopenAccession(pool, key, by),
      nextEpoch: (ranges: readonly RangeRef[]) => nextEpoch(pool, ranges),
      dispatch,
      now: Date.now,
    };
    const retried = await found(id, retryAccession(deps, id, nameOfCaller(callerOf(request))));
    if (retried.status === 'refused')
      throw new Problem(
        'conflict',
        'It was refused, for what it is: hand the file in again, with `source` or `include`.',
      );
    return { unpack: retried.unpack, ranges: retried.ranges.length, records: retried.records.length };
  }

  @Get(':id/rejects')
  @ApiOperation({ operationId: 'listRejects', summary: 'What could not be read, why, and where its bytes are' })
  @ApiOkResponse({ description: 'A page, in the order of members and bytes.', standardSchema: REJECTS })
  rejects(
    @Param('id', { schema: KEY }) id: Key,
    @Query({ schema: REJECTS_QUERY }) query: z.output<typeof REJECTS_QUERY>,
  ): Promise<Page<RejectView>> {
    const { pool, blobs } = this.deps;
    return gather<RejectView, Page<RejectView>>(query, (page) => found(id, rejects(pool, blobs, id, page)));
  }

  @Get(':id/events')
  @ApiOperation({
    operationId: 'followAccession',
    summary: 'Progress as server-sent events',
    description:
      '`progress` (an AccessionProgress) while it changes, at most twice a second; then `complete`, `refused` or `failed` (an AccessionSummary), and the stream ends.',
  })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ description: 'Events.', schema: { type: 'string' } })
  @ApiNoContentResponse({ description: 'Last-Event-ID says that the closing event was seen: stay away.' })
  async events(
    @Param('id', { schema: KEY }) id: Key,
    @Headers('last-event-id') lastId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { pool } = this.deps;
    await found(id, accessionProgress(pool, id));
    if (lastId === LAST_ID) return void reply.code(204).send();
    const ends = { stopping: this.stopping.signal, keyring: this.keyring };
    sendEvents(request, reply, ends, (signal) =>
      progressEvents({
        progress: () => accessionProgress(pool, id),
        summary: () => accessionSummary(pool, id),
        signal,
      }),
    );
  }

  private checkSource(source: string | undefined): void {
    const ids = this.deps.sources.map(({ manifest }) => manifest.id);
    if (source === undefined || ids.includes(source)) return;
    const detail = `no such source; there are: ${ids.join(', ')}`;
    throw new Problem('invalid', `source: ${detail}`, [{ parameter: 'source', detail }]);
  }

  private checkMapping({ source, mapping }: Partial<Receive>): void {
    const given = mapping !== undefined;
    if (!given && source !== MAPPED) return;
    try {
      if (!given || (source ?? MAPPED) !== MAPPED) throw new UsageError(`a mapping goes with the source ${MAPPED}`);
      this.deps.sources.find(({ manifest }) => manifest.id === MAPPED)?.checkMapping?.(mapping);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new Problem('invalid', `mapping: ${error.message}`, [{ parameter: 'mapping', detail: error.message }]);
    }
  }
}

async function found<T>(id: Key, answer: Promise<T | undefined>): Promise<T> {
  const value = await answer;
  if (value === undefined) throw notFound(`There is no accession ${showKey(id)}.`);
  return value;
}

/** The same rules as for the query; what the form says goes before. */
function checkFields(form: Readonly<Record<string, string>>): Partial<Receive> {
  // Browsers send every field of a form, filled in or not.
  const fields = Object.fromEntries(Object.entries(form).filter(([, value]) => value !== ''));
  const parsed = RECEIVE.safeParse(fields);
  if (parsed.success) return Object.fromEntries(Object.entries(parsed.data).filter(([key]) => key in fields));
  const errors = parsed.error.issues.map(({ path, message }): ProblemError => ({
    pointer: `#/${path.map(String).join('/')}`,
    detail: message,
  }));
  throw new Problem('invalid', `the form: ${errors[0]?.detail ?? 'not valid'}`, errors);
}

/** Its last part: whatever folder the client names is the client's. */
function nameOf(name: string | undefined): string {
  const last = (name ?? '').split(/[/\\]/).pop()!;
  // eslint-disable-next-line no-control-regex -- they have no place in a name
  const clean = last.replace(/[\u0000-\u001f\u007f\ud800-\udfff]/gu, '').trim();
  return clean === '' || clean === '.' || clean === '..' ? UNNAMED : clean.slice(0, 500);
}

function optionsOf(said: Partial<Receive>): AccessionOptions {
  const { observedAt, timezone, account, include, mapping } = said;
  const source = mapping === undefined ? said.source : MAPPED;
  return {
    include: include ?? [],
    ...(source !== undefined && { source }),
    ...(observedAt !== undefined && { observedAt }),
    ...(timezone !== undefined && { timezone }),
    ...(account !== undefined && { account }),
    ...(mapping !== undefined && { mapping }),
  };
}

function keyOf({ key }: Caller): string {
  return key ? `, with the API key ${key.name} (${key.id})` : '';
}

function custodyOf({ receivedFrom, authority, note, restrict }: Partial<Receive>, request: FastifyRequest): Custody {
  return {
    receivedBy: `over HTTP from ${request.ip}${keyOf(callerOf(request))}`,
    ...(receivedFrom !== undefined && { receivedFrom }),
    ...(authority !== undefined && { authority }),
    ...(note !== undefined && { note }),
    ...(restrict === true && { restrict }),
  };
}
