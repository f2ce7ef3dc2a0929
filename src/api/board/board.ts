/** The queue board at /admin/queues: what waits, what runs, what failed, and a button to try it again. */
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { FastifyInstance } from 'fastify';
import { QUEUE_NAMES } from '../../queue/jobs.js';
import type { ApiDeps } from '../deps.js';
import { problemOf } from '../http/problem.js';

export const BOARD_PATH = '/admin/queues';

export function registerBoard(instance: FastifyInstance, { queues }: ApiDeps): void {
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
    return { status: problem.status as 500, body: { ...problem } };
  });
  instance.register(adapter.registerPlugin() as never, { prefix: BOARD_PATH });
}
