/** The perdure command. Each command has a file of its own in commands/. */
import { Command, CommanderError } from 'commander';
import { messageOf, UsageError } from '../core/errors.js';
import { CliExit, type CliIo } from './io.js';

interface CommandFile {
  register(program: Command, io: CliIo): void;
}

/**
 * In the order of --help: the commands of each file, and the file, which is loaded when one of them is asked for. All of
 * them with all that they need take most of a second.
 */
const COMMANDS: readonly (readonly [names: readonly string[], load: () => Promise<CommandFile>])[] = [
  [['up'], () => import('./commands/up.js')],
  [['import'], () => import('./commands/import.js')],
  [['follow'], () => import('./commands/follow.js')],
  [['seeds', 'unfollow', 'pause', 'resume'], () => import('./commands/seeds.js')],
  [['harvest'], () => import('./commands/harvest.js')],
  [['harvests'], () => import('./commands/harvests.js')],
  [['coverage'], () => import('./commands/coverage.js')],
  [['media'], () => import('./commands/media.js')],
  [['credentials'], () => import('./commands/credentials.js')],
  [['search'], () => import('./commands/search.js')],
  [['history'], () => import('./commands/history.js')],
  [['show'], () => import('./commands/show.js')],
  [['collections'], () => import('./commands/collections.js')],
  [['accessions'], () => import('./commands/accessions.js')],
  [['rejects'], () => import('./commands/rejects.js')],
  [['keys'], () => import('./commands/keys.js')],
  [['doctor'], () => import('./commands/doctor.js')],
  [['serve'], () => import('./commands/serve.js')],
  [['worker'], () => import('./commands/worker.js')],
  [['migrate'], () => import('./commands/migrate.js')],
];

/** @param asked the first argument: the program knows that command alone; all of them, when there is none of that name */
export async function buildProgram(io: CliIo, asked?: string): Promise<Command> {
  const program = new Command('perdure')
    .description('Keeps social-media posts as they were, when they were seen, in a form that a stranger can check.')
    .version('0.1.0')
    .showSuggestionAfterError()
    .showHelpAfterError('(perdure --help lists the commands)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) });
  const one = COMMANDS.filter(([names]) => asked !== undefined && names.includes(asked));
  const isVersion = asked === '-V' || asked === '--version';
  const files = isVersion ? [] : one.length > 0 ? one : COMMANDS;
  for (const file of await Promise.all(files.map(([, load]) => load()))) file.register(program, io);
  for (const command of program.commands) command.exitOverride().configureOutput(program.configureOutput());
  return program;
}

/** Runs one command line and returns the exit code: 0 done, 1 failed, 2 wrong use, 3 some rejected, 4 not recognised. */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  try {
    const program = await buildProgram(io, argv[0]);
    await program.parseAsync([...argv], { from: 'user' });
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
