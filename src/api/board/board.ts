/**
 * The queue board at /admin/queues: what waits, what runs, what is about to be tried again. What was given up leaves the
 * queues; it stands with the accession, seed, webhook or file that it is about, and is put back there (docs/OPERATIONS.md).
 */
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { QUEUE_NAMES } from '../../queue/jobs.js';
import type { ApiDeps } from '../deps.js';
import { PROBLEM_JSON, problemOf } from '../http/problem.js';

export const BOARD_PATH = '/admin/queues';

export function registerBoard(instance: FastifyInstance, { queues, log }: ApiDeps): void {
  const adapter = new FastifyAdapter();
  adapter.setBasePath(BOARD_PATH);
  createBullBoard({
    queues: QUEUE_NAMES.map((name) => new BullMQAdapter(queues.queue(name))),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'Perdure: queues' } },
  });
  // Its own handler answers with stack traces.
  adapter.setErrorHandler((error) => {
    const problem = problemOf(error);
    if (problem.status >= 500) log.error({ err: error }, 'the queue board failed');
    return { status: problem.status as 500, body: { ...problem } };
  });
  const board = adapter.registerPlugin() as unknown as FastifyPluginCallback<{ prefix: string }>;
  const mounted: FastifyPluginCallback<{ prefix: string }> = (scope, options, done) => {
    scope.addHook('onSend', (_request, reply, payload, sent) => {
      if (reply.statusCode >= 400 && isProblem(payload))
        void reply.header('content-type', `${PROBLEM_JSON}; charset=utf-8`);
      sent(null, payload);
    });
    board(scope, options, done);
  };
  instance.register(mounted, { prefix: BOARD_PATH });
}

function isProblem(payload: unknown): boolean {
  return typeof payload === 'string' && /^\{"type":"(about:|urn:perdure:)/.test(payload);
}
