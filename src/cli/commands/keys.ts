import { Option, type Command } from 'commander';
import { newApiKey, ROLES, type Role } from '../../core/api-key.js';
import { UsageError } from '../../core/errors.js';
import { msOf, parseIso } from '../../core/time.js';
import { addApiKey, findApiKey, listApiKeys, revokeApiKey, type ApiKeyView } from '../../store/api-keys.js';
import { withReader } from '../context.js';
import type { CliIo } from '../io.js';
import { operator } from '../operator.js';
import type { Style } from '../posts.js';
import { clean, jsonText, paintOf, type Paint } from '../print.js';
import { table } from '../table.js';
import { timeText } from '../times.js';

interface ListFlags {
  all?: boolean;
  json?: boolean;
}

interface AddFlags {
  role: Role;
  expires?: string;
  json?: boolean;
}

const JSON_OPTION = ['--json', 'one JSON document on stdout'] as const;

export function register(program: Command, io: CliIo): void {
  const keys = program
    .command('keys')
    .description('API keys: who may ask over HTTP; from the first one on, every request needs one')
    .option('--all', 'those that were revoked, too')
    .option(...JSON_OPTION)
    .action((flags: ListFlags) => list(io, flags));
  keys
    .command('add')
    .description('makes a key and prints it, this once, alone on stdout')
    .argument('<name>', 'who or what will use it')
    .addOption(
      new Option(
        '--role <role>',
        'reader: what was archived; archivist: bringing it in, too; administrator: everything',
      )
        .choices(ROLES)
        .makeOptionMandatory(),
    )
    .option('--expires <iso>', 'a time with zone, like 2027-01-31T00:00:00Z')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  perdure keys add notebook --role reader > key.txt\n')
    .action((name: string, _: AddFlags, command: Command) => add(io, name, command.optsWithGlobals()));
  keys
    .command('revoke')
    .description('closes everything to a key, within two seconds')
    .argument('<id...>', 'what stands in the key after perdure_; perdure keys lists them')
    .option(...JSON_OPTION)
    .action((ids: string[], _: object, command: Command) => revoke(io, ids, command.optsWithGlobals()));
}

function list(io: CliIo, { all, json }: ListFlags): Promise<void> {
  return withReader(io, async ({ pool, config }) => {
    const items = (await listApiKeys(pool)).filter(({ state }) => all || state !== 'revoked');
    io.out(json ? jsonText({ items, next: null }) : keysText(items, { width: io.width, paint: paintOf(io) }));
    if (config.apiKey !== undefined) io.err('PERDURE_API_KEY opens it as well, as an administrator.\n');
  });
}

async function add(io: CliIo, name: string, { role, expires, json }: AddFlags): Promise<void> {
  // eslint-disable-next-line no-control-regex -- control characters are what a name may not hold
  if (!/^[^\u0000-\u001f\u007f]{1,100}$/.test(name) || name.trim() !== name)
    throw new UsageError('NAME must have 1 to 100 characters, no control characters, no space at its ends');
  const expiresAt = expires === undefined ? undefined : expiryOf(expires);
  await withReader(io, async ({ pool }) => {
    const made = newApiKey();
    if (!(await addApiKey(pool, made, { name, role, expiresAt, createdBy: operator() })))
      throw new UsageError(
        `there is a key ${JSON.stringify(name)} (perdure keys): revoke it first, or choose another name`,
      );
    const added = await findApiKey(pool, made.id);
    if (json) return io.out(jsonText({ added, key: made.text }));
    io.err(
      `${clean(name)} (${made.id}), ${role}, ${expiresAt === undefined ? 'does not expire' : `until ${timeText(expiresAt)}`}. It is shown this once:\n`,
    );
    io.out(`${made.text}\n`);
    io.err('Use: curl -H "Authorization: Bearer …"; in a browser, any user name and the key as the password.\n');
    const keys = await listApiKeys(pool);
    if (!keys.some((key) => key.state === 'active' && key.role === 'administrator'))
      io.err('No key is an administrator’s yet: more are made here, not over HTTP.\n');
  });
}

function expiryOf(text: string): string {
  const time = parseIso(text);
  if (time?.zone !== 'utc' && time?.zone !== 'stated')
    throw new UsageError(`--expires ${JSON.stringify(text)}: must be a time with zone, like 2027-01-31T00:00:00Z`);
  const at = new Date(msOf(time));
  if (at.getTime() <= Date.now()) throw new UsageError(`--expires ${text}: must lie ahead`);
  return at.toISOString();
}

function revoke(io: CliIo, ids: readonly string[], { json }: { json?: boolean }): Promise<void> {
  return withReader(io, async ({ pool }) => {
    const all = await listApiKeys(pool);
    // All or none: a slip in the second must not look as if the first had not happened.
    const found = ids.map((id) => keyOf(all, id));
    for (const { id, name } of found) {
      const revoked = await revokeApiKey(pool, id, operator());
      io.err(`${clean(name)} (${id}): ${revoked ? 'opens nothing any more' : 'it was revoked already'}\n`);
    }
    const after = await listApiKeys(pool);
    if (json) io.out(jsonText({ revoked: after.filter(({ id }) => found.some((key) => key.id === id)) }));
    if (!after.some(({ state }) => state === 'active'))
      io.err('That was the last one: what runs refuses everybody until there is another, or until it is restarted.\n');
  });
}

function keyOf(all: readonly ApiKeyView[], text: string): ApiKeyView {
  const found = all.find(({ id }) => id === text);
  if (found) return found;
  const named = all.find(({ name, state }) => name === text && state !== 'revoked');
  throw new UsageError(
    named
      ? `${JSON.stringify(text)} is a name: perdure keys revoke ${named.id}`
      : `there is no key with the id ${JSON.stringify(text)}; perdure keys lists them`,
  );
}

const TINTS: Readonly<Record<ApiKeyView['state'], keyof Paint>> = {
  active: 'green',
  expired: 'yellow',
  revoked: 'dim',
};

export function keysText(items: readonly ApiKeyView[], { width, paint }: Style): string {
  if (items.length === 0)
    return 'No API keys: the service answers on this machine only, everybody on it. perdure keys add NAME --role … makes one.\n';
  return table(
    items,
    [
      { head: 'KEY', cell: ({ id }) => id },
      { head: 'NAME', cell: ({ name }) => name, shrinks: true },
      { head: 'ROLE', cell: ({ role }) => role },
      { head: 'STATE', cell: ({ state }) => state, tint: (text, { state }) => paint[TINTS[state]](text) },
      { head: 'LAST USED', cell: ({ usedAt }) => (usedAt === null ? 'never' : timeText(usedAt).slice(0, 16)) },
      { head: 'EXPIRES', cell: ({ expiresAt }) => (expiresAt === null ? 'never' : timeText(expiresAt).slice(0, 16)) },
      { head: 'MADE', cell: ({ createdAt }) => timeText(createdAt).slice(0, 10), spare: true },
      { head: 'BY', cell: ({ createdBy }) => createdBy, shrinks: true, spare: true },
    ],
    width,
    paint,
  );
}
