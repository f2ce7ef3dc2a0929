import { Controller, Get, Headers, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { UsageError } from '../../core/errors.js';
import { collections, history, locatorsOf, search, TooBroadError, type Locator } from '../../read/index.js';
import { callerOf, mustSee } from '../access/caller.js';
import { API_DEPS, type ApiDeps } from '../deps.js';
import { notFound } from '../http/problem.js';
import { PAGE_POLICY } from './layout.js';
import { postPage } from './post-page.js';
import { startPage, type StartPage } from './start-page.js';
import { chooseLanguage } from './strings.js';

/** Whatever else stands in an address that somebody typed or followed is let pass. */
const START_QUERY = z.object({
  q: z.string().max(2_000).optional(),
  collection: z.string().max(500).optional(),
  cursor: z.string().max(4_000).optional(),
  lang: z.string().max(20).optional(),
});

const PAGE_QUERY = START_QUERY.pick({ lang: true });

const HITS = 20;

/** The start page, until the web app is built: plain pages without script, in English and Arabic. */
@ApiExcludeController()
@Controller()
export class HomeController {
  private readonly locators: readonly Locator[];

  constructor(@Inject(API_DEPS) private readonly deps: ApiDeps) {
    this.locators = locatorsOf(deps.sources);
  }

  @Get()
  async start(
    @Query({ schema: START_QUERY }) query: z.output<typeof START_QUERY>,
    @Headers('accept-language') accepted: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { q, collection, lang } = query;
    const text = q?.trim() === '' ? undefined : q;
    const language = chooseLanguage(lang, accepted);
    const asked = {
      ...(lang !== undefined && { lang }),
      ...(text !== undefined && { q: text }),
      ...(collection !== undefined && collection !== '' && { collection }),
    };
    const found = text === undefined ? {} : await this.search(text, asked.collection, query.cursor);
    const page = startPage({ language, asked, collections: await collections(this.deps.pool), ...found });
    send(reply, found.problem === undefined ? 200 : 400, page);
  }

  @Get('p/:id')
  async post(
    @Param('id') id: string,
    @Query({ schema: PAGE_QUERY }) { lang }: z.output<typeof PAGE_QUERY>,
    @Headers('accept-language') accepted: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const found = await history(this.deps.pool, this.locators, id);
    if (!found) throw notFound(`There is no post ${JSON.stringify(id.slice(0, 200))} here.`);
    if (found.versions.some(({ content }) => content)) mustSee(callerOf(request), found.post.visibility);
    send(reply, 200, postPage(chooseLanguage(lang, accepted), lang, found));
  }

  private async search(
    text: string,
    collection: string | undefined,
    cursor: string | undefined,
  ): Promise<Pick<StartPage, 'found' | 'problem'>> {
    const where = { ...(collection !== undefined && { collection }), ...(cursor !== undefined && { cursor }) };
    try {
      return { found: await search(this.deps.pool, { text, limit: HITS, ...where }) };
    } catch (error) {
      if (error instanceof UsageError || error instanceof TooBroadError) return { problem: error.message };
      throw error;
    }
  }
}

function send(reply: FastifyReply, status: number, page: string): void {
  void reply
    .code(status)
    .header('content-type', 'text/html; charset=utf-8')
    .header('content-security-policy', PAGE_POLICY)
    .header('cache-control', 'no-store')
    .header('vary', 'accept-language')
    .send(page);
}
