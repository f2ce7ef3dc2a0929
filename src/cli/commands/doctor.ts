import type { Command } from 'commander';
import { loadConfig, type Config } from '../../app/config.js';
import { messageOf, UsageError } from '../../core/errors.js';
import {
  checkBlobs,
  checkContact,
  checkDatabase,
  checkFolder,
  checkInstall,
  checkNode,
  checkPort,
  checkQueues,
  type Finding,
  type Verdict,
} from '../checks.js';
import { commandLog } from '../context.js';
import { CliExit, type CliIo } from '../io.js';
import type { Style } from '../posts.js';
import { clean, isolate, jsonText, padding, paintOf, plural, widthOf, type Paint } from '../print.js';

export function register(program: Command, io: CliIo): void {
  program
    .command('doctor')
    .description('what is installed, reachable or misconfigured, and what to do about it')
    .option('--json', 'one JSON document on stdout')
    .action((flags: { json?: boolean }) => run(io, flags.json === true));
}

async function run(io: CliIo, json: boolean): Promise<void> {
  const findings = await examine(io);
  io.out(
    json
      ? jsonText({ ok: !findings.some(isFailure), findings })
      : findingsText(findings, { width: io.width, paint: paintOf(io) }),
  );
  if (findings.some(isFailure)) throw new CliExit(1);
}

function isFailure({ verdict }: Finding): boolean {
  return verdict === 'fail';
}

async function examine(io: CliIo): Promise<Finding[]> {
  const findings = [checkNode(process.versions.node), checkInstall(process.argv[1]!)];
  let config: Config;
  try {
    config = loadConfig(io.env);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    // Everything else hangs on it.
    return [
      ...findings,
      { name: 'configuration', verdict: 'fail', found: messageOf(error), advice: 'correct that variable, or unset it' },
    ];
  }
  const { data, blobs } = config;
  findings.push(checkFolder('data folder', data, 'PERDURE_DATA'), ...(await checkBlobs(blobs)));
  findings.push(...(await checkDatabase(config, commandLog(io, 'doctor'))));
  findings.push(...(await checkQueues(config)));
  findings.push(await checkPort(config), checkContact(config));
  return findings;
}

const WORDS: Readonly<Record<Verdict, { readonly text: string; readonly tint: keyof Paint }>> = {
  ok: { text: 'ok  ', tint: 'green' },
  warn: { text: 'warn', tint: 'yellow' },
  fail: { text: 'FAIL', tint: 'red' },
};

export function findingsText(findings: readonly Finding[], { paint }: Style): string {
  const width = Math.max(...findings.map(({ name }) => widthOf(name)));
  const lines = findings.map(({ name, verdict, found, advice }) => {
    const word = WORDS[verdict];
    const head = `${paint[word.tint](word.text)}  ${name}${padding(name, width)}  ${isolate(clean(found))}\n`;
    return advice === undefined ? head : `${head}${' '.repeat(width + 8)}→ ${isolate(clean(advice))}\n`;
  });
  const [failures, warnings] = [
    findings.filter(isFailure).length,
    findings.filter(({ verdict }) => verdict === 'warn').length,
  ];
  const sum =
    failures > 0
      ? paint.red(
          `${plural(failures, 'thing')} must be mended${warnings > 0 ? `, ${plural(warnings, 'warning')}` : ''}.`,
        )
      : warnings > 0
        ? paint.yellow(`It works; ${plural(warnings, 'warning')}.`)
        : paint.green('Everything is as it should be.');
  return lines.join('') + '\n' + sum + '\n';
}
