/** What commands have in common: configuration, a database that is there, the archive opened and closed around them. */
import type { Pool } from 'pg';
import { openArchive, type Archive } from '../app/archive.js';
import { loadConfig, type Config } from '../app/config.js';
import { provideDatabase, type ProvidedDatabase } from '../app/database.js';
import { openLog, type Logger } from '../app/log.js';
import type { Source } from '../sources/source.js';
import type { FileBlobs } from '../store/blobs.js';
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
  readonly blobs: FileBlobs;
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
    await provided.stop(interrupt.signal.aborted);
    interrupt.done();
  }
}

export function withReader<T>(io: CliIo, work: (archive: ReaderArchive) => Promise<T>): Promise<T> {
  return withArchive(io, 'cli', ({ archive }) => work(archive));
}

/** Commands for people are quiet unless something is wrong; LOG_LEVEL asks for more. */
export function commandLog(io: CliIo, name: string): Logger {
  return openLog(io.env['LOG_LEVEL'] || 'warn', `perdure-${name}`);
}

export interface Interrupt {
  readonly signal: AbortSignal;
  done(): void;
}

/** The first signal asks to stop; a second one is obeyed at once. The reaper stops the database in either case. */
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
