/** What commands have in common: configuration, a database that is there, the archive opened and closed around them. */
import type { Pool } from 'pg';
import type { Archive } from '../app/archive.js';
import { openBlobs } from '../app/blobs.js';
import { loadConfig, type Config } from '../app/config.js';
import { provideDatabase, type ProvidedDatabase } from '../app/database.js';
import { openLog, type Logger } from '../app/log.js';
import { UsageError } from '../core/errors.js';
import type { BlobStore } from '../pipeline/ports.js';
import { SOURCES } from '../sources/index.js';
import type { Source } from '../sources/source.js';
import { migrate, OLD_SCHEMA, openDatabase, pendingMigrations, poolOf } from '../store/data-source.js';
import type { CliIo } from './io.js';

export interface Opened {
  readonly archive: Archive;
  readonly provided: ProvidedDatabase;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
}

/** What reading commands see of the archive. */
export interface ReaderArchive {
  readonly pool: Pool;
  readonly blobs: BlobStore;
  readonly sources: readonly Source[];
  readonly config: Config;
}

/** Opens the archive, starting an embedded database where none is configured or running, and closes it afterwards. */
export async function withArchive<T>(io: CliIo, name: string, work: (opened: Opened) => Promise<T>): Promise<T> {
  const config = loadConfig(io.env);
  const log = commandLog(io, name);
  const interrupt = onInterrupt();
  const provided = await provideDatabase(config, log, interrupt.signal);
  try {
    // Loaded here, not above: the queues are a third of the start-up of commands that only read.
    const { openArchive } = await import('../app/archive.js');
    const archive = await openArchive(config, log, {
      databaseUrl: provided.url,
      name,
      poolSize: 6,
      // An embedded database belongs to whoever starts it; a configured one is migrated on purpose only.
      migrate: provided.kind !== 'configured',
    });
    try {
      return await work({ archive, provided, signal: interrupt.signal });
    } finally {
      await archive.close();
    }
  } finally {
    await provided.stop();
    interrupt.done();
  }
}

/** For commands that only read: the database and the blobs, no queues. */
export async function withReader<T>(io: CliIo, work: (archive: ReaderArchive) => Promise<T>): Promise<T> {
  const config = loadConfig(io.env);
  const log = commandLog(io, 'cli');
  const interrupt = onInterrupt();
  const provided = await provideDatabase(config, log, interrupt.signal);
  try {
    const database = await openDatabase({ url: provided.url, poolSize: 3, name: 'perdure-cli' });
    try {
      // A fresh embedded database is empty; a configured one is migrated on purpose only.
      if (await pendingMigrations(database)) {
        if (provided.kind === 'configured') throw new UsageError(OLD_SCHEMA);
        await migrate(database);
      }
      const blobs = await openBlobs(config.blobs);
      try {
        return await work({ pool: poolOf(database), blobs, sources: SOURCES, config });
      } finally {
        await blobs.close();
      }
    } finally {
      await database.destroy();
    }
  } finally {
    await provided.stop();
    interrupt.done();
  }
}

/** Commands for people are quiet unless something is wrong; LOG_LEVEL asks for more. */
export function commandLog(io: CliIo, name: string): Logger {
  return openLog(io.env['LOG_LEVEL'] || 'warn', `perdure-${name}`);
}

export interface Interrupt {
  readonly signal: AbortSignal;
  done(): void;
}

/** The first signal asks to stop; a second one is obeyed at once. The reaper knows in either case that we need the database no longer. */
export function onInterrupt(): Interrupt {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(signal === 'SIGINT' ? 130 : 143);
    controller.abort(new Error(`stopped by ${signal}`));
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return {
    signal: controller.signal,
    done: () => void process.off('SIGINT', stop).off('SIGTERM', stop),
  };
}
