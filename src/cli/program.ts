/** The perdure command. Each command has a file of its own in commands/. */
import { Command, CommanderError } from 'commander';
import { messageOf, UsageError } from '../core/errors.js';
import * as accessions from './commands/accessions.js';
import * as collections from './commands/collections.js';
import * as coverage from './commands/coverage.js';
import * as credentials from './commands/credentials.js';
import * as doctor from './commands/doctor.js';
import * as follow from './commands/follow.js';
import * as harvest from './commands/harvest.js';
import * as harvests from './commands/harvests.js';
import * as history from './commands/history.js';
import * as importing from './commands/import.js';
import * as keys from './commands/keys.js';
import * as media from './commands/media.js';
import * as migrate from './commands/migrate.js';
import * as rejects from './commands/rejects.js';
import * as search from './commands/search.js';
import * as seeds from './commands/seeds.js';
import * as serve from './commands/serve.js';
import * as show from './commands/show.js';
import * as up from './commands/up.js';
import * as worker from './commands/worker.js';
import { CliExit, type CliIo } from './io.js';

const COMMANDS = [
  up,
  importing,
  follow,
  seeds,
  harvest,
  harvests,
  coverage,
  media,
  credentials,
  search,
  history,
  show,
  collections,
  accessions,
  rejects,
  keys,
  doctor,
  serve,
  worker,
  migrate,
];

export function buildProgram(io: CliIo): Command {
  const program = new Command('perdure')
    .description('Keeps social-media posts as they were, when they were seen, in a form that a stranger can check.')
    .version('0.1.0')
    .showSuggestionAfterError()
    .showHelpAfterError('(perdure --help lists the commands)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) });
  for (const command of COMMANDS) command.register(program, io);
  for (const command of program.commands) command.exitOverride().configureOutput(program.configureOutput());
  return program;
}

/** Runs one command line and returns the exit code: 0 done, 1 failed, 2 wrong use, 3 some rejected, 4 not recognised. */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  try {
    await buildProgram(io).parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CliExit) return error.code;
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof UsageError) {
      io.err(`perdure: ${error.message}\n`);
      return 2;
    }
    io.err(`perdure: ${messageOf(error)}\n`);
    if (io.env['LOG_LEVEL'] === 'debug' && error instanceof Error) io.err(`${error.stack}\n`);
    return 1;
  }
}
