import { once } from 'node:events';
import { cpus } from 'node:os';
import { Option, type Command } from 'commander';
import { announce, findRunning, withdraw } from '../../app/running.js';
import { loadConfig } from '../../app/config.js';
import { withArchive, type Opened } from '../context.js';
import { CliExit, type CliIo } from '../io.js';

interface UpFlags {
  quickstart?: boolean;
  once?: boolean;
}

export function register(program: Command, io: CliIo): void {
  program
    .command('up')
    .description('everything in one: database and queues where none are configured, API, web, workers')
    .addOption(new Option('--quickstart', 'also archive the bundled sample exports and explain what happened'))
    .addOption(new Option('--once', 'with --quickstart: print the summary and exit'))
    .action((flags: UpFlags) => run(io, flags));
}

async function run(io: CliIo, flags: UpFlags): Promise<void> {
  const config = loadConfig(io.env);
  const running = findRunning(config.data);
  if (running) {
    io.err(`perdure: already up at ${running.url} (process ${running.pid}, data in ${config.data})\n`);
    throw new CliExit(1);
  }
  const started = Date.now();
  await withArchive(io, 'up', async (opened) => {
    try {
      await live(io, opened, flags, started);
    } catch (error) {
      // Ctrl-C is how this command is meant to end; halfway through its start as well.
      if (!opened.signal.aborted) throw error;
    }
  }).catch((error: unknown) => {
    if (error instanceof Error && /stopped by SIG/.test(error.message)) return;
    throw error;
  });
}

async function live(io: CliIo, { archive, provided, signal }: Opened, flags: UpFlags, started: number): Promise<void> {
  const { startChildren } = await import('../../app/children.js');
  const { startProcessing } = await import('../../app/processing.js');
  const { serveApi } = await import('../../app/http.js');
  const { importSamples, printQuickstart } = await import('../quickstart.js');
  const { config, log } = archive;
  const children = startChildren(config, log, provided.url, 'ingest', Math.max(2, Math.min(8, cpus().length)));
  const harvesters = flags.once ? undefined : startChildren(config, log, provided.url, 'harvest', 1);
  const processing = await startProcessing(archive, { queues: ['accession'], reconciles: true });
  try {
    const served = await serveApi(archive, flags.once === true);
    try {
      announce(config.data, served.url);
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      io.err(`perdure is up after ${seconds} s: ${served.url}  (database: ${provided.kind}; data: ${config.data})\n`);
      if (flags.quickstart) printQuickstart(io, await importSamples(archive, signal), served.url, flags.once === true);
      if (flags.once) return;
      io.err('Ctrl-C stops everything; the archive stays.\n');
      if (!signal.aborted) await once(signal, 'abort');
      io.err('\nstopping …\n');
    } finally {
      withdraw(config.data);
      await served.close();
    }
  } finally {
    await processing.close();
    await Promise.all([children.close(), harvesters?.close()]);
  }
}
