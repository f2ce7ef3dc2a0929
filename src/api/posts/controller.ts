import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { allows } from '../../core/api-key.js';
import type { Visibility } from '../../core/content.js';
import { showDigest, type Digest, type Key } from '../../core/digest.js';
import {
  history,
  locate,
  locatorsOf,
  raw,
  SealedError,
  search,
  show,
  showPost,
  snapshotOf,
  type Locator,
  type PostHistory,
  type Raw,
  type RawOptions,
  type SearchItem,
  type SearchQuery,
  type SearchResult,
  type Shown,
} from '../../read/index.js';
import { callerOf, forbidden, maySee, maySeeSealed, mustSee, type Caller } from '../access/caller.js';
import { API_DEPS, type ApiDeps } from '../deps.js';
import { immutable, isUnchanged, reprDigest } from '../http/caching.js';
import { gather } from '../http/page.js';
import { notFound, Problem } from '../http/problem.js';
import { DIGEST } from '../http/schemas.js';
import { AT_QUERY, CONTENT, POST_HISTORY, POST_NAME, POSTS, POSTS_QUERY, RAW_QUERY, SHOWN } from './schemas.js';

type PostsQuery = z.output<typeof POSTS_QUERY>;
/** Of a search, where the snapshot is always there; by URL also a post that was only ever missed. */
type PostItem = Omit<SearchItem, 'snapshot'> & { readonly snapshot: string | null };
type Posts = Omit<SearchResult, 'items'> & { readonly items: readonly PostItem[] };

@ApiTags('posts')
@Controller('api/v1/posts')
export class PostsController {
  private readonly locators: readonly Locator[];

  constructor(@Inject(API_DEPS) private readonly deps: ApiDeps) {
    this.locators = locatorsOf(deps.sources);
  }

  @Get()
  @ApiOperation({
    operationId: 'searchPosts',
    summary: 'Posts by words, filters, or URL',
    description:
      'Searches all versions. Posts that are neither public nor unlisted are counted in `withheld`, and shown to archivists where `include` names them.',
  })
  @ApiOkResponse({ description: 'A page, the newest first.', standardSchema: POSTS })
  async search(@Query({ schema: POSTS_QUERY }) query: PostsQuery, @Req() request: FastifyRequest): Promise<Posts> {
    const { url, limit, cursor, ...filters } = query;
    const caller = callerOf(request);
    if (filters.include.length > 0 && !allows(caller.role, 'archivist'))
      throw forbidden(caller, 'archivist', '`include` shows what is neither public nor unlisted');
    if (url !== undefined) return this.byUrl(url, filters, caller);
    return gather<SearchItem, SearchResult>({ limit, cursor }, (page) =>
      search(this.deps.pool, { ...searchOf(filters), ...page }),
    );
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getPost', summary: 'One version of a post: the latest, or that of a time' })
  @ApiOkResponse({ description: 'It.', standardSchema: SHOWN })
  async show(
    @Param('id', { schema: POST_NAME }) id: string,
    @Query({ schema: AT_QUERY }) query: z.output<typeof AT_QUERY>,
    @Req() request: FastifyRequest,
  ): Promise<Shown> {
    const shown = (await show(this.deps.pool, this.locators, id, said(query))) ?? missing(id);
    // A post of which nothing was captured has nothing to keep from anybody.
    if (shown.version?.content) mustSee(callerOf(request), shown.post.visibility);
    return shown;
  }

  @Get(':id/history')
  @ApiOperation({ operationId: 'getPostHistory', summary: 'Every version of a post and every look at it' })
  @ApiOkResponse({ description: 'Oldest first.', standardSchema: POST_HISTORY })
  async history(@Param('id', { schema: POST_NAME }) id: string, @Req() request: FastifyRequest): Promise<PostHistory> {
    const found = (await history(this.deps.pool, this.locators, id)) ?? missing(id);
    if (found.versions.some(({ content }) => content)) mustSee(callerOf(request), found.post.visibility);
    return found;
  }

  @Get(':id/snapshots/:digest')
  @ApiOperation({
    operationId: 'getSnapshot',
    summary: 'One stored content of a post, for ever the same',
    description: 'The very bytes that the digest is over (canonical JSON, RFC 8785): hash them to check.',
  })
  @ApiOkResponse({ description: 'It.', standardSchema: CONTENT })
  async snapshot(
    @Param('id', { schema: POST_NAME }) id: string,
    @Param('digest', { schema: DIGEST }) digest: Digest,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { pool } = this.deps;
    await this.mustSeePost(callerOf(request), id);
    const snapshot = await snapshotOf(pool, await this.keyOf(id), digest);
    if (!snapshot) throw notFound(`This post has no snapshot ${showDigest(digest)}.`);
    immutable(reply, snapshot.digest);
    if (isUnchanged(reply)) return void reply.code(304).send();
    void reply
      .header('content-type', 'application/json; charset=utf-8')
      .header('repr-digest', reprDigest(digest))
      .send(snapshot.canonical);
  }

  @Get(':id/raw')
  @ApiOperation({
    operationId: 'getRaw',
    summary: 'The original bytes of the record that a version was read from',
    description:
      'Capture-Digest, Capture-Offset and Capture-Length say where they stand. Sealed ones are served to an administrator, and refused to others (403).',
  })
  @ApiProduces('application/octet-stream')
  @ApiOkResponse({ description: 'The bytes.', schema: { type: 'string', format: 'binary' } })
  async raw(
    @Param('id', { schema: POST_NAME }) id: string,
    @Query({ schema: RAW_QUERY }) query: z.output<typeof RAW_QUERY>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { log } = this.deps;
    const caller = callerOf(request);
    await this.mustSeePost(caller, id);
    const found = await this.bytesOf(id, { ...said(query), sealed: maySeeSealed(caller) });
    if (!found) throw notFound(`There are no bytes of ${JSON.stringify(id.slice(0, 200))} at that time.`);
    const { bytes, capture, offset, length, snapshot, sealed } = found;
    if (sealed) log.info({ key: caller.key?.id, capture, offset, length }, 'sealed bytes were served');
    void reply
      .header('content-type', 'application/octet-stream')
      .header('content-disposition', 'attachment; filename="record.bin"')
      .header('content-security-policy', "default-src 'none'; sandbox")
      .header('repr-digest', reprDigest(bytes))
      .header('capture-digest', capture)
      .header('capture-offset', offset)
      .header('capture-length', length)
      .header('cache-control', 'private, no-cache')
      .headers(snapshot === null ? {} : { 'snapshot-digest': snapshot })
      .send(bytes);
  }

  private async keyOf(id: string): Promise<Key> {
    const [located] = await locate(this.deps.pool, this.locators, id);
    return located?.key ?? missing(id);
  }

  private async bytesOf(id: string, options: RawOptions): Promise<Raw | undefined> {
    const { pool, blobs } = this.deps;
    try {
      return await raw(pool, blobs, this.locators, id, options);
    } catch (error) {
      if (!(error instanceof SealedError)) throw error;
      throw new Problem(
        'sealed',
        'These bytes came as private matter: they are served to the API key of an administrator.',
      );
    }
  }

  /** Before parts of it are shown that say nothing of whom it was meant for. */
  private async mustSeePost(caller: Caller, id: string): Promise<void> {
    if (allows(caller.role, 'archivist')) return;
    const found = await history(this.deps.pool, this.locators, id);
    if (found?.versions.some(({ content }) => content)) mustSee(caller, found.post.visibility);
  }

  private async byUrl(url: string, filters: object, caller: Caller): Promise<Posts> {
    const other = Object.entries(filters).find(([, value]) => value !== undefined && !isEmpty(value));
    if (other) {
      const detail = '`url` names posts by itself: leave the other filters out';
      throw new Problem('invalid', detail, [{ parameter: other[0], detail }]);
    }
    const items: PostItem[] = [];
    const by: Partial<Record<Visibility, number>> = {};
    for (const { key, source } of await locate(this.deps.pool, this.locators, url)) {
      // A stub, which others only name, is no post of this archive.
      const shown = source === null ? undefined : await showPost(this.deps.pool, key);
      if (!shown || source === null) continue;
      const { visibility } = shown.post;
      if (maySee(caller, visibility) || !shown.version?.content) items.push(itemOf(shown, source));
      else by[visibility] = (by[visibility] ?? 0) + 1;
    }
    const count = Object.values(by).reduce((sum, n) => sum + n, 0);
    return { total: items.length, items, next: null, withheld: { count, by } };
  }
}

function missing(id: string): never {
  throw notFound(`There is no post ${JSON.stringify(id.slice(0, 200))} here.`);
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** Without the keys that were not given. */
function said<T extends object>(query: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as never;
}

function searchOf({ q, ...rest }: Omit<PostsQuery, 'url' | 'limit' | 'cursor'>): SearchQuery {
  return said({ ...rest, text: q });
}

function itemOf({ post, version, snapshot }: Shown, source: string): PostItem {
  const { uri, perdureUri, id, author, state, collections, visibility } = post;
  const published = version?.times['publishedAt'];
  return {
    uri,
    perdureUri,
    id,
    source,
    author,
    publishedAt: version?.publishedAt ?? null,
    name: version?.name ?? null,
    text: version?.text ?? null,
    lang: snapshot?.content.language ?? null,
    snapshot: snapshot?.digest ?? null,
    state,
    collections,
    visibility,
    times: published ? { publishedAt: published } : {},
  };
}
