/** The body of every worker entry: a Nest application context whose life is that of its queues. */
import 'reflect-metadata';
import {
  Inject,
  Injectable,
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { messageOf, UsageError } from '../core/errors.js';
import { openArchive, type Archive } from './archive.js';
import { loadConfig } from './config.js';
import { openLog } from './log.js';
import type { WorkerQueue } from '../queue/jobs.js';
import { startProcessing, type Processing } from './processing.js';

const ARCHIVE = Symbol('archive');
const QUEUES = Symbol('queues');

/** Binds queues to functions when the application starts, and lets the current batch end when it stops. */
@Injectable()
class WorkerService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private processing: Processing | undefined;

  constructor(
    @Inject(ARCHIVE) private readonly archive: Archive,
    @Inject(QUEUES) private readonly queues: readonly WorkerQueue[],
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.processing = await startProcessing(this.archive, { queues: this.queues, reconciles: true });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.processing?.close();
    await this.archive.close();
  }
}

@Module({})
class WorkerModule {
  static of(archive: Archive, queues: readonly WorkerQueue[]): DynamicModule {
    return {
      module: WorkerModule,
      providers: [WorkerService, { provide: ARCHIVE, useValue: archive }, { provide: QUEUES, useValue: queues }],
    };
  }
}

/** Runs until SIGTERM or SIGINT, or until the process that started it is gone. */
export async function runWorker(queues: readonly WorkerQueue[], name: string): Promise<void> {
  const log = openLog(process.env['LOG_LEVEL'] ?? 'info', `perdure-${name}`);
  try {
    const config = loadConfig(process.env);
    if (config.databaseUrl === undefined)
      throw new UsageError('a worker needs DATABASE_URL; `perdure up` runs all in one');
    const archive = await openArchive(config, log, {
      databaseUrl: config.databaseUrl,
      name,
      poolSize: 4,
      migrate: false,
    });
    const app = await NestFactory.createApplicationContext(WorkerModule.of(archive, queues), {
      logger: false,
      abortOnError: false,
    });
    endWithParent(() => app.close());
    log.info({ queues, pid: process.pid }, 'worker ready');
  } catch (error) {
    log.fatal({ problem: messageOf(error) }, 'the worker could not start');
    process.exit(error instanceof UsageError ? 2 : 1);
  }
}

function endWithParent(close: () => Promise<void>): void {
  let ending: Promise<void> | undefined;
  const end = (): void => {
    ending ??= close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`a worker could not stop cleanly: ${messageOf(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', end);
  // Ctrl-C reaches the whole group: the parent decides, it will send SIGTERM. Alone, a worker stops by it.
  process.on('SIGINT', () => (process.connected ? undefined : end()));
  if (process.connected) process.on('disconnect', end);
}
