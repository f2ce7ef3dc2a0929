/** The perdure command within this process: what it answers, and what it would exit with. */
import type { CliIo } from '../../src/cli/io.js';
import { runCli } from '../../src/cli/program.js';

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function runInProcess(argv: readonly string[], env: NodeJS.ProcessEnv, width = 160): Promise<Said> {
  let out = '';
  let err = '';
  const io: CliIo = {
    out: (text) => void (out += String(text)),
    err: (text) => void (err += text),
    isTty: false,
    color: false,
    width,
    env: { LOG_LEVEL: 'silent', ...env },
  };
  const code = await runCli(argv, io);
  return { code, out, err };
}
