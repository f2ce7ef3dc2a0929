/** One worker on one queue: runs the handler, and ends well. */
import { WaitingError, type Job, type Worker } from 'bullmq';
import { messageOf } from '../core/errors.js';
import type { JobQueue, Payloads } from './jobs.js';
import type { Log } from './log.js';

export interface JobContext {
  readonly id: string;
  /** 1 for the first. Runs that ended with the death of their worker are not counted. */
  readonly attempt: number;
  /**
   * Fires when the worker begins to close. A handler that can stop half way throws then, and its job waits again as if
   * it had not been taken; one that cannot is waited for.
   */
  readonly signal: AbortSignal;
}

/** Resolved: done, whatever with. Rejected: tried again later, as the queue's declaration says. */
export type Handler<Q extends JobQueue> = (payload: Payloads[Q], context: JobContext) => Promise<unknown>;

export interface QueueWorker {
  /** Takes no more jobs and waits for those that run; after a limit their jobs go back and it ends all the same. */
  close(): Promise<void>;
}

export interface CloseLimits {
  /** How long a running job may take to finish. */
  readonly jobsMs: number;
  /** How long giving jobs back may take, when the store does not answer. */
  readonly storeMs: number;
}

export function processorOf<Q extends JobQueue>(
  handler: Handler<Q>,
  stopping: AbortSignal,
  overdue: Promise<never>,
  log: Log,
) {
  return async (job: Job<Payloads[Q]>, token?: string): Promise<void> => {
    const context: JobContext = { id: job.id ?? '', attempt: job.attemptsMade + 1, signal: stopping };
    // It was fetched in the moment of closing.
    if (stopping.aborted) return giveBack(job, token);
    const work = handler(job.data, context);
    try {
      await Promise.race([work, overdue]);
    } catch (error) {
      if (stopping.aborted) {
        // Overdue work goes on until the process ends. Another worker may do the same meanwhile: harmless.
        work.catch((late: unknown) => log.debug({ job: job.id, problem: messageOf(late) }, 'abandoned work failed'));
        return giveBack(job, token);
      }
      log.warn({ job: job.id, attempt: context.attempt, problem: messageOf(error) }, 'a job failed');
      throw error;
    }
  };
}

/** Not a failure and not an attempt: the job is where it was. */
async function giveBack(job: Job, token: string | undefined): Promise<never> {
  await job.moveToWait(token);
  throw new WaitingError();
}

export async function closeWorker(
  worker: Worker,
  stop: { readonly begin: () => void; readonly overdue: () => void },
  limits: CloseLimits,
  log: Log,
): Promise<void> {
  stop.begin();
  // Neither its failing nor its lasting may keep the process: what it could not give back is found as stalled.
  const closed = worker
    .close()
    .catch((error: unknown) => log.error({ queue: worker.name, problem: messageOf(error) }, 'a worker closed badly'));
  if (await within(closed, limits.jobsMs)) return;
  log.warn({ queue: worker.name, seconds: limits.jobsMs / 1000 }, 'jobs still run; they go back into the queue');
  stop.overdue();
  if (await within(closed, limits.storeMs)) return;
  log.error({ queue: worker.name }, 'a worker could not give its jobs back; they will be found as stalled');
}

/** @returns whether it settled in time */
export async function within(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), milliseconds)));
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
