import { createReadStream, readFileSync, statSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Option, type Command } from 'commander';
import { showKey, type Key } from '../../core/digest.js';
import { messageOf, UsageError } from '../../core/errors.js';
import { assertZone, parseIso } from '../../core/time.js';
import type { AccessionOptions, Custody } from '../../pipeline/ports.js';
import { dryRun, type DryRun } from '../../pipeline/dry-run.js';
import { receivePath } from '../../pipeline/receive.js';
import { accessionProgress, accessionSummary, hasEnded, type AccessionSummary } from '../../read/index.js';
import { sourceById, SOURCES } from '../../sources/index.js';
import type { Inclusion } from '../../sources/source.js';
import { FileBlobs } from '../../store/blobs.js';
import { PgIngestStore } from '../../store/ingest/store.js';
import { withArchive, withReader, type Opened } from '../context.js';
import { CliExit, type CliIo } from '../io.js';
import { operator } from '../operator.js';
import { Progress } from '../progress.js';
import { askSource } from './ask-source.js';
import { printDryRun, printSummary } from '../summary.js';

interface ImportFlags {
  collection: string;
  source?: string;
  observedAt?: string;
  timezone?: string;
  account?: string;
  include: Inclusion[];
  receivedFrom?: string;
  authority?: string;
  consent?: string;
  restrict?: boolean;
  note?: string;
  mapping?: string;
  dryRun?: boolean;
  json?: boolean;
}

const INCLUSIONS: readonly Inclusion[] = ['direct', 'followers', 'group', 'likes', 'account', 'unknown'];

export function register(program: Command, io: CliIo): void {
  program
    .command('import')
    .description('keep export files and folders, and read the posts in them')
    .argument('<path...>', 'files or folders: ZIP, tar.gz, JSON, JSON Lines, …')
    .option('--collection <name>', 'the collection that they belong to', 'default')
    .addOption(
      new Option('--source <name>', 'read them as this platform').choices(SOURCES.map((source) => source.manifest.id)),
    )
    .option('--observed-at <iso>', 'when the posts were seen, where the file does not say so')
    .option('--timezone <zone>', 'zone of times that have none, e.g. Asia/Damascus')
    .option('--account <id>', 'the account whose archive this is, where the file does not say so')
    .option('--include <kinds>', `open sealed members: ${INCLUSIONS.join(',')}`, inclusions, [])
    .option('--mapping <file>', 'which column or field is what, for files that no source knows (JSON)')
    .option('--received-from <who>', 'who handed it in')
    .option('--authority <text>', 'by what right')
    .option('--consent <file>', 'the consent form; kept, sealed')
    .option('--restrict', 'mark the accession as restricted')
    .option('--note <text>', 'anything else that should stay with it')
    .option('--dry-run', 'say what each file is and what would be read, and store nothing')
    .option('--json', 'one JSON document on stdout')
    .action((paths: string[], flags: ImportFlags) => run(io, paths, flags));
}

async function runDry(
  io: CliIo,
  paths: readonly string[],
  flags: ImportFlags,
  options: AccessionOptions,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'perdure-dry-run-'));
  try {
    const runs = await withReader(io, async ({ pool, sources }) => {
      const store = new PgIngestStore(pool);
      const deps = { blobs: new FileBlobs(folder), sources, known: store.known.bind(store) };
      const done: DryRun[] = [];
      for (const path of paths) {
        const result = await dryRun(deps, resolve(path), flags.collection, options);
        done.push(result);
        if (!flags.json) printDryRun(io, result);
      }
      return done;
    });
    if (flags.json) io.out(JSON.stringify({ dryRun: runs }, null, 2) + '\n');
    const code = dryExitCode(runs);
    if (code !== 0) throw new CliExit(code);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function dryExitCode(runs: readonly DryRun[]): number {
  if (runs.every((result) => result.problem !== null)) return 4;
  return runs.some((result) => result.problem !== null || result.members.some((member) => member.rejected > 0)) ? 3 : 0;
}

function inclusions(text: string): Inclusion[] {
  return text.split(',').map((word) => {
    const found = INCLUSIONS.find((inclusion) => inclusion === word.trim());
    if (!found) throw new UsageError(`--include ${word.trim()}: must be one or more of ${INCLUSIONS.join(',')}`);
    return found;
  });
}

async function run(io: CliIo, paths: readonly string[], flags: ImportFlags): Promise<void> {
  const options = optionsOf(flags);
  for (const path of paths) check(path);
  if (flags.consent !== undefined) check(flags.consent);
  if (flags.dryRun) return runDry(io, paths, flags, options);
  const summaries = await withArchive(io, 'import', (opened) => importPaths(io, opened, paths, flags, options));
  if (flags.json) io.out(JSON.stringify({ accessions: summaries }, null, 2) + '\n');
  const code = exitCode(summaries);
  if (code !== 0) throw new CliExit(code);
}

export function optionsOf(flags: ImportFlags): AccessionOptions {
  const { observedAt, timezone, account, include } = flags;
  const mapping = flags.mapping === undefined ? undefined : readMapping(flags.mapping);
  const source = mapping === undefined ? flags.source : 'generic';
  if (source !== (flags.source ?? source)) throw new UsageError('--mapping is for --source generic');
  if (source === 'generic' && mapping === undefined) throw new UsageError('--source generic needs --mapping');
  if (source !== undefined && !sourceById(source)) throw new UsageError(`--source ${source}: no such source`);
  if (observedAt !== undefined && parseIso(observedAt)?.zone !== 'utc' && parseIso(observedAt)?.zone !== 'stated') {
    throw new UsageError(`--observed-at ${observedAt}: must be a time with zone, like 2017-01-02T08:00:00Z`);
  }
  if (timezone !== undefined) {
    try {
      assertZone(timezone);
    } catch {
      throw new UsageError(`--timezone ${timezone}: no zone of that name; they look like Asia/Damascus`);
    }
  }
  return {
    include,
    ...(source !== undefined && { source }),
    ...(observedAt !== undefined && { observedAt }),
    ...(timezone !== undefined && { timezone }),
    ...(account !== undefined && { account }),
    ...(mapping !== undefined && { mapping }),
  };
}

function readMapping(path: string): NonNullable<AccessionOptions['mapping']> {
  check(path);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`--mapping ${path}: ${messageOf(error)}`);
  }
  sourceById('generic')!.checkMapping!(value);
  return value as NonNullable<AccessionOptions['mapping']>;
}

function check(path: string): void {
  try {
    statSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new UsageError(`${path}: there is no such file or folder`);
    throw error;
  }
}

/** An import of more than this is read by worker processes of its own, so that more than one core works on it. */
const LARGE_BYTES = 24 * 1024 * 1024;

async function importPaths(
  io: CliIo,
  { archive, provided, signal }: Opened,
  paths: readonly string[],
  flags: ImportFlags,
  options: AccessionOptions,
): Promise<AccessionSummary[]> {
  const { startChildren } = await import('../../app/children.js');
  const { startProcessing } = await import('../../app/processing.js');
  const custody = await custodyOf(flags, archive.blobs);
  const large = (await totalBytes(paths)) > LARGE_BYTES;
  const children = large
    ? startChildren(archive.config, archive.log, provided.url, 'ingest', Math.max(2, Math.min(8, cpus().length)))
    : undefined;
  const processing = await startProcessing(archive, {
    queues: large ? ['accession'] : ['accession', 'ingest'],
    reconciles: true,
  });
  const importOne = async (path: string, asked: AccessionOptions): Promise<AccessionSummary> => {
    signal.throwIfAborted();
    const progress = new Progress(io, path, flags.json !== true || io.isTty);
    const id = await receivePath(archive, resolve(path), {
      collection: flags.collection,
      options: asked,
      custody,
      onBytes: (bytes) => progress.receiving(bytes),
    });
    await follow(archive, id, progress, signal);
    const summary = await accessionSummary(archive.pool, id);
    if (!summary) throw new Error(`accession ${showKey(id)} has vanished`);
    if (!flags.json) printSummary(io, summary);
    return summary;
  };
  const summaries: AccessionSummary[] = [];
  try {
    for (const path of paths) {
      const summary = await importOne(path, options);
      const source = await askSource(io, archive, summary, options);
      summaries.push(source === undefined ? summary : await importOne(path, { ...options, source }));
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    io.err('\nStopped. What was handed over is kept; the same command, or `perdure up`, goes on from there.\n');
    throw new CliExit(130);
  } finally {
    await processing.close();
    await children?.close();
  }
  return summaries;
}

const POLL_MS = 100;

async function follow({ pool }: Opened['archive'], id: Key, progress: Progress, signal: AbortSignal): Promise<void> {
  for (;;) {
    const state = await accessionProgress(pool, id);
    if (!state) throw new Error(`accession ${showKey(id)} has vanished`);
    progress.reading(state);
    if (hasEnded(state.status)) return progress.done();
    await sleep(POLL_MS, undefined, { signal });
  }
}

async function custodyOf(flags: ImportFlags, blobs: Opened['archive']['blobs']): Promise<Custody> {
  const { receivedFrom, authority, consent, restrict, note } = flags;
  return {
    receivedBy: operator(),
    ...(receivedFrom !== undefined && { receivedFrom }),
    ...(authority !== undefined && { authority }),
    ...(consent !== undefined && { consent: (await blobs.put(createReadStream(consent))).digest }),
    ...(restrict === true && { restrict }),
    ...(note !== undefined && { note }),
  };
}

async function totalBytes(paths: readonly string[]): Promise<number> {
  let total = 0;
  for (const path of paths) {
    const info = statSync(path);
    if (!info.isDirectory()) total += info.size;
    else for (const name of await readdir(path)) total += await totalBytes([join(path, name)]);
  }
  return total;
}

/** 4: nothing of it could be imported; 3: some records were rejected, or some of the files; 1: failed. What is sealed is done. */
export function exitCode(summaries: readonly AccessionSummary[]): number {
  if (summaries.some((summary) => summary.status === 'failed')) return 1;
  if (summaries.length > 0 && summaries.every((summary) => summary.status === 'refused')) return 4;
  return summaries.some((summary) => summary.status === 'refused' || summary.rejected > 0) ? 3 : 0;
}
