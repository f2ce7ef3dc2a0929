import { Option, type Command } from 'commander';
import { UsageError } from '../../core/errors.js';
import { connectorsOf } from '../../pipeline/follow.js';
import type { Connector, CredentialKind } from '../../sources/harvest.js';
import type { Source } from '../../sources/source.js';
import { PgCredentials, type CredentialView } from '../../store/credentials.js';
import { masterKeys } from '../../store/master-keys.js';
import { withReader, type ReaderArchive } from '../context.js';
import type { CliIo } from '../io.js';
import type { Style } from '../posts.js';
import { jsonText, paintOf, plural } from '../print.js';
import { readSecret, type SecretInput } from '../secret-input.js';
import { table } from '../table.js';
import { timeText } from '../times.js';
import { nearest } from '../words.js';

interface AddFlags {
  connector: string;
  kind: string;
  user?: string;
  host?: string;
  replace?: boolean;
  json?: boolean;
}

// Whichever of the two commands takes it, where one stands under the other: hence optsWithGlobals.
const JSON_OPTION = ['--json', 'one JSON document on stdout'] as const;

export function register(program: Command, io: CliIo, input: SecretInput = process.stdin): void {
  const credentials = program
    .command('credentials')
    .description('keys for platforms, sealed in the database: which there are; never what they say')
    .option(...JSON_OPTION)
    .action((flags: { json?: boolean }) => list(io, flags));
  const add = credentials
    .command('add')
    .description('seals a key; it is read from stdin, or asked for without being shown')
    .argument('<name>', 'what it is called here: a letter or digit, then letters, digits, . _ -')
    .requiredOption('--connector <id>', 'what it is for: mastodon, bluesky, reddit …')
    .requiredOption('--kind <kind>', 'bearer (a token), basic (name and password), client (an application), key')
    .option('--user <name>', 'the name that goes with a password or an application’s secret')
    .option('--host <host>', 'it is sent to this host alone')
    .option('--replace', 'puts it in the place of the one of that name')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  perdure credentials add main --connector mastodon --kind bearer < token.txt\n')
    .action((name: string, _: AddFlags, command: Command) => run(io, name, command.optsWithGlobals(), input));
  for (const name of ['--secret', '--token', '--password', '--key'])
    add.addOption(new Option(`${name} [value]`).hideHelp().argParser(refuseArgument));
  credentials
    .command('remove')
    .description('forgets a key')
    .argument('<name>')
    .option(...JSON_OPTION)
    .action((name: string, _: object, command: Command) => remove(io, name, command.optsWithGlobals()));
  credentials
    .command('rotate')
    .description('wraps all keys by a new master key')
    .option(...JSON_OPTION)
    .action((_: object, command: Command) => rotate(io, command.optsWithGlobals()));
}

function refuseArgument(): never {
  throw new UsageError(
    'a secret is no argument: other people of this machine see it, and the shell remembers it. Type it when asked, or pipe it in',
  );
}

function list(io: CliIo, { json }: { json?: boolean }): Promise<void> {
  return withCredentials(io, async (credentials) => {
    const items = await credentials.list();
    io.out(json ? jsonText({ items, next: null }) : credentialsText(items, { width: io.width, paint: paintOf(io) }));
  });
}

async function run(io: CliIo, name: string, flags: AddFlags, input: SecretInput): Promise<void> {
  const { user, host, replace = false, json } = flags;
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(name))
    throw new UsageError('NAME must be a letter or digit, then up to 63 letters, digits, . _ -');
  if (host !== undefined && !isHost(host))
    throw new UsageError(`--host ${JSON.stringify(host)}: must be a host, or host:port, without https://`);
  await withCredentials(io, async (credentials, { sources }) => {
    const connector = connectorNamed(flags.connector, sources);
    const kind = kindFor(connector, flags.kind);
    if (user === undefined && (kind === 'basic' || kind === 'client'))
      throw new UsageError(`--kind ${kind} needs --user: the ${kind === 'basic' ? 'name' : 'id'} that goes with it`);
    const secret = await readSecret(io, `Secret for ${name} (not shown): `, input);
    const where = host === undefined ? {} : { host: host.toLowerCase() };
    const added = { name, connector: connector.id, kind, ...where, ...(user !== undefined && { user }) };
    await credentials.add({ ...added, secret }, { replace });
    if (json) io.out(jsonText({ added: (await credentials.list()).find((each) => each.name === name) }));
    else io.out(`${name} is sealed: perdure follow … --credential ${name}\n`);
  });
}

function remove(io: CliIo, name: string, { json }: { json?: boolean }): Promise<void> {
  return withCredentials(io, async (credentials) => {
    if (!(await credentials.remove(name))) {
      const meant = nearest(
        name,
        (await credentials.list()).map((each) => each.name),
      );
      throw new UsageError(
        `there is no credential ${JSON.stringify(name)}${meant === undefined ? '' : `: did you mean ${meant}?`}`,
      );
    }
    io.out(json ? jsonText({ removed: name }) : `${name} is forgotten.\n`);
  });
}

function rotate(io: CliIo, { json }: { json?: boolean }): Promise<void> {
  return withCredentials(io, async (credentials) => {
    const { keyId, wrapped } = await credentials.rotate();
    io.out(
      json
        ? jsonText({ keyId, wrapped })
        : `${plural(wrapped, 'credential')} wrapped by the new master key ${keyId}.\n`,
    );
  });
}

function withCredentials(
  io: CliIo,
  work: (credentials: PgCredentials, archive: ReaderArchive) => Promise<void>,
): Promise<void> {
  return withReader(io, (archive) => work(new PgCredentials(archive.pool, masterKeys(archive.config)), archive));
}

function connectorNamed(id: string, sources: readonly Source[]): Connector {
  const all = connectorsOf(sources).map(({ connector }) => connector);
  const found = all.find((each) => each.id === id);
  if (found) return found;
  const ids = all.filter(({ credentials }) => credentials.length > 0).map((each) => each.id);
  const meant = nearest(id, ids);
  throw new UsageError(
    `--connector ${JSON.stringify(id)}: ${meant === undefined ? `must be one of ${ids.join(', ')}` : `did you mean ${meant}?`}`,
  );
}

function kindFor({ id, credentials }: Connector, text: string): CredentialKind {
  const found = credentials.find((kind) => kind === text);
  if (found) return found;
  if (credentials.length === 0) throw new UsageError(`${id} is read without credentials`);
  throw new UsageError(`--kind ${JSON.stringify(text)}: ${id} uses ${credentials.join(' or ')}`);
}

function isHost(text: string): boolean {
  return /^[^\s/@?#]+$/.test(text) && URL.canParse(`https://${text}/`) && new URL(`https://${text}/`).pathname === '/';
}

export function credentialsText(items: readonly CredentialView[], { width, paint }: Style): string {
  if (items.length === 0) return 'No credentials: perdure credentials add NAME --connector … --kind … seals one.\n';
  return table(
    items,
    [
      { head: 'NAME', cell: ({ name }) => name },
      { head: 'CONNECTOR', cell: ({ connector }) => connector },
      { head: 'KIND', cell: ({ kind }) => kind },
      { head: 'USER', cell: ({ user }) => user ?? '', shrinks: true },
      { head: 'HOST', cell: ({ host }) => host ?? '', shrinks: true },
      { head: 'ADDED', cell: ({ createdAt }) => timeText(createdAt).slice(0, 10) },
      { head: 'LAST USED', cell: ({ usedAt }) => (usedAt === null ? 'never' : timeText(usedAt).slice(0, 16)) },
      { head: 'MASTER KEY', cell: ({ keyId }) => keyId, spare: true },
    ],
    width,
    paint,
  );
}
