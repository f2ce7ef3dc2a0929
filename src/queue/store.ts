/** All that differs between the stores that BullMQ's jobs can be in. */
import type { Processor, Queue, QueueEvents, QueueOptions, Worker, WorkerOptions } from 'bullmq';
import type { QueueName } from './jobs.js';

export interface QueueCounts {
  /** Ready to be taken, prioritised ones included. */
  readonly waiting: number;
  readonly active: number;
  /** Waiting for a time: retries, schedules. */
  readonly delayed: number;
  readonly paused: boolean;
}

/** Makes BullMQ's objects, bound to one store, and asks it what BullMQ does not, or not at one moment. */
export interface Store {
  readonly kind: 'postgres' | 'redis';
  makeQueue(name: QueueName, options: Omit<QueueOptions, 'connection'>): Queue;
  makeEvents(name: QueueName): QueueEvents;
  makeWorker(name: QueueName, processor: Processor, options: Omit<WorkerOptions, 'connection'>): Worker;
  /** By name; a queue that has nothing may be missing. */
  counts(queues: readonly Queue[]): Promise<ReadonlyMap<string, QueueCounts>>;
  liveJobIds(queue: Queue, most: number): Promise<string[]>;
  migrate(): Promise<void>;
  close(): Promise<void>;
}
