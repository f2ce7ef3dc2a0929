import { createInterface } from 'node:readline/promises';

/** What a command sees of the terminal. */
export interface CliIo {
  /** To stdout. */
  out(text: string | Uint8Array): void;
  /** To stderr: progress, warnings, errors. */
  err(text: string): void;
  /** Whether stderr is a terminal: progress is drawn in place there, and told in lines elsewhere. */
  readonly isTty: boolean;
  readonly color: boolean;
  /** Columns of stdout. */
  readonly width: number;
  readonly env: NodeJS.ProcessEnv;
  /** Asks the person at the terminal, and gives what they typed; absent where nobody sits there. */
  readonly ask?: (question: string) => Promise<string>;
}

/** Ends a command with this exit code; everything has been said. */
export class CliExit extends Error {
  override readonly name = 'CliExit';
  constructor(readonly code: number) {
    super(`exit ${code}`);
  }
}

export function terminalIo(): CliIo {
  const { env, stdout, stderr } = process;
  // `perdure search … | head` closes the pipe early: that is the reader's right, not an error.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    isTty: stderr.isTTY === true,
    color: stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb',
    width: stdout.columns ?? 80,
    env,
    ...(process.stdin.isTTY && stderr.isTTY && { ask: askTerminal }),
  };
}

async function askTerminal(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(question)).trim();
  } finally {
    lines.close();
  }
}
